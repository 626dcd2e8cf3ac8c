import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildCompactTlv, parseCompactTlv } from "./compact-tlv.ts";
import { buildSimpleTlv, parseSimpleTlv } from "./simple-tlv.ts";

describe("COMPACT-TLV", () => {
  test("historical bytes with card service data, capabilities and status", () => {
    const bytes = fromHex("31 C1 73 96 21 80 83 05 90 00");
    const objects = parseCompactTlv(bytes);
    expect(objects.map(({ tag, value }) => [tag, toHex(value)])).toEqual([
      [0x3, "C1"],
      [0x7, "962180"],
      [0x8, "059000"],
    ]);
    expect(buildCompactTlv(objects)).toEqual(bytes);
  });

  test("limits", () => {
    expect(parseCompactTlv(new Uint8Array(0))).toEqual([]);
    expect(() => parseCompactTlv(fromHex("31C17396"))).toThrow("value at offset 3: 3 bytes announced, 1 left");
    expect(() => buildCompactTlv([{ tag: 16, value: new Uint8Array(0) }])).toThrow("16 is no tag");
    expect(() => buildCompactTlv([{ tag: 1, value: new Uint8Array(16) }])).toThrow("over 15");
  });
});

describe("SIMPLE-TLV", () => {
  test("short and long lengths", () => {
    const objects = parseSimpleTlv(fromHex("5302AABB 7F00 01FF0002CCDD"));
    expect(objects.map(({ tag, value }) => [tag, toHex(value)])).toEqual([
      [0x53, "AABB"],
      [0x7f, ""],
      [0x01, "CCDD"],
    ]);
    expect(toHex(buildSimpleTlv(objects))).toBe("5302AABB7F000102CCDD");
    expect(toHex(buildSimpleTlv([{ tag: 1, value: new Uint8Array(254) }])).slice(0, 4)).toBe("01FE");
    expect(toHex(buildSimpleTlv([{ tag: 1, value: new Uint8Array(255) }])).slice(0, 8)).toBe("01FF00FF");
  });

  test.each([
    ["00", "INVALID_VALUE", "tag at offset 0"],
    ["FF0100", "INVALID_VALUE", "tag at offset 0"],
    ["53", "TOO_SHORT", "length at offset 1"],
    ["53FF00", "TOO_SHORT", "length at offset 1"],
    ["5302AA", "TOO_SHORT", "value at offset 2"],
    ["5300 53FF000AAA", "TOO_SHORT", "value at offset 6"],
  ])("refuses %s", (hex, code, place) => {
    expect(() => parseSimpleTlv(fromHex(hex))).toThrow(expect.objectContaining({ code }));
    expect(() => parseSimpleTlv(fromHex(hex))).toThrow(place);
  });

  test("limits of building", () => {
    for (const tag of [0, 0xff, 1.5, -1])
      expect(() => buildSimpleTlv([{ tag, value: new Uint8Array(0) }])).toThrow("is no tag");
    expect(() => buildSimpleTlv([{ tag: 1, value: new Uint8Array(65_536) }])).toThrow("over 65535");
  });
});

test("objects read back as they were built", () => {
  const compact = fc.array(fc.record({ tag: fc.nat(15), value: fc.uint8Array({ maxLength: 15 }) }));
  fc.assert(
    fc.property(compact, (objects) => {
      expect(parseCompactTlv(buildCompactTlv(objects))).toEqual(objects);
    }),
  );
  const simple = fc.array(
    fc.record({ tag: fc.integer({ min: 1, max: 254 }), value: fc.uint8Array({ maxLength: 400, size: "max" }) }),
  );
  fc.assert(
    fc.property(simple, (objects) => {
      expect(parseSimpleTlv(buildSimpleTlv(objects))).toEqual(objects);
    }),
  );
});

test("bytes are taken apart or refused with a FormatError; COMPACT-TLV is written back byte by byte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      try {
        expect(buildCompactTlv(parseCompactTlv(bytes))).toEqual(bytes);
      } catch (error) {
        if (!isFormatError(error)) throw error;
      }
      try {
        const objects = parseSimpleTlv(bytes);
        expect(parseSimpleTlv(buildSimpleTlv(objects))).toEqual(objects);
      } catch (error) {
        if (!isFormatError(error)) throw error;
      }
    }),
  );
});
