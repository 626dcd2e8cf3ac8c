import { fromHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { globalParameters, t0Parameters, t1Parameters } from "./parameters.ts";
import { parseAtr } from "./parse-atr.ts";
import { decodeRate } from "./rates.ts";

const parse = (hex: string) => parseAtr(fromHex(hex));

describe("decodeRate", () => {
  // ISO/IEC 7816-3:2006 tables 7 and 8
  it.each([
    [0x0, 372, 4],
    [0x1, 372, 5],
    [0x2, 558, 6],
    [0x3, 744, 8],
    [0x4, 1116, 12],
    [0x5, 1488, 16],
    [0x6, 1860, 20],
    [0x7, undefined, undefined],
    [0x8, undefined, undefined],
    [0x9, 512, 5],
    [0xa, 768, 7.5],
    [0xb, 1024, 10],
    [0xc, 1536, 15],
    [0xd, 2048, 20],
    [0xe, undefined, undefined],
    [0xf, undefined, undefined],
  ])("F code %i", (code, fi, maxClockMhz) => {
    expect(decodeRate(code << 4)).toMatchObject({
      fi,
      maxClockHz: maxClockMhz === undefined ? undefined : maxClockMhz * 1e6,
    });
  });

  it("D codes", () => {
    const none = undefined;
    expect(Array.from({ length: 16 }, (_, code) => decodeRate(code).di)).toEqual([
      none,
      1,
      2,
      4,
      8,
      16,
      32,
      64,
      12,
      20,
      none,
      none,
      none,
      none,
      none,
      none,
    ]);
  });
});

describe("globalParameters", () => {
  it("defaults: F 372, D 1, 5 MHz, N 0, class A, the clock must run", () => {
    expect(globalParameters(parse("3B00"))).toEqual({
      rateCode: 0x11,
      fi: 372,
      di: 1,
      maxClockHz: 5_000_000,
      extraGuardTime: 0,
      programming: undefined,
      specificMode: undefined,
      clockStop: "none",
      classes: ["A"],
      spu: 0,
    });
  });

  it.each([
    ["00", 0, 25],
    ["25", 5, 50],
    ["4F", 15, 100],
    ["3F", undefined, 50],
    ["65", 5, undefined],
  ])("TB1 %s", (tb1, volts, milliamperes) => {
    expect(globalParameters(parse(`3B20${tb1}`)).programming).toEqual({ volts, milliamperes });
  });

  it("TB2 has the voltage in tenths of a volt, where TB1 has any", () => {
    expect(globalParameters(parse("3BA0252031")).programming).toMatchObject({ volts: undefined });
    expect(globalParameters(parse("3BA025207D")).programming).toMatchObject({ volts: 12.5 });
    expect(globalParameters(parse("3BA000207D")).programming).toMatchObject({ volts: 0 });
  });

  it("TC1", () => {
    expect(globalParameters(parse("3B40FF")).extraGuardTime).toBe(255);
  });

  it.each([
    ["81", { protocol: 1, changeable: false, implicit: false }],
    ["00", { protocol: 0, changeable: true, implicit: false }],
    ["90", { protocol: 0, changeable: false, implicit: true }],
  ])("TA2 %s", (ta2, mode) => {
    expect(globalParameters(parse(`3B8010${ta2}`)).specificMode).toEqual(mode);
  });

  it.each([
    ["01", "none", ["A"]],
    ["43", "low", ["A", "B"]],
    ["86", "high", ["B", "C"]],
    ["C7", "any", ["A", "B", "C"]],
    ["04", "none", ["C"]],
  ])("TA %s of T=15", (ta, clockStop, classes) => {
    expect(globalParameters(parse(`3B80801F${ta}00`))).toMatchObject({ clockStop, classes });
  });

  it("SPU", () => {
    expect(globalParameters(parse("3B80803FC7FF00")).spu).toBe(0xff);
  });
});

describe("the parameters of a protocol", () => {
  it("T=0: WI is 10 unless TC2 says otherwise; 0 is reserved", () => {
    expect(t0Parameters(parse("3B00")).waitingTimeInteger).toBe(10);
    expect(t0Parameters(parse("3B804018")).waitingTimeInteger).toBe(0x18);
    expect(t0Parameters(parse("3B804000")).waitingTimeInteger).toBe(10);
  });

  it("T=1: defaults of ISO/IEC 7816-3 section 11.4", () => {
    expect(t1Parameters(parse("3B80800101"))).toEqual({ ifsc: 32, cwi: 13, bwi: 4, edc: "lrc" });
  });

  it("T=1: the first bytes behind a TD of T=1", () => {
    // the OpenPGP card
    expect(t1Parameters(parse("3BFA1300FF813180450031C173C00100009000B1"))).toEqual({
      ifsc: 128,
      cwi: 5,
      bwi: 4,
      edc: "lrc",
    });
    expect(t1Parameters(parse("3B808171FE450100"))).toEqual({ ifsc: 254, cwi: 5, bwi: 4, edc: "crc" });
  });

  it("T=1: TA2, TB2 and TC2 are not its own", () => {
    expect(t1Parameters(parse("3B80718145FF00"))).toEqual({ ifsc: 32, cwi: 13, bwi: 4, edc: "lrc" });
  });

  it("T=1: reserved sizes are taken for the nearest", () => {
    expect(t1Parameters(parse("3B808111FF")).ifsc).toBe(254);
    expect(t1Parameters(parse("3B80811100")).ifsc).toBe(32);
  });
});
