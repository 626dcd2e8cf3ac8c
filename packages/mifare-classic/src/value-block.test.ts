import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildValueBlock, parseValueBlock } from "./value-block.ts";

describe("value blocks", () => {
  it.each([
    [1234567, 4, "87D612007829EDFF87D6120004FB04FB"],
    [100, 5, "640000009BFFFFFF6400000005FA05FA"],
    [-1, 0, "FFFFFFFF00000000FFFFFFFF00FF00FF"],
  ])("%i at %i", (value, address, hex) => {
    expect(toHex(buildValueBlock({ value, address }))).toBe(hex);
    expect(parseValueBlock(fromHex(hex))).toEqual({ value, address });
  });

  it("come back from their bytes, and no changed byte goes unseen", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(15),
        fc.integer({ min: 1, max: 255 }),
        (value, address, at, flip) => {
          const bytes = buildValueBlock({ value, address });
          expect(parseValueBlock(bytes)).toEqual({ value, address });
          bytes[at]! ^= flip;
          expect(parseValueBlock(bytes)).toBeUndefined();
        },
      ),
    );
  });

  it("refuses what cannot be said", () => {
    expect(() => buildValueBlock({ value: 2 ** 31, address: 0 })).toThrow(/value: 2147483648/);
    expect(() => buildValueBlock({ value: 0, address: 256 })).toThrow(/address/);
    expect(() => parseValueBlock(new Uint8Array(15))).toThrow(/16 bytes/);
  });
});
