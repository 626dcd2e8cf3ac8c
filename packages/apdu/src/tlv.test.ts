import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildTlv } from "./build-tlv.ts";
import { parseCompactTlv } from "./compact-tlv.ts";
import { findAllTlv, findTlv } from "./find-tlv.ts";
import { formatTlv } from "./format-tlv.ts";
import { parseTlv, type ParseTlvOptions } from "./parse-tlv.ts";
import { type Tlv, type TlvInput } from "./tlv.ts";

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isFormatError(error)) return `${error.code} ${error.field}@${error.offset ?? "-"}`;
    throw error;
  }
  return "accepted";
};

/** A payment application's answer to SELECT, in the layout of EMV book 1 section 11.3.4. */
const FCI =
  "6F2E8407A0000000041010A5235010 4D617374657243617264204465626974 5F2D02656E 9F1101 01 BF0C05 9F4D020B0A".replaceAll(
    " ",
    "",
  );

describe("parseTlv", () => {
  test("takes a file control information apart", () => {
    const [fci] = parseTlv(fromHex(FCI));
    expect(fci?.tag).toBe(0x6f);
    expect(fci?.children?.map(({ tag }) => tag)).toEqual([0x84, 0xa5]);
    expect(fci?.children?.[1]?.children?.map(({ tag }) => tag)).toEqual([0x50, 0x5f2d, 0x9f11, 0xbf0c]);
    expect(toHex(fci?.value ?? new Uint8Array(0))).toBe(FCI.slice(4));
  });

  test.each<[string, number, string]>([
    ["0100", 0x01, ""],
    ["5F4604A0860100", 0x5f46, "A0860100"],
    ["FF6D00", 0xff6d, ""],
    ["7F490186", 0x7f49, "86"],
    ["5F81800100", 0x5f818001, ""],
    ["9F028101AA", 0x9f02, "AA"],
    ["95820002ABCD", 0x95, "ABCD"],
    ["9583000001EE", 0x95, "EE"],
    ["958400000001EE", 0x95, "EE"],
  ])("reads %s", (hex, tag, value) => {
    const [object] = parseTlv(fromHex(hex), { descend: () => false });
    expect(object?.tag).toBe(tag);
    expect(toHex(object?.value ?? new Uint8Array(1))).toBe(value);
    expect(object?.children).toBeUndefined();
  });

  test.each<[string, string, ParseTlvOptions?]>([
    ["5F", "TOO_SHORT tag@1"],
    ["5F8180", "TOO_SHORT tag@3"],
    ["5F8180808000", "TOO_LONG tag@0"],
    ["84", "TOO_SHORT length@1"],
    ["8481", "TOO_SHORT length@2"],
    ["848200", "TOO_SHORT length@3"],
    ["840201", "TOO_SHORT value@2"],
    ["84FEFFFFFFFF", "TOO_SHORT length@6"],
    ["8484FFFFFFFF01", "TOO_SHORT value@6"],
    ["84FF01", "INVALID_VALUE length@1"],
    ["6F808401010000", "INVALID_VALUE length@1"],
    ["0000", "INVALID_VALUE tag@0"],
    ["6F0384020102", "TOO_SHORT value@4"],
    ["6F02840184", "TOO_SHORT value@4"],
    ["8401008480", "INVALID_VALUE length@4"],
    ["84800000", "INVALID_VALUE length@1", { indefinite: true }],
    ["6F80840101", "TOO_SHORT length@5", { indefinite: true }],
    ["6F8084010100", "INVALID_VALUE tag@5", { indefinite: true }],
    ["8400840084008400", "TOO_LONG tag@6", { maxObjects: 3 }],
    ["6F046F026F00", "TOO_LONG tag@4", { maxDepth: 2 }],
    ["6F8000006F800000", "TOO_LONG tag@0", { maxDepth: 0, indefinite: true }],
  ])("refuses %s with %s", (hex, reason, options) => {
    expect(codeOf(() => parseTlv(fromHex(hex), options))).toBe(reason);
  });

  test("indefinite lengths, when they are allowed", () => {
    const objects = parseTlv(fromHex("6F80 8401AA A580 500131 0000 0000 8700"), { indefinite: true });
    expect(objects.map(({ tag }) => tag)).toEqual([0x6f, 0x87]);
    expect(toHex(findTlv(objects, 0x6f, 0xa5, 0x50)?.value ?? new Uint8Array(0))).toBe("31");
    expect(toHex(objects[0]?.value ?? new Uint8Array(0))).toBe("8401AAA5805001310000");
    expect(toHex(buildTlv(objects))).toBe("6F088401AAA5035001318700");
  });

  test("padding, when it is named", () => {
    const objects = parseTlv(fromHex("00 8401AA FF FF 6F04 00 870100 00"), { padding: [0x00, 0xff] });
    expect(objects.map(({ tag }) => tag)).toEqual([0x84, 0x6f]);
    expect(objects[1]?.children).toHaveLength(1);
  });

  test("descends only where it is told", () => {
    const [object] = parseTlv(fromHex("E103FFFFFF"), { descend: (tag) => tag !== 0xe1 });
    expect(object?.children).toBeUndefined();
    expect(object?.value).toHaveLength(3);
  });

  test("bounds its own bound", () => {
    expect(() => parseTlv(new Uint8Array(0), { maxDepth: 257 })).toThrow("over 256");
    expect(() => parseTlv(new Uint8Array(0), { maxDepth: NaN })).toThrow("over 256");
  });

  test("nesting as deep as 4 KiB allow is refused, not followed", () => {
    let bomb: Uint8Array = new Uint8Array(0);
    while (bomb.length < 4000) bomb = buildTlv([{ tag: 0x6f, value: bomb }]);
    expect(codeOf(() => parseTlv(bomb))).toMatch(/^TOO_LONG tag@/);
    expect(codeOf(() => parseTlv(bomb, { maxDepth: 256 }))).toMatch(/^TOO_LONG tag@/);
    const open = new Uint8Array(4096).map((_, index) => (index % 2 === 0 ? 0x6f : 0x80));
    expect(codeOf(() => parseTlv(open, { indefinite: true }))).toMatch(/^TOO_LONG tag@/);
  });

  test("gives plain views, even of a Buffer", () => {
    const [object] = parseTlv(Buffer.from("8401AA", "hex"));
    expect(Object.getPrototypeOf(object?.value)).toBe(Uint8Array.prototype);
  });
});

