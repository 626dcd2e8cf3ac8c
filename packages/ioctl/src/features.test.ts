import { fromHex, isFormatError } from "@cardwire/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  encodePcscFeatures,
  encodePcscTlvProperties,
  parsePcscFeatures,
  parsePcscTlvProperties,
  pcscFeatureName,
} from "./features.ts";

test("a feature list: control codes are big-endian", () => {
  const features = [
    { tag: 0x06, controlCode: 0x4200_0db2 },
    { tag: 0x0a, controlCode: 0x0031_3520 },
  ];
  const bytes = fromHex("0604 42000DB2 0A04 00313520");
  expect(parsePcscFeatures(bytes)).toEqual(features);
  expect(encodePcscFeatures(features)).toEqual(bytes);
  expect(parsePcscFeatures(fromHex(""))).toEqual([]);
  expect(pcscFeatureName(0x06)).toBe("VERIFY_PIN_DIRECT");
  expect(pcscFeatureName(0x21)).toBeUndefined();
});

test("a property list", () => {
  const bytes = fromHex("0B02 6B07 0901 00");
  const properties = [
    { tag: 11, value: fromHex("6B07") },
    { tag: 9, value: fromHex("00") },
  ];
  expect(parsePcscTlvProperties(bytes)).toEqual(properties);
  expect(encodePcscTlvProperties(properties)).toEqual(bytes);
});

test.each(["06", "0604420000", "0605420000000000", "0604420000B206"])("no feature list: %s", (hex) => {
  expect(() => parsePcscFeatures(fromHex(hex))).toThrow("feature at offset");
});

test("what cannot be written", () => {
  expect(() => encodePcscFeatures([{ tag: 256, controlCode: 0 }])).toThrow("feature");
  expect(() => encodePcscFeatures([{ tag: 1, controlCode: -1 }])).toThrow("feature");
  expect(() => encodePcscTlvProperties([{ tag: -1, value: fromHex("") }])).toThrow("property");
  expect(() => encodePcscTlvProperties([{ tag: 1, value: new Uint8Array(256) }])).toThrow("property");
});

test("round trips, and nothing but a FormatError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      const before = bytes.slice();
      for (const round of [
        () => encodePcscFeatures(parsePcscFeatures(bytes)),
        () => encodePcscTlvProperties(parsePcscTlvProperties(bytes)),
      ]) {
        try {
          expect(round()).toEqual(bytes);
        } catch (error) {
          if (!isFormatError(error)) throw error;
        }
      }
      expect(bytes).toEqual(before);
    }),
  );
});
