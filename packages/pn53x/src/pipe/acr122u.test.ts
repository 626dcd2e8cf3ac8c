import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPn53x } from "../chip/pn53x.ts";
import { isPn53xError } from "../pn53x-error.ts";
import { type Acr122uPipe, openAcr122uPipe } from "./acr122u.ts";

const VERSION = "41435231323255323037";
const OPENING: Readonly<Record<string, string>> = {
  FF00480000: VERSION,
  FF00500000: "90FF",
  FF00517F00: "907F",
  FF00410100: "9000",
  FF0051FF00: "90FF",
};

/** A reader that answers from a table, and what it was asked. */
async function open(
  answers: Readonly<Record<string, string>> = {},
): Promise<{ readonly pipe: Acr122uPipe; readonly asked: string[] }> {
  const asked: string[] = [];
  const pipe = await openAcr122uPipe((apdu) => {
    asked.push(toHex(apdu));
    const answer = answers[toHex(apdu)] ?? OPENING[toHex(apdu)];
    return answer === undefined
      ? Promise.reject(new Error(`unexpected ${toHex(apdu)}`))
      : Promise.resolve(fromHex(answer));
  });
  return { pipe, asked };
}

describe("an ACR122U", () => {
  it("is asked for its version, and its own polling is switched off, until it is closed", async () => {
    const { pipe, asked } = await open();
    expect([pipe.firmware, pipe.name]).toEqual(["ACR122U207", "ACR122U207"]);
    expect(asked).toEqual(["FF00480000", "FF00500000", "FF00517F00", "FF00410100"]);
    await pipe.close();
    await pipe.close();
    expect(asked.slice(4)).toEqual(["FF0051FF00"]);
    await expect(pipe.exchange(fromHex("D402"))).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("may tell its operating parameter without a status", async () => {
    const { pipe, asked } = await open({ FF00500000: "B3", FF00517F00: "7F", FF0051B300: "B3" });
    await pipe.close();
    expect(asked.at(-1)).toBe("FF0051B300");
    await expect(open({ FF00517F00: "63" })).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it("passes commands on, and the status word is taken off the answer", async () => {
    // as an exchange by escape was recorded: a PN532 1.4
    const { pipe } = await open({ FF00000002D402: "D503320104079000" });
    expect((await openPn53x(pipe)).name).toBe("PN532 1.4 (ACR122U207)");
  });

  it("of the kind with a SAM slot keeps the answer until it is fetched", async () => {
    const { pipe, asked } = await open({ FF00000002D402: "6106", FFC0000006: "D503320104079000" });
    expect(toHex(await pipe.exchange(fromHex("D402")))).toBe("D50332010407");
    expect(asked.slice(-2)).toEqual(["FF00000002D402", "FFC0000006"]);
  });

  it.each([
    ["nothing", "", "CHIP_SILENT"],
    ["6300", "6300", "CHIP_SILENT"],
    ["6301", "6301", "CHIP_SILENT"],
    ["6327", "6327", "PROTOCOL"],
    ["637F", "637F", "SYNTAX"],
    ["6A81", "6A81", "PROTOCOL"],
    ["an answer without 9000", "D50332010407", "PROTOCOL"],
    ["9000 alone", "9000", "PROTOCOL"],
  ])("that answers %s fails with its reason", async (_, answer, code) => {
    const { pipe } = await open({ FF00000002D402: answer });
    await expect(pipe.exchange(fromHex("D402"))).rejects.toMatchObject({ name: "Pn53xError", code });
  });

  it("lights and beeps", async () => {
    // red for 200 ms, twice, with a beep (ACR122U API section 6.2)
    const { pipe } = await open({ FF0040500402000201: "9002", FF00520000: "9000", FF0052FF00: "6300" });
    expect(await pipe.indicate({ state: 0x50, onUnits: 2, repetitions: 2, buzzer: 1 })).toBe(0x02);
    await pipe.setBuzzerOnDetection(false);
    await expect(pipe.setBuzzerOnDetection(true)).rejects.toMatchObject({ code: "PROTOCOL" });
    await expect(pipe.indicate({ state: 0x50, onUnits: 256 })).rejects.toMatchObject({ name: "UsageError" });
  });

  it("takes no more bytes than its firmware passes on", async () => {
    const { pipe } = await open();
    await expect(pipe.exchange(new Uint8Array(255))).rejects.toMatchObject({ name: "UsageError" });
  });

  it("that is none is left alone", async () => {
    await expect(open({ FF00480000: "6A81" })).rejects.toMatchObject({ code: "PROTOCOL", fault: "reader" });
  });

  it("that has gone can be closed", async () => {
    const { pipe } = await open({ FF0051FF00: "" });
    await expect(pipe.close()).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  it("whatever it answers, fails in no other way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), async (answer, rest) => {
        // 61 and a length have the rest asked for
        const fetch = `FFC00000${toHex(answer.subarray(1, 2))}`;
        const { pipe } = await open({ FF00000002D402: toHex(answer), [fetch]: toHex(rest) });
        const outcome = await openPn53x(pipe).then(
          () => true,
          (error: unknown) => isPn53xError(error),
        );
        expect(outcome).toBe(true);
      }),
    );
  });
});
