import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AtrFields, type AtrInterfaceFields, buildAtr } from "./build-atr.ts";
import { parseAtr } from "./parse-atr.ts";

const none = new Uint8Array(0);
const byte = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined });
const group = fc.record({ ta: byte, tb: byte, tc: byte });

/** Fields that can be said: the groups get no more room than there is. */
const fields: fc.Arbitrary<AtrFields> = fc
  .record({
    inverse: fc.constantFrom("direct" as const, "inverse" as const, "raw" as const),
    first: group,
    others: fc.array(fc.record({ protocol: fc.integer({ min: 0, max: 15 }), ta: byte, tb: byte, tc: byte }), {
      maxLength: 4,
    }),
    historicalBytes: fc.uint8Array({ maxLength: 12 }),
  })
  .map(({ inverse, first, others, historicalBytes }) => ({
    convention: inverse === "direct" ? "direct" : "inverse",
    raw: inverse === "raw",
    interfaceBytes: [{ ...first, protocol: undefined }, ...others],
    historicalBytes,
  }));

describe("buildAtr", () => {
  it("builds the shortest ones", () => {
    expect(toHex(buildAtr({ historicalBytes: none }))).toBe("3B00");
    expect(toHex(buildAtr({ convention: "inverse", historicalBytes: fromHex("9000") }))).toBe("3F029000");
    expect(toHex(buildAtr({ convention: "inverse", raw: true, historicalBytes: none }))).toBe("03FF");
  });

  it("derives T0, TD and TCK", () => {
    // sysmoUSIM-SJS1
    const interfaceBytes: AtrInterfaceFields[] = [{ ta: 0x96 }, { protocol: 0 }, { protocol: 15, ta: 0xc7 }];
    expect(toHex(buildAtr({ interfaceBytes, historicalBytes: fromHex("8031A073BE21136743200718000001") }))).toBe(
      "3B9F96801FC78031A073BE21136743200718000001A5",
    );
  });

  it.each<[AtrFields, string]>([
    [{ historicalBytes: new Uint8Array(16) }, "historical bytes"],
    [{ raw: true, historicalBytes: none }, "raw"],
    [{ interfaceBytes: [{ ta: 256 }], historicalBytes: none }, "TA1"],
    [{ interfaceBytes: [{}, { protocol: 16 }], historicalBytes: none }, "T of TD1"],
    [{ interfaceBytes: [{}, { protocol: 1, tc: -1 }], historicalBytes: none }, "TC2"],
    [{ interfaceBytes: [{ protocol: 0 }], historicalBytes: none }, "interfaceBytes[0].protocol"],
    [{ interfaceBytes: [{}, {}], historicalBytes: none }, "interfaceBytes[1].protocol"],
    [
      {
        interfaceBytes: [{}, ...Array.from({ length: 9 }, () => ({ protocol: 1, ta: 1, tb: 1, tc: 1 }))],
        historicalBytes: none,
      },
      "answer to reset",
    ],
  ])("refuses what cannot be said: %j", (wrong, field) => {
    expect(() => buildAtr(wrong)).toThrow(field);
  });

  it("is undone by parseAtr", () => {
    fc.assert(
      fc.property(fields, (said) => {
        const atr = parseAtr(buildAtr(said));
        expect(atr.defects.filter(({ code }) => code !== "RFU_VALUE" && code !== "PROTOCOL_ORDER")).toEqual([]);
        expect(atr.convention).toBe(said.convention);
        expect(atr.raw).toBe(said.raw);
        expect(toHex(atr.historicalBytes)).toBe(toHex(said.historicalBytes));
        expect(atr.interfaceBytes.map(({ protocol, ta, tb, tc }) => ({ protocol, ta, tb, tc }))).toEqual(
          said.interfaceBytes,
        );
      }),
    );
  });

  it("undoes parseAtr, where there is no defect", () => {
    fc.assert(
      fc.property(fields, fc.uint8Array({ minLength: 2, maxLength: 33 }), (said, noise) => {
        for (const bytes of [buildAtr(said), noise]) {
          const atr = parseAtr(bytes);
          if (atr.defects.length === 0) expect(toHex(buildAtr(atr))).toBe(toHex(bytes));
        }
      }),
    );
  });
});
