import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc15693, crc8Mad, crcA, crcB, crcF, fromHex } from "./index.ts";

/** "123456789", over which catalogues of CRCs give their check values. */
const CHECK = fromHex("31 32 33 34 35 36 37 38 39");

/** The two bytes as they go on air, least significant first. */
function lowFirst(crc: number): string {
  return `${hex(crc & 0xff)} ${hex(crc >> 8)}`;
}

function highFirst(crc: number): string {
  return `${hex(crc >> 8)} ${hex(crc & 0xff)}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

/** A bitwise CRC that knows nothing of tables and reflection tricks: the definition, to compare with. */
function bitwise(bytes: Uint8Array, start: number, inverted: boolean): number {
  let crc = start;
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) {
      const feedback = ((byte >> bit) & 1) ^ (crc & 1);
      crc = (crc >> 1) ^ (feedback === 1 ? 0x8408 : 0);
    }
  return inverted ? crc ^ 0xffff : crc;
}

describe("CRC_A", () => {
  it("has its check value", () => {
    expect(crcA(CHECK)).toBe(0xbf05);
  });

  // ISO/IEC 14443-3 annex B.1 gives the first two
  it.each([
    ["00 00", "A0 1E"],
    ["12 34", "26 CF"],
    ["50 00", "57 CD"],
    ["30 00", "02 A8"],
    ["60 04", "D1 3D"],
    ["E0 80", "31 73"],
  ])("of %s is %s on air", (data, crc) => {
    expect(lowFirst(crcA(fromHex(data)))).toBe(crc);
  });

  it("of a frame with its CRC is 0", () => {
    expect(crcA(fromHex("30 00 02 A8"))).toBe(0);
  });
});

describe("CRC_B", () => {
  it("has its check value", () => {
    expect(crcB(CHECK)).toBe(0x906e);
  });

  // ISO/IEC 14443-3 annex B.2 gives 00 00 00, 0F FF FF and 0A 12 34 56
  it.each([
    ["00 00", "47 0F"],
    ["05 00 08", "39 73"],
    ["06 00", "97 5B"],
    ["00 00 00", "CC C6"],
    ["0F FF FF", "B3 7C"],
    ["0A 12 34 56", "2C F6"],
    ["78 00 00 00 00 00 00", "D0 43"],
  ])("of %s is %s on air", (data, crc) => {
    expect(lowFirst(crcB(fromHex(data)))).toBe(crc);
  });
});

describe("the CRC of ISO/IEC 15693", () => {
  it.each([
    ["26 01 00", "F6 0A"],
    ["02 20 00", "47 50"],
  ])("of %s is %s on air", (data, crc) => {
    expect(lowFirst(crc15693(fromHex(data)))).toBe(crc);
  });

  it("has the check value, and the residue F0B8 before it is inverted", () => {
    expect(crc15693(CHECK)).toBe(0x906e);
    expect(crc15693(fromHex("02 20 00 47 50")) ^ 0xffff).toBe(0xf0b8);
  });
});

describe("CRC_F", () => {
  it("has its check value", () => {
    expect(crcF(CHECK)).toBe(0x31c3);
  });

  it.each([
    ["06 00 FF FF 00 00", "09 21"],
    ["06 00 12 FC 01 00", "DE 2C"],
  ])("of %s is %s on air", (data, crc) => {
    expect(highFirst(crcF(fromHex(data)))).toBe(crc);
  });
});

describe("the CRC-8 of the MIFARE application directory", () => {
  // NXP AN10787 section 3.7: the info byte and fifteen AIDs of its example
  it("has the value of NXP's example", () => {
    const directory = fromHex(
      "01 01 08 01 08 01 08 00 00 00 00 00 00 04 00 03 10 03 10 02 10 02 10 00 00 00 00 00 00 11 30",
    );
    expect(crc8Mad(directory)).toBe(0x89);
  });

  it("of nothing is its start value", () => {
    expect(crc8Mad(new Uint8Array())).toBe(0xc7);
  });
});

it("agrees with the definition on any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(crcA(bytes)).toBe(bitwise(bytes, 0x6363, false));
      expect(crcB(bytes)).toBe(bitwise(bytes, 0xffff, true));
    }),
  );
});
