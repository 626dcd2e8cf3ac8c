import { fromHex, isFormatError } from "@cardwire/core";
import fc from "fast-check";
import { expect, expectTypeOf, test } from "vitest";
import {
  type AttributeName,
  type AttributeType,
  attributeType,
  decodeAttribute,
  encodeAttribute,
  SCARD_ATTR,
} from "./index.ts";

const NAMES = Object.keys(SCARD_ATTR) as AttributeName[];

test("values as an NFC reader gives them", () => {
  expect(encodeAttribute("VENDOR_NAME", "Microsoft")).toEqual(fromHex("4D6963726F736F667400"));
  expect(encodeAttribute("CHARACTERISTICS", 8)).toEqual(fromHex("08000000"));
  expect(encodeAttribute("ICC_PRESENCE", 1)).toEqual(fromHex("01"));
  expect(encodeAttribute("DEVICE_FRIENDLY_NAME_W", "é")).toEqual(fromHex("E9000000"));
  expect(decodeAttribute("DEFAULT_CLK", fromHex("F8340000"))).toBe(13_560);
});

test("the type of a value follows from the name", () => {
  expectTypeOf(decodeAttribute("VENDOR_NAME", fromHex("00"))).toEqualTypeOf<string>();
  expectTypeOf(decodeAttribute("ICC_PRESENCE", fromHex("00"))).toEqualTypeOf<number>();
  expectTypeOf(decodeAttribute("ATR_STRING", fromHex("00"))).toEqualTypeOf<Uint8Array>();
});

test("a string may come without its NUL", () => {
  expect(decodeAttribute("VENDOR_IFD_TYPE", fromHex("494644"))).toBe("IFD");
  expect(decodeAttribute("VENDOR_IFD_TYPE", fromHex(""))).toBe("");
});

test.each([
  ["CURRENT_CLK", "F83400", "TOO_SHORT", 0],
  ["CURRENT_CLK", "F834000000", "LEFT_OVER", 4],
  ["ICC_PRESENCE", "", "TOO_SHORT", 0],
  ["ICC_PRESENCE", "0100", "LEFT_OVER", 1],
  ["VENDOR_NAME", "41004200", "LEFT_OVER", 2],
  ["VENDOR_NAME", "41E900", "INVALID_VALUE", 1],
  ["DEVICE_SYSTEM_NAME_W", "410042", "TOO_SHORT", 2],
] as const)("refused: %s %s", (name, hex, code, offset) => {
  expect(() => decodeAttribute(name, fromHex(hex))).toThrow(expect.objectContaining({ code, offset, field: name }));
});

test("what does not fit is not written", () => {
  expect(() => encodeAttribute("ICC_PRESENCE", 256)).toThrow("ICC_PRESENCE");
  expect(() => encodeAttribute("CURRENT_CLK", 2 ** 32)).toThrow("CURRENT_CLK");
  expect(() => encodeAttribute("VENDOR_NAME", "Ä")).toThrow("VENDOR_NAME");
  expect(() => encodeAttribute("DEVICE_FRIENDLY_NAME_W", "a\0b")).toThrow("DEVICE_FRIENDLY_NAME_W");
});

const VALUE: Record<AttributeType, fc.Arbitrary<number | string | Uint8Array>> = {
  dword: fc.nat({ max: 0xffff_ffff }),
  byte: fc.nat({ max: 255 }),
  ascii: fc.string({ unit: fc.integer({ min: 1, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
  utf16: fc.string({ unit: fc.integer({ min: 1, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  bytes: fc.uint8Array({ maxLength: 64 }),
};

test("decode undoes encode, for every attribute", () => {
  for (const name of NAMES)
    fc.assert(
      fc.property(VALUE[attributeType(name)], (value) => {
        expect(decodeAttribute(name, encodeAttribute(name, value as never))).toEqual(value);
      }),
      { numRuns: 20 },
    );
});

test("encode undoes decode, and any input gives a value or a FormatError", () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.uint8Array({ maxLength: 4096 }), (name, bytes) => {
      try {
        const again = encodeAttribute(name, decodeAttribute(name, bytes));
        expect(again.subarray(0, bytes.length)).toEqual(bytes);
      } catch (error) {
        if (!isFormatError(error)) throw error;
      }
    }),
  );
});
