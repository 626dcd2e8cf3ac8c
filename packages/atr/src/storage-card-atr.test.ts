import { fromHex, isFormatError, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { buildStorageCardAtr } from "./storage-card-atr.ts";

// The fifteen rows of Windows' NFC class extension (NfcCxSCInterfaceGetAtrLocked) and of its own tests.
const WINDOWS_ROWS: readonly [string, number, number, string][] = [
  ["Classic 1K", 0x03, 0x0001, "3B8F8001804F0CA000000306030001000000006A"],
  ["Classic 4K", 0x03, 0x0002, "3B8F8001804F0CA0000003060300020000000069"],
  ["Ultralight", 0x03, 0x0003, "3B8F8001804F0CA0000003060300030000000068"],
  ["Mini", 0x03, 0x0026, "3B8F8001804F0CA000000306030026000000004D"],
  ["Plus SL2 2K", 0x03, 0x0038, "3B8F8001804F0CA0000003060300380000000053"],
  ["Plus SL2 4K", 0x03, 0x0039, "3B8F8001804F0CA0000003060300390000000052"],
  ["Ultralight C", 0x03, 0x003a, "3B8F8001804F0CA00000030603003A0000000051"],
  ["EV1, NTAG21x", 0x03, 0x003d, "3B8F8001804F0CA00000030603003D0000000056"],
  ["other SAK", 0x03, 0x0000, "3B8F8001804F0CA000000306030000000000006B"],
  ["FeliCa", 0x11, 0x003b, "3B8F8001804F0CA00000030611003B0000000042"],
  ["ISO 15693, NXP", 0x0c, 0x0014, "3B8F8001804F0CA0000003060C00140000000070"],
  ["ISO 15693, other", 0x0c, 0x0000, "3B8F8001804F0CA0000003060C00000000000064"],
  ["Jewel", 0x00, 0x002f, "3B8F8001804F0CA00000030600002F0000000047"],
  ["Topaz", 0x00, 0x0030, "3B8F8001804F0CA0000003060000300000000058"],
  ["Type 1, other", 0x00, 0x0000, "3B8F8001804F0CA0000003060000000000000068"],
];

describe("buildStorageCardAtr", () => {
  it.each(WINDOWS_ROWS)("builds the answer of %s", (_, standard, cardName, hex) => {
    expect(toHex(buildStorageCardAtr({ standard, cardName }))).toBe(hex);
  });

  it("builds a vendor's names: ACR122U's FeliCa 212 and Topaz", () => {
    expect(toHex(buildStorageCardAtr({ standard: 0x03, cardName: 0xf011 }))).toMatch(/03F011000000008A$/);
    expect(toHex(buildStorageCardAtr({ standard: 0x03, cardName: 0xf004 }))).toMatch(/03F004000000009F$/);
  });

  it("keeps reserved bytes that are not zero", () => {
    const reserved = fromHex("01020304");
    expect(toHex(buildStorageCardAtr({ standard: 0x07, cardName: 0x4344, reserved })).slice(24, 38)).toBe(
      "07434401020304",
    );
  });

  it.each([
    [{ standard: 0x100, cardName: 0 }, "SS"],
    [{ standard: -1, cardName: 0 }, "SS"],
    [{ standard: 3, cardName: 0x10000 }, "NN"],
    [{ standard: 3, cardName: 1.5 }, "NN"],
    [{ standard: 3, cardName: 1, reserved: new Uint8Array(3) }, "RFU"],
  ])("refuses %j", (card, field) => {
    let error: unknown;
    try {
      buildStorageCardAtr(card);
    } catch (caught) {
      error = caught;
    }
    expect(isFormatError(error) && error.field).toBe(field);
  });
});
