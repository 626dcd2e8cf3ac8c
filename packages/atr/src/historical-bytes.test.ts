import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildHistoricalBytes, parseHistoricalBytes } from "./historical-bytes.ts";

const parse = (hex: string) => {
  const { objects, leftOver, ...rest } = parseHistoricalBytes(fromHex(hex));
  return { ...rest, objects: objects.map(({ tag, value }) => `${tag} ${toHex(value)}`), leftOver: toHex(leftOver) };
};

describe("parseHistoricalBytes", () => {
  it("none", () => {
    expect(parse("")).toMatchObject({ category: "none", indicator: undefined, objects: [], leftOver: "" });
  });

  it("category 80: sysmoUSIM-SJS1", () => {
    expect(parse("8031A073BE21136743200718000001")).toMatchObject({
      category: "compact-tlv",
      objects: ["3 A0", "7 BE2113", "6 43200718000001"],
      leftOver: "",
      lifeCycle: undefined,
      sw: undefined,
    });
  });

  it("category 80 with the status among the objects: one, two or three bytes", () => {
    expect(parse("80318065B0850300EF120FFE829000")).toMatchObject({ sw: 0x9000, lifeCycle: undefined });
    expect(parse("808105")).toMatchObject({ lifeCycle: 5, sw: undefined });
    expect(parse("8083056283")).toMatchObject({ lifeCycle: 5, sw: 0x6283 });
    expect(parse("8080")).toMatchObject({ lifeCycle: undefined, sw: undefined, objects: ["8 "] });
  });

  it("category 00: the OpenPGP card", () => {
    expect(parse("0031C173C00100009000")).toMatchObject({
      category: "status",
      objects: ["3 C1", "7 C00100"],
      leftOver: "",
      lifeCycle: 0,
      sw: 0x9000,
    });
  });

  it("category 00 without room for its status", () => {
    expect(parse("009000")).toMatchObject({ category: "status", objects: [], leftOver: "9000", sw: undefined });
  });

  it("category 10", () => {
    expect(parse("1091")).toMatchObject({ category: "dir-data-reference", dirDataReference: 0x91, leftOver: "" });
    expect(parse("10")).toMatchObject({ dirDataReference: undefined });
  });

  it("reserved and proprietary ones", () => {
    expect(parse("8F01")).toMatchObject({ category: "reserved", indicator: 0x8f, leftOver: "01" });
    expect(parse("4A434F50")).toMatchObject({ category: "proprietary", indicator: 0x4a, leftOver: "434F50" });
  });

  it("leaves over what is not well formed", () => {
    expect(parse("8031E06B082E0502B9555555")).toMatchObject({ objects: ["3 E0"], leftOver: "6B082E0502B9555555" });
  });

  it("takes any bytes, and buildHistoricalBytes gives them back", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 15 }),
        fc.constantFrom(undefined, 0x00, 0x10, 0x80, 0x85),
        (bytes, indicator) => {
          if (indicator !== undefined && bytes.length > 0) bytes[0] = indicator;
          expect(toHex(buildHistoricalBytes(parseHistoricalBytes(bytes)))).toBe(toHex(bytes));
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        const { objects, leftOver } = parseHistoricalBytes(bytes);
        const inObjects = objects.reduce((sum, { value }) => sum + value.length + 1, 0);
        expect(inObjects + leftOver.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it("makes no thousands of objects of empty ones", () => {
    const empty = new Uint8Array(4096);
    empty[0] = 0x80;
    const { objects, leftOver } = parseHistoricalBytes(empty);
    expect(objects).toHaveLength(64);
    expect(leftOver).toHaveLength(4095 - 64);
  });
});

describe("buildHistoricalBytes", () => {
  it("builds category 00 and 80", () => {
    const objects = [{ tag: 3, value: fromHex("C1") }];
    expect(toHex(buildHistoricalBytes({ category: "status", objects, lifeCycle: 5, sw: 0x9000 }))).toBe("0031C1059000");
    expect(toHex(buildHistoricalBytes({ category: "compact-tlv", objects }))).toBe("8031C1");
    expect(toHex(buildHistoricalBytes({ category: "none" }))).toBe("");
  });

  it.each([
    [{ category: "proprietary" as const }, "category indicator"],
    [{ category: "status" as const, sw: 0x10000 }, "SW"],
    [{ category: "status" as const, sw: 0, lifeCycle: 256 }, "life cycle status"],
    [{ category: "compact-tlv" as const, objects: [{ tag: 16, value: new Uint8Array(0) }] }, "tag"],
    [{ category: "compact-tlv" as const, objects: [{ tag: 5, value: new Uint8Array(16) }] }, "object 5"],
    [{ category: "compact-tlv" as const, leftOver: new Uint8Array(15) }, "historical bytes"],
    [{ category: "dir-data-reference" as const, dirDataReference: 256 }, "DIR data reference"],
  ])("refuses %j", (fields, field) => {
    expect(() => buildHistoricalBytes(fields)).toThrow(field);
  });
});
