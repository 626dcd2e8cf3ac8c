import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { transmitApduByT0 } from "./apdu.ts";
import { exchangeT0Characters } from "./character-level.ts";

/** Plays a card that answers these TPDUs in this order. */
function card(script: readonly (readonly [tpdu: string, answer: string])[]): (tpdu: Uint8Array) => Promise<Uint8Array> {
  let line = 0;
  return (tpdu) => {
    const [expected, answer] = script[line++] ?? ["nothing more", ""];
    expect(toHex(tpdu)).toBe(expected);
    return Promise.resolve(fromHex(answer));
  };
}

async function transmit(command: string, script: readonly (readonly [string, string])[]): Promise<string> {
  return toHex(await transmitApduByT0(card(script), fromHex(command)));
}

// ISO/IEC 7816-3:2006, section 12.2
describe("APDUs over T=0", () => {
  it("sends cases 1, 2 and 3 as they are", async () => {
    expect(await transmit("00A40400", [["00A40400", "9000"]])).toBe("9000");
    expect(await transmit("00B0000002", [["00B0000002", "01029000"]])).toBe("01029000");
    expect(await transmit("00D600000101", [["00D600000101", "9000"]])).toBe("9000");
  });

  it("leaves 61XX of cases 1 and 3 to the application", async () => {
    expect(await transmit("00A40000023F00", [["00A40000023F00", "6110"]])).toBe("6110");
  });

  it("corrects a wrong Le", async () => {
    const script = [
      ["00B0000000", "6C02"],
      ["00B0000002", "01029000"],
    ] as const;
    expect(await transmit("00B0000000", script)).toBe("01029000");
  });

  it("gets the data of case 4 by GET RESPONSE, in the channel of the command", async () => {
    const script = [
      ["01A40400023F00", "6103"],
      ["01C0000003", "0102039000"],
    ] as const;
    expect(await transmit("01A40400023F0000", script)).toBe("0102039000");
  });

  it("gives the status of case 4 that has no data", async () => {
    expect(await transmit("00A40400023F0000", [["00A40400023F00", "6A82"]])).toBe("6A82");
  });

  it("shortens an extended command that fits", async () => {
    const script = [
      ["00B0000000", `${"AB".repeat(256)}6102`],
      ["00C0000002", "01029000"],
    ] as const;
    expect(await transmit("00B00000000102", script)).toBe(`${"AB".repeat(256)}01029000`);
  });

  it("sends a long data field by ENVELOPE, and ends it with an empty one where it must", async () => {
    const data = "22".repeat(300);
    const command = `00D6000000012C${data}`;
    const script = [
      [`00C20000FF${command.slice(0, 510)}`, "9000"],
      [`00C2000034${command.slice(510)}`, "9000"],
    ] as const;
    expect(await transmit(command, script)).toBe("9000");
  });

  it("sends bytes that are no APDU as they are", async () => {
    expect(await transmit("00A404000512", [["00A404000512", "6700"]])).toBe("6700");
  });
});

/** Plays a card character by character: what it sends when it has got so many. */
function characters(
  tpdu: string,
  script: readonly (readonly [sent: string, expected: number, answer: string])[],
): string {
  const run = exchangeT0Characters(fromHex(tpdu));
  let step = run.next();
  for (const [sent, expected, answer] of script) {
    if (step.done === true) throw new Error("the exchange has ended early");
    expect({ data: toHex(step.value.data), expected: step.value.expected }).toEqual({ data: sent, expected });
    step = run.next(fromHex(answer));
  }
  if (step.done !== true) throw new Error("the exchange goes on");
  return toHex(step.value);
}

// ISO/IEC 7816-3:2006, section 10.3.3
describe("T=0 character by character", () => {
  it("sends the header with P3 = 00 where there is none, and takes the status bytes", () => {
    expect(
      characters("00A40400", [
        ["00A4040000", 1, "90"],
        ["", 1, "00"],
      ]),
    ).toBe("9000");
  });

  it("waits after NULL, and reads all data and the status bytes after INS", () => {
    const script = [
      ["00B0000003", 1, "60"],
      ["", 1, "B0"],
      ["", 5, "0102039000"],
    ] as const;
    expect(characters("00B0000003", script)).toBe("0102039000");
    const late = [
      ["00B0000003", 1, "B0"],
      ["", 5, "0102036060"],
      ["", 1, "90"],
      ["", 1, "00"],
    ] as const;
    expect(characters("00B0000003", late)).toBe("0102039000");
    const short = [
      ["00B0000003", 1, "B0"],
      ["", 5, "010203"],
      ["", 1, "90"],
      ["", 1, "00"],
    ] as const;
    expect(characters("00B0000003", short)).toBe("0102039000");
  });

  it("reads and sends byte by byte after the complement of INS", () => {
    const read = [
      ["00B0000002", 1, "4F"],
      ["", 1, "01"],
      ["", 1, "B0"],
      ["", 3, "029000"],
    ] as const;
    expect(characters("00B0000002", read)).toBe("01029000");
    const send = [
      ["00D6000003", 1, "29"],
      ["01", 1, "D6"],
      ["0203", 1, "9000"],
    ] as const;
    expect(characters("00D6000003010203", send)).toBe("9000");
  });

  it("refuses a procedure byte that is none, and an INS that looks like a status", () => {
    expect(() => characters("00B0000001", [["00B0000001", 1, "12"]])).toThrow("procedure byte");
    expect(() => characters("0060000000", [])).toThrow("INS");
    expect(() => characters("00B000", [])).toThrow("TPDU");
  });

  it("ends with a card that says nothing more", () => {
    expect(() =>
      characters("00B0000001", [
        ["00B0000001", 1, ""],
        ["", 1, ""],
      ]),
    ).toThrow("nothing more");
  });
});