describe("buildTlv", () => {
  test.each<[TlvInput[], string]>([
    [[], ""],
    [[{ tag: 0x84, value: fromHex("A000") }], "8402A000"],
    [[{ tag: 0x5f46, value: fromHex("88130000") }], "5F460488130000"],
    [[{ tag: 0x80, value: new Uint8Array(127) }], "807F" + "00".repeat(127)],
    [[{ tag: 0x80, value: new Uint8Array(128) }], "808180" + "00".repeat(128)],
    [[{ tag: 0x80, value: new Uint8Array(255) }], "8081FF" + "00".repeat(255)],
    [[{ tag: 0x80, value: new Uint8Array(256) }], "80820100" + "00".repeat(256)],
    [[{ tag: 0x80, value: new Uint8Array(65_536) }], "8083010000" + "00".repeat(65_536)],
    [
      [
        { tag: 0xa0, children: [{ tag: 0x80, value: Uint8Array.of(5) }] },
        { tag: 0xe1, value: Uint8Array.of(0xff) },
      ],
      "A003800105E101FF",
    ],
  ])("case %#", (objects, hex) => {
    expect(toHex(buildTlv(objects))).toBe(hex);
  });

  test.each([0, -1, 1.5, NaN, 0x1f, 0x7f4902, 0x100, 0x8401, 0x5f80, 0x5f0001, 0x5f810101, 0x1_0000_0000, 0x9f808080])(
    "%i is no tag",
    (tag) => {
      expect(codeOf(() => buildTlv([{ tag, value: new Uint8Array(0) }]))).toBe("INVALID_VALUE tag@-");
    },
  );

  test("a primitive tag has no children", () => {
    expect(() => buildTlv([{ tag: 0x84, children: [] }])).toThrow("84 is primitive");
    expect(() => buildTlv([{ tag: 0x5f46, children: [] }])).toThrow("5F46 is primitive");
  });
});

