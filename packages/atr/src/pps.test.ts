import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPps, checkPpsResponse, parsePps, type Pps } from "./pps.ts";

const byte = fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined });
const pps: fc.Arbitrary<Pps> = fc.record({
  protocol: fc.integer({ min: 0, max: 14 }),
  rateCode: byte,
  spu: byte,
  pps3: byte,
});

describe("a PPS", () => {
  it("is built as libccid sends it", () => {
    expect(toHex(buildPps({ protocol: 1, rateCode: 0x96 }))).toBe("FF119678");
  });

  it("is built without PPS1, and with everything", () => {
    expect(toHex(buildPps({ protocol: 1 }))).toBe("FF01FE");
    expect(toHex(buildPps({ protocol: 0, rateCode: 0x18, spu: 1, pps3: 2 }))).toBe("FF7018010294");
  });

  it.each([
    [{ protocol: 15 }, "T"],
    [{ protocol: 0, rateCode: 256 }, "PPS1"],
    [{ protocol: 0, spu: -1 }, "PPS2"],
    [{ protocol: 0, pps3: 0.5 }, "PPS3"],
  ])("refuses %j", (wrong, field) => {
    expect(() => buildPps(wrong)).toThrow(field);
  });

  it.each([
    ["", "TOO_SHORT", "PPSS"],
    ["FF", "TOO_SHORT", "PPS0"],
    ["FF10", "TOO_SHORT", "PPS1"],
    ["FF3011", "TOO_SHORT", "PPS2"],
    ["FF40", "TOO_SHORT", "PPS3"],
    ["FF119", "TOO_SHORT", "hex"],
    ["FF1196", "TOO_SHORT", "PCK"],
    ["FE01FF", "INVALID_VALUE", "PPSS"],
    ["FF817E", "INVALID_VALUE", "PPS0"],
    ["FF0FF0", "INVALID_VALUE", "PPS0"],
    ["FF119679", "INVALID_VALUE", "PCK"],
    ["FF01FE00", "LEFT_OVER", "PPS"],
  ])("refuses to read %s", (hex, code, field) => {
    let error: unknown;
    try {
      parsePps(fromHex(hex));
    } catch (caught) {
      error = caught;
    }
    expect(isFormatError(error)).toBe(true);
    expect(error).toMatchObject({ code, field });
  });

  it("reads what it builds, and builds what it reads", () => {
    fc.assert(
      fc.property(pps, (said) => {
        expect(parsePps(buildPps(said))).toEqual(said);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), fc.boolean(), (bytes, plausible) => {
        if (plausible && bytes.length > 0) bytes[0] = 0xff;
        try {
          expect(toHex(buildPps(parsePps(bytes)))).toBe(toHex(bytes));
        } catch (error) {
          expect(isFormatError(error)).toBe(true);
        }
      }),
    );
  });
});

describe("checkPpsResponse", () => {
  const request: Pps = { protocol: 1, rateCode: 0x96, spu: 0x01 };

  it("an echo is a yes", () => {
    expect(checkPpsResponse(request, buildPps(request))).toEqual({
      accepted: true,
      protocol: 1,
      rateCode: 0x96,
      spuAccepted: true,
    });
  });

  it("without PPS1 the card stays at F 372, D 1", () => {
    expect(checkPpsResponse(request, fromHex("FF01FE"))).toEqual({
      accepted: true,
      protocol: 1,
      rateCode: 0x11,
      spuAccepted: false,
    });
  });

  it.each([
    ["another protocol", "FF109679", /T=0/],
    ["another PPS1", "FF11957B", /PPS1/],
    ["a PPS1 nobody asked for", "FF11957B", /PPS1/],
    ["another PPS2", "FF2102DC", /PPS2/],
    ["a PPS3 nobody asked for", "FF4100BE", /PPS3/],
    ["a wrong PCK", "FF119679", /PCK/],
    ["too little", "FF1196", /PCK/],
    ["nothing", "", /PPSS/],
    ["too much", "FF11967800", /PPS/],
  ])("%s is a no", (_, response, reason) => {
    const outcome = checkPpsResponse(request, fromHex(response));
    expect(outcome.accepted).toBe(false);
    expect(!outcome.accepted && outcome.reason).toMatch(reason);
  });
});
