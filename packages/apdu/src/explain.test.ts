import { concatBytes, fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ApduLine, explainCommand, explainResponse } from "./log.ts";

function table(lines: readonly ApduLine[]): string[] {
  return lines.map(({ bytes, field, meaning }) => `${toHex(bytes)} ${field}: ${meaning}`);
}

describe("explainCommand", () => {
  test("GET DATA of PC/SC", () => {
    expect(table(explainCommand(fromHex("FFCA000000")))).toEqual([
      "FF CLA: for the reader itself (PC/SC part 3)",
      "CA INS: GET DATA",
      "00 P1: the UID (PUPI, IDm)",
      "00 P2: ",
      "00 Le: all there is, up to 256",
    ]);
  });

  test("LOAD KEYS and GENERAL AUTHENTICATE", () => {
    expect(table(explainCommand(fromHex("FF82000106A0A1A2A3A4A5"))).slice(2)).toEqual([
      "00 P1: a card's key, in plain, into volatile memory",
      "01 P2: as key number 1",
      "06 Lc: 6 bytes of data",
      "A0A1A2A3A4A5 key: 6 bytes",
    ]);
    expect(table(explainCommand(fromHex("FF860000050100046101"))).slice(5)).toEqual([
      "01 version: of this form: 01",
      "0004 address: block or page 4",
      "61 key type: key B",
      "01 key number: where LOAD KEYS put the key",
    ]);
  });

  test("the obsolete AUTHENTICATE, which is no APDU", () => {
    expect(table(explainCommand(fromHex("FF8800046000"))).at(-2)).toBe("60 key type: 60 key A, 61 key B");
  });

  test("a transparent exchange, object by object", () => {
    expect(table(explainCommand(fromHex("FFC200010B5F46041027000095023004"))).slice(3)).toEqual([
      "01 P2: transparent exchange: frames to the card as they are",
      "0B Lc: 11 bytes of data",
      "5F4604 object 5F46: timer; 4 bytes",
      "10270000 value of 5F46: 10000 µs",
      "9502 object 95: send to the card, then receive; 2 bytes",
      "3004 value of 95: send to the card, then receive",
    ]);
  });

  test("SELECT by name", () => {
    expect(table(explainCommand(fromHex("00A4040007D276000085010100")))).toEqual([
      "00 CLA: for the card, as ISO/IEC 7816-4 has it",
      "A4 INS: SELECT",
      "04 P1: by name (AID)",
      "00 P2: first or only occurrence; file control information is answered",
      "07 Lc: 7 bytes of data",
      "D2760000850101 data: the application's name (AID)",
      "00 Le: all there is, up to 256",
    ]);
  });
});

describe("explainResponse", () => {
  test("a UID and its status word", () => {
    expect(table(explainResponse(fromHex("041122339000"), fromHex("FFCA000000")))[0]).toBe("04112233 UID: 4 bytes");
  });

  test("a transparent exchange's objects", () => {
    expect(
      table(explainResponse(fromHex("C00300900096010097010A9000"), fromHex("FFC2000102950000"))).slice(0, 2),
    ).toEqual([
      "C003 object C0: outcome: which object failed (00 none), and its status word; 3 bytes",
      "009000 value of C0: nothing failed, 9000",
    ]);
  });
});

test("lines are all the bytes, in order, whatever they are", () => {
  const first = fc.constantFrom(0x00, 0x80, 0x90, 0xff);
  const anything = fc.tuple(first, fc.uint8Array({ maxLength: 40 })).map(([cla, rest]) => Uint8Array.of(cla, ...rest));
  fc.assert(
    fc.property(anything, anything, (command, response) => {
      for (const [bytes, lines] of [
        [command, explainCommand(command)],
        [response, explainResponse(response, command)],
      ] as const) {
        expect(toHex(concatBytes(...lines.map((line) => line.bytes)))).toBe(toHex(bytes));
        let offset = 0;
        for (const line of lines) {
          expect(line.offset).toBe(offset);
          offset += line.bytes.length;
        }
      }
    }),
  );
});
