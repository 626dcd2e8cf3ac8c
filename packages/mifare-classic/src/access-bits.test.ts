import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AccessCondition,
  buildAccessBits,
  DATA_ACCESS,
  explainAccessConditions,
  mayAccess,
  parseAccessBits,
  TRAILER_ACCESS,
  tryParseAccessBits,
} from "./access-bits.ts";

const condition = fc.constantFrom<AccessCondition>(0, 1, 2, 3, 4, 5, 6, 7);

describe("access bits", () => {
  // published vectors: the factory setting, and settings that libraries for these cards use
  it.each([
    ["FF0780", { data: [0, 0, 0], trailer: 1 }],
    ["787788", { data: [4, 4, 4], trailer: 3 }],
    ["08778F", { data: [6, 6, 6], trailer: 3 }],
    ["7F0788", { data: [0, 0, 0], trailer: 3 }],
    ["0F078F", { data: [2, 2, 2], trailer: 3 }],
  ] as const)("%s", (hex, conditions) => {
    expect(parseAccessBits(fromHex(hex))).toEqual(conditions);
    expect(toHex(buildAccessBits(conditions))).toBe(hex);
  });

  it("come back from their bytes, whatever they are", () => {
    fc.assert(
      fc.property(fc.tuple(condition, condition, condition), condition, (data, trailer) => {
        expect(parseAccessBits(buildAccessBits({ data, trailer }))).toEqual({ data, trailer });
      }),
    );
  });

  it("are refused when one inverted bit does not agree", () => {
    for (let bit = 0; bit < 24; bit++) {
      const bytes = fromHex("FF0780");
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(tryParseAccessBits(bytes)).toBeUndefined();
      expect(() => parseAccessBits(bytes)).toThrow(/access bits/);
    }
    expect(() => parseAccessBits(fromHex("FF07"))).toThrow(/3 bytes/);
    try {
      parseAccessBits(fromHex("FF078069"));
    } catch (error) {
      expect(isFormatError(error) && error.code).toBe("TOO_LONG");
    }
  });

  // the permission bitmaps of the data sheet's two tables, one row a line, bits C1 C2 C3
  it.each([
    [0, "a|b a|b a|b a|b", "a a none a a"],
    [1, "a|b none none a|b", "a a a a a"],
    [2, "a|b none none none", "none a none a none"],
    [3, "b b none none", "b a|b b none b"],
    [4, "a|b b none none", "b a|b none none b"],
    [5, "b none none none", "none a|b b none none"],
    [6, "a|b b b a|b", "none a|b none none none"],
    [7, "none none none none", "none a|b none none none"],
  ] as const)("condition %i allows what the tables say", (row, data, trailer) => {
    const { read, write, increment, decrement } = DATA_ACCESS[row]!;
    expect([read, write, increment, decrement].join(" ")).toBe(data);
    const { keyAWrite, accessBitsRead, accessBitsWrite, keyBRead, keyBWrite } = TRAILER_ACCESS[row]!;
    expect([keyAWrite, accessBitsRead, accessBitsWrite, keyBRead, keyBWrite].join(" ")).toBe(trailer);
  });

  it("give key B no right where it can be read", () => {
    expect(mayAccess("a|b", "b", 1)).toBe(false);
    expect(mayAccess("a|b", "b", 3)).toBe(true);
    expect(mayAccess("b", "a", 3)).toBe(false);
    expect(mayAccess("none", "a", 3)).toBe(false);
  });

  it("are explained in four lines", () => {
    expect(explainAccessConditions({ data: [0, 6, 7], trailer: 3 })).toEqual([
      "data 0 (000): read key A or B, write key A or B, increment key A or B, decrement key A or B: transport configuration",
      "data 1 (110): read key A or B, write key B, increment key B, decrement key A or B: value block",
      "data 2 (111): read never, write never, increment never, decrement never: no access",
      "trailer (011): write key A key B, read access bits key A or B, write access bits key B, read key B never, write key B key B",
    ]);
  });
});
