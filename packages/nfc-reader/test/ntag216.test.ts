import { fromHex, type RfDialogue, toHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { flush } from "./manual-clock.ts";
import { PAGES_4_TO_7 } from "./ntag216.ts";
import { tagBench } from "./tag-bench.ts";

const COLD_RESET = fromHex("01000000");
const ATR = "3B8F8001804F0CA00000030603003D0000000056";
const UID = "04D149D29C3980";
const HISTORICAL = "804F0CA00000030603003D00000000";

/** What Windows' driver reads to find and fetch the NDEF message: its own traffic, before the card is announced. */
function* detectNdef(): RfDialogue<boolean> {
  for (const page of [2, 2, 4, 4, 4, 8]) {
    const reply = yield { kind: "frame", data: Uint8Array.of(0x30, page), timeoutUs: 500_000 };
    if (reply.kind !== "frame") return false;
  }
  return true;
}

const ACTIVATION = ["start discovery", "60", "reselect", "3002", "3002", "3004", "3004", "3004", "3008"];

describe("NfcCx SmartcardTagTests", () => {
  test("ResetAndGetAtr", async () => {
    const { field, tag, clock, log, io, reader } = await tagBench("nfccx", { beforeArrival: detectNdef });
    await clock.advance(1000);
    expect(log).toEqual([]);
    const present = io("IS_PRESENT");
    await flush();
    expect(log).toEqual(["start discovery"]);
    field.put(tag);
    expect((await present).status).toBe("SUCCESS");
    await flush();
    expect(log).toEqual(ACTIVATION);
    await clock.advance(200);
    expect(log.splice(0)).toEqual([...ACTIVATION, "3002"]);
    expect(await io("POWER", COLD_RESET, 32)).toEqual({ status: "SUCCESS", output: fromHex(ATR) });
    expect(log.splice(0)).toEqual(["reselect"]);
    field.failAfter(0, "crc");
    await clock.advance(200);
    expect(log.splice(0)).toEqual(["3002", "stop discovery"]);
    expect((await io("IS_ABSENT")).status).toBe("SUCCESS");
    await reader.settled();
    expect(field.isOn).toBe(false);
    expect(clock.timerCount).toBe(0);
  });

  test("ResetAndTagDisappears", async () => {
    const { field, tag, clock, log, io } = await tagBench("nfccx", { beforeArrival: detectNdef });
    const present = io("IS_PRESENT");
    field.put(tag);
    expect((await present).status).toBe("SUCCESS");
    await clock.advance(200);
    expect(log.splice(0)).toEqual([...ACTIVATION, "3002"]);
    field.remove(tag);
    expect(await io("POWER", COLD_RESET)).toEqual({ status: "SUCCESS", output: new Uint8Array(0) });
    await flush();
    expect(log.splice(0)).toEqual(["reselect", "stop discovery"]);
    expect((await io("IS_ABSENT")).status).toBe("SUCCESS");
  });
});

/** Number, command, what goes to the tag, response in nfccx (derived from the driver's source). */
const VECTORS: readonly (readonly [number, string, readonly string[], string])[] = [
  [1, "FFCA000000", [], `${UID}9000`],
  [2, "FFCA000004", [], `${UID}6C07`],
  [3, "FFCA000008", [], `${UID}006282`],
  [4, "FFCA010000", [], `${HISTORICAL}9000`],
  [5, "FFB0000410", ["3004"], `${PAGES_4_TO_7}9000`],
  [6, "FFB0000404", ["3004"], `${PAGES_4_TO_7}6C10`],
  [7, "FFB0000411", [], "6282"],
  [8, "FFB0010410", [], "6B00"],
  [9, "FFB000F010", ["30F0"], "6A82"],
  [10, "FFD6000504DEADBEEF", ["A205DEADBEEF"], "9000"],
  [11, "FFD6000004DEADBEEF", [], "6B00"],
  [12, "FFD6000503DEADBE", [], "6C00"],
  [12, "FFD6000505DEADBEEF00", [], "6282"],
  [13, "00B0000410", [], "6800"],
  [14, "FFA4000000", [], "6A81"],
  [15, "FFB000", [], "6300"],
  [16, "FF860000050100046000", [], "6A81"],
  [17, "FFC2000103950160", [], "C0030169869000"],
  [18, "FFC20000028100", [], "C0030090009000"],
  [20, "FFC20000058003000000", [], "8003010001C0030090009000"],
  [21, "FFC20000028300", [], "C003016A819000"],
];

test.each(VECTORS)("vector %i: %s", async (_, command, frames, response) => {
  const { field, tag, log, io, transmit } = await tagBench("nfccx");
  field.put(tag);
  await io("IS_PRESENT");
  log.length = 0;
  expect(await transmit(command)).toBe(response);
  expect(log).toEqual(frames);
});

test("vector 19: FFC2000103950160 in a session", async () => {
  const { field, tag, log, io, transmit } = await tagBench("nfccx");
  field.put(tag);
  await io("IS_PRESENT");
  await transmit("FFC20000028100");
  log.length = 0;
  expect(await transmit("FFC2000103950160")).toBe("97080004040201001303C0030090009000");
  expect(log).toEqual(["60"]);
});

/** Where documented differs, with its source; see the families' tables of differences. */
const DOCUMENTED: readonly (readonly [string, string, string])[] = [
  ["FFCA000000", `${UID}9000`, "PC/SC part 3 3.2.2.1.3"],
  ["FFB0000410", `${PAGES_4_TO_7}9000`, "PC/SC part 3 3.2.2.1.8"],
  ["FFB0000404", "6C10", "PC/SC part 3 3.2.2.1.8: wrong Le, and the exact one"],
  ["FFD6000504DEADBEEF", "9000", "PC/SC part 3 3.2.2.1.9"],
  ["FFB000F010", "6A82", "PC/SC part 3 3.2.2.1.8: address not found"],
  ["FFB000", "6700", "PC/SC part 3 3.2.2.1: wrong length"],
];

test.each(DOCUMENTED)("documented: %s", async (command, response) => {
  const { field, tag, io, transmit } = await tagBench("documented");
  field.put(tag);
  await io("IS_PRESENT");
  expect(await transmit(command)).toBe(response);
  // whatever the command did to it, the tag still answers the next one
  expect(await transmit("FFCA000000")).toBe(`${UID}9000`);
  expect((await transmit("FFB0000410")).endsWith("9000")).toBe(true);
});

test("documented: a cold reset leaves the tag alone and has no output", async () => {
  const { field, tag, log, io } = await tagBench("documented");
  field.put(tag);
  await io("IS_PRESENT");
  log.length = 0;
  expect(await io("POWER", COLD_RESET, 32)).toEqual({ status: "SUCCESS", output: new Uint8Array(0) });
  expect(log).toEqual([]);
  expect(toHex((await io("GET_ATTRIBUTE", fromHex("03030900"), 32)).output)).toBe(ATR);
});
