import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseResponseApdu, responseApdu } from "./response-apdu.ts";

test("data, then SW1 SW2", () => {
  const response = parseResponseApdu(fromHex("04 A1 B2 C3 63 C2"));
  expect(toHex(response.data)).toBe("04A1B2C3");
  expect(response.sw).toBe(0x63c2);
  expect(parseResponseApdu(fromHex("9000")).data).toHaveLength(0);
  expect(toHex(responseApdu(fromHex("0102"), 0x01a6))).toBe("010201A6");
});

test("the limits", () => {
  expect(() => parseResponseApdu(fromHex("90"))).toThrow("SW at offset 0");
  expect(() => parseResponseApdu(new Uint8Array(0))).toThrow("there are 0");
  expect(parseResponseApdu(new Uint8Array(65_538)).data).toHaveLength(65_536);
  expect(() => parseResponseApdu(new Uint8Array(65_539))).toThrow("over 65536");
  expect(responseApdu(new Uint8Array(65_536), 0x9000)).toHaveLength(65_538);
  expect(() => responseApdu(new Uint8Array(65_537), 0x9000)).toThrow("over 65536");
  for (const sw of [-1, 0x1_0000, 0.5, NaN]) expect(() => responseApdu(new Uint8Array(0), sw)).toThrow("SW");
});

test("gives plain views, even of a Buffer", () => {
  const { data } = parseResponseApdu(Buffer.from("AABB9000", "hex"));
  expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype);
});

test("responses read back as written, and bytes as read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), fc.integer({ min: 0, max: 0xffff }), (data, sw) => {
      expect(parseResponseApdu(responseApdu(data, sw))).toEqual({ data, sw });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      try {
        const { data, sw } = parseResponseApdu(bytes);
        expect(responseApdu(data, sw)).toEqual(bytes);
      } catch (error) {
        expect(isFormatError(error) && bytes.length < 2).toBe(true);
      }
    }),
  );
});
