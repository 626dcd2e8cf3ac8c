import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAtrError } from "./atr-error.ts";
import { parseAtr } from "./parse-atr.ts";

const parse = (hex: string) => parseAtr(fromHex(hex));
const defects = (hex: string): string[] =>
  parse(hex).defects.map(({ code, field, offset }) => `${code} ${field} ${offset}`);

describe("parseAtr", () => {
  it("takes interface bytes, historical bytes and TCK apart", () => {
    const atr = parse("3B9F96801FC78031A073BE21136743200718000001A5");
    expect(atr.convention).toBe("direct");
    expect(atr.interfaceBytes).toEqual([
      { protocol: undefined, ta: 0x96, tb: undefined, tc: undefined, td: 0x80 },
      { protocol: 0, ta: undefined, tb: undefined, tc: undefined, td: 0x1f },
      { protocol: 15, ta: 0xc7, tb: undefined, tc: undefined, td: undefined },
    ]);
    expect(atr.protocols).toEqual([0]);
    expect(atr.historicalOffset).toBe(6);
    expect(toHex(atr.historicalBytes)).toBe("8031A073BE21136743200718000001");
    expect(atr.tck).toBe(0xa5);
    expect(atr.surplus).toHaveLength(0);
    expect(atr.defects).toEqual([]);
  });

  it("names T=0 where no TD does, and each protocol once", () => {
    expect(parse("3B029000").protocols).toEqual([0]);
    expect(parse("3B8180018080").protocols).toEqual([0, 1]);
    expect(parse("3BFA1300FF813180450031C173C00100009000B1").protocols).toEqual([1]);
  });

  it("reads an inverse card, decoded by the reader or raw", () => {
    // 3F 00 mirrored and inverted: 3F is 00111111, so 03; 00 becomes FF
    const decoded = parse("3F00");
    expect(decoded).toMatchObject({ convention: "inverse", raw: false, defects: [] });
    const raw = parse("03FF");
    expect(raw).toMatchObject({ convention: "inverse", raw: true, defects: [] });
    expect(toHex(raw.bytes)).toBe("3F00");
    // 3F 65 25 00 …: 65 is 01100101, mirrored 10100110, inverted 01011001
    expect(toHex(parse("0359").bytes)).toBe("3F65");
  });

  it("shares no memory with the source", () => {
    const source = fromHex("3B029000");
    const atr = parseAtr(source);
    source.fill(0);
    expect(toHex(atr.bytes)).toBe("3B029000");
    expect(toHex(atr.historicalBytes)).toBe("9000");
  });

  it.each([
    ["", ["TRUNCATED TS 0"]],
    ["3B", ["TRUNCATED T0 1"]],
    ["00", ["UNKNOWN_TS TS 0", "TRUNCATED T0 1"]],
    ["3BF0", ["TRUNCATED TA1 2"]],
    ["3BE000", ["TRUNCATED TC1 3"]],
    ["3B80", ["TRUNCATED TD1 2"]],
    ["3B8080", ["TRUNCATED TD2 3"]],
    ["3B02", ["TRUNCATED historical bytes 2"]],
    ["3B0290", ["TRUNCATED historical bytes 3"]],
    ["3B800001", ["SURPLUS_BYTES surplus bytes 3"]],
    ["3B029000AA", ["SURPLUS_BYTES surplus bytes 4"]],
    ["3B808001", ["TCK_MISSING TCK 4"]],
    ["3B80800100", ["TCK_WRONG TCK 4"]],
    ["3B8080010100", ["SURPLUS_BYTES surplus bytes 5"]],
    ["3B8080010000", ["TCK_WRONG TCK 4", "SURPLUS_BYTES surplus bytes 5"]],
    ["3B1070", ["RFU_VALUE TA1 2"]],
    ["3B1010", ["RFU_VALUE TA1 2"]],
    ["3B9011106000", ["RFU_VALUE TA2 4", "SURPLUS_BYTES surplus bytes 5"]],
    ["3B804000", ["RFU_VALUE TC2 3"]],
    ["3B808171FFA0022D", ["RFU_VALUE TA3 4", "RFU_VALUE TB3 5", "RFU_VALUE TC3 6"]],
    // only the first of a protocol's bytes counts
    ["3B808191201100A1", []],
    ["3B80801F0817", ["RFU_VALUE TA3 4"]],
    ["3B800282", ["RFU_VALUE TD1 2"]],
    ["3B801F009F", ["PROTOCOL_ORDER TD1 2"]],
    ["3B80810001", ["PROTOCOL_ORDER TD2 3"]],
  ])("reports the defects of %s", (hex, expected) => {
    expect(defects(hex)).toEqual(expected);
  });

  it("stops at 32 characters after TS", () => {
    // TD bytes that announce one more without end
    const endless = new Uint8Array(40).fill(0x80);
    endless[0] = 0x3b;
    expect(parseAtr(endless).defects).toEqual([{ code: "TOO_LONG", field: "TD32", offset: 33 }]);
    expect(parseAtr(endless.subarray(0, 33)).defects).toEqual([{ code: "TRUNCATED", field: "TD32", offset: 33 }]);
  });

  it("strict: throws a branded error that has every defect", () => {
    let error: unknown;
    try {
      parseAtr(fromHex("3B8080010000"), { strict: true });
    } catch (caught) {
      error = caught;
    }
    expect(isAtrError(error)).toBe(true);
    expect(error).toMatchObject({
      code: "TCK_WRONG",
      fault: "card",
      defects: [
        { code: "TCK_WRONG", field: "TCK", offset: 4 },
        { code: "SURPLUS_BYTES", field: "surplus bytes", offset: 5 },
      ],
    });
    expect(isAtrError(new Error("other"))).toBe(false);
    expect(parseAtr(fromHex("3B80800101"), { strict: true }).defects).toEqual([]);
  });

  it("takes any bytes up to 4 KiB, and never gives more than it was given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), fc.constantFrom(undefined, 0x3b, 0x3f, 0x03), (bytes, ts) => {
        if (ts !== undefined && bytes.length > 0) bytes[0] = ts;
        const atr = parseAtr(bytes);
        expect(atr.bytes).toHaveLength(bytes.length);
        expect(atr.interfaceBytes.length).toBeLessThanOrEqual(32);
        const tck = atr.tck === undefined ? 0 : 1;
        expect(atr.historicalOffset + atr.historicalBytes.length + tck + atr.surplus.length).toBe(bytes.length);
        for (const { offset } of atr.defects) expect(offset).toBeLessThanOrEqual(bytes.length);
        const offsets = atr.defects.map(({ offset }) => offset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      }),
    );
  });

  it("strict: throws nothing but its own error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          parseAtr(bytes, { strict: true });
        } catch (error) {
          expect(isAtrError(error)).toBe(true);
        }
      }),
    );
  });
});
