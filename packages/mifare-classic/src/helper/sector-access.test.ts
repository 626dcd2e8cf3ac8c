import { readerDialect } from "@cardwire/apdu/pcsc";
import { type BytesSource, copyBytes, fromHex, isUsageError, toHex } from "@cardwire/core";
import { isStatusWordError } from "@cardwire/apdu";
import { expect, it } from "vitest";
import { classicSizeOf, MifareClassic } from "../index.ts";

const KEY = "FFFFFFFFFFFF";
const TRAILER = "000000000000FF078069FFFFFFFFFFFF";

/** A reader that has what it is asked for, and the APDUs that it got. */
function reader(name: string): { card: MifareClassic; apdus: string[] } {
  const apdus: string[] = [];
  const transmit = (command: BytesSource): Promise<Uint8Array> => {
    const apdu = copyBytes(command);
    apdus.push(toHex(apdu));
    return Promise.resolve(fromHex(apdu[1] === 0xb0 ? `${TRAILER}9000` : "9000"));
  };
  return {
    card: new MifareClassic({ transmit }, { size: "1k", dialect: readerDialect(name), tryKeys: [fromHex(KEY)] }),
    apdus,
  };
}

// PC/SC part 3, and what the makers' manuals say of their readers
it.each([
  ["", `FF82000006${KEY}`, "FF860000050100046000", "FFC200030BA0098001058104640000 00"],
  ["ACS ACR122U PICC Interface 00 00", `FF82000006${KEY}`, "FF860000050100046000", "FFD700050501 00000064"],
  ["ACS ACR1252 Dual Reader", `FF82000006${KEY}`, "FF860000050100046000", "FFD700050501 00000064"],
  ["OMNIKEY CardMan 5x21-CL 0", `FF82200006${KEY}`, "FF860000050100046000", "FFD4000504 64000000"],
  ["HID Global OMNIKEY 5022 Smart Card Reader 0", `FF82000006${KEY}`, "FF860000050100046000", "FFD4000504 64000000"],
  ["Identiv uTrust 3700 F CL Reader", `FF82000106${KEY}`, "FF860000050100046001", "FFC200030BA0098001058104640000 00"],
  ["Feitian R502 Contactless Reader", `FF82000006${KEY}`, "FF860000050100046000", "FFFC000006C10564000000"],
])("counts on the reader %j", async (name, load, authenticate, count) => {
  const { card, apdus } = reader(name);
  await card.increment(5, 100, { keyType: "a" });
  expect(apdus).toEqual([load, authenticate, count.replaceAll(" ", "")]);
});

it.each([
  ["", "FFC200030EA10C80010580010681040000 0000"],
  ["ACS ACR122U PICC Interface 00 00", "FFD70005020306"],
])("copies values on the reader %j", async (name, copy) => {
  const { card, apdus } = reader(name);
  await card.copyValue(5, 6, { keyType: "a" });
  expect(apdus.at(-1)).toBe(copy.replaceAll(" ", ""));
});

it("loads a key for its type on readers of SCM, which cannot count", async () => {
  const { card, apdus } = reader("SCM Microsystems SCL3711");
  await card.readBlock(4);
  expect(apdus).toEqual([`FF82006006${KEY}`, "FF860000050100046000", "FFB0000410"]);
  await expect(card.increment(5, 1, { keyType: "a" })).rejects.toSatisfy(isUsageError);
});

it("loads the same key once for a whole card", async () => {
  const { card, apdus } = reader("");
  await card.readAll();
  expect(apdus.filter((apdu) => apdu.startsWith("FF82"))).toHaveLength(1);
});

it("throws what the reader refuses", async () => {
  const card = new MifareClassic({ transmit: () => Promise.resolve(fromHex("6A81")) }, { size: "1k" });
  await expect(card.readBlock(4)).rejects.toSatisfy((error) => isStatusWordError(error, 0x6a81));
});

it("tells the size by the name in the ATR", () => {
  expect([0x0001, 0x0002, 0x0026, 0x0036, 0x0039, 0x0003].map(classicSizeOf)).toEqual([
    "1k",
    "4k",
    "mini",
    "2k",
    "4k",
    undefined,
  ]);
});