describe("findTlv", () => {
  const objects = parseTlv(fromHex("61044F020102 61064F0103500131 8400"));

  test("goes along a path, into each template that fits", () => {
    expect(toHex(findTlv(objects, 0x61, 0x50)?.value ?? new Uint8Array(0))).toBe("31");
    expect(toHex(findTlv(objects, 0x61, 0x4f)?.value ?? new Uint8Array(0))).toBe("0102");
    expect(findTlv(objects, 0x84)).toBe(objects[2]);
    expect(findTlv(objects, 0x84, 0x50)).toBeUndefined();
    expect(findTlv(objects, 0x62)).toBeUndefined();
    expect(findTlv(objects)).toBeUndefined();
  });

  test("finds all of them", () => {
    expect(findAllTlv(objects, 0x61, 0x4f).map(({ value }) => toHex(value))).toEqual(["0102", "03"]);
    expect(findAllTlv(objects, 0x61)).toHaveLength(2);
    expect(findAllTlv(objects, 0x84, 0x50)).toEqual([]);
    expect(findAllTlv(objects)).toEqual([]);
  });
});

test("formatTlv prints a tree", () => {
  const text = formatTlv(parseTlv(fromHex(FCI)), { 0x6f: "FCI template", 0x84: "DF name", 0x5f2d: "language" });
  expect(text.split("\n")).toEqual([
    "6F (46) FCI template",
    "  84 (7) DF name: A0000000041010",
    "  A5 (35)",
    "    50 (16): 4D617374657243617264204465626974",
    "    5F2D (2) language: 656E",
    "    9F11 (1): 01",
    "    BF0C (5)",
    "      9F4D (2): 0B0A",
  ]);
  expect(formatTlv(parseTlv(fromHex("0100")))).toBe("01 (0)");
  expect(formatTlv(parseCompactTlv(fromHex("31C1")), { 3: "card service data" })).toBe("03 (1) card service data: C1");
});

const primitiveTags = fc.constantFrom(0x01, 0x4f, 0x84, 0x9f02, 0x5f46, 0xdf8101, 0x9fff8f01, 0xdf6d);
const constructedTags = fc.constantFrom(0x6f, 0xa5, 0xff6d, 0x7f49, 0xbf0c, 0x7f8101, 0xbfff8f01);
const { trees } = fc.letrec<{ trees: TlvInput[]; node: TlvInput }>((tie) => ({
  trees: fc.array(tie("node"), { maxLength: 4, depthIdentifier: "tlv" }),
  node: fc.oneof(
    { maxDepth: 6, depthIdentifier: "tlv" },
    fc.record({ tag: primitiveTags, value: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ tag: constructedTags, children: tie("trees") }),
  ),
}));

function plain(objects: readonly (Tlv | TlvInput)[]): unknown {
  return objects.map(({ tag, value, children }) => (children ? { tag, children: plain(children) } : { tag, value }));
}

test("objects read back as they were built, and are built again from what was read", () => {
  fc.assert(
    fc.property(trees, (objects) => {
      const bytes = buildTlv(objects);
      const parsed = parseTlv(bytes);
      expect(plain(parsed)).toEqual(plain(objects));
      expect(buildTlv(parsed)).toEqual(bytes);
    }),
  );
});

/** Bytes that often look like TLV. */
const nearTlv = fc
  .array(fc.oneof(fc.constantFrom(0x6f, 0xa5, 0x84, 0x9f, 0x7f, 0x00, 0x80, 0x81, 0x82, 0x84), fc.nat(255)), {
    maxLength: 4096,
    size: "max",
  })
  .map((bytes) => Uint8Array.from(bytes));

test("no bytes make the parser throw anything but a FormatError, or give more than they hold", () => {
  fc.assert(
    fc.property(nearTlv, fc.boolean(), fc.boolean(), (bytes, indefinite, padded) => {
      let count = 0;
      const visit = (objects: readonly Tlv[]): void => {
        for (const { value, children } of objects) {
          count++;
          expect(value.length).toBeLessThan(bytes.length);
          expect(value.buffer).toBe(bytes.buffer);
          if (children) visit(children);
        }
      };
      try {
        visit(parseTlv(bytes, { indefinite, ...(padded && { padding: [0] }) }));
      } catch (error) {
        if (!isFormatError(error)) throw error;
      }
      expect(count * 2).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 300 },
  );
});
