import { fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildAtr } from "./build-atr.ts";
import { choosePps, type ReaderCapabilities } from "./choose-pps.ts";
import { parseAtr } from "./parse-atr.ts";
import { parsePps } from "./pps.ts";

/** A common CCID reader: 4 MHz, 344 kbit/s, both protocols. */
const reader: ReaderCapabilities = { protocols: [0, 1], clocksHz: [4_000_000], maxDataRateBps: 344_105 };

const choose = (hex: string, changes: Partial<ReaderCapabilities> = {}) => {
  const choice = choosePps(parseAtr(fromHex(hex)), { ...reader, ...changes });
  return choice.ok ? { ...choice, request: choice.request && toHex(choice.request) } : choice;
};

/** TA1, and both protocols on offer. */
const both = (ta1: number): string =>
  toHex(
    buildAtr({ interfaceBytes: [{ ta: ta1 }, { protocol: 0 }, { protocol: 1 }], historicalBytes: new Uint8Array(0) }),
  );

describe("choosePps", () => {
  it("asks for TA1, with the request that libccid sends for the same card", () => {
    expect(choose("3B909681312045D3")).toEqual({
      ok: true,
      specific: false,
      protocol: 1,
      rateCode: 0x96,
      fi: 512,
      di: 32,
      clockHz: 4_000_000,
      dataRateBps: 250_000,
      request: "FF119678",
    });
  });

  it("asks for nothing where the default is all there is", () => {
    expect(choose("3B00")).toMatchObject({ protocol: 0, rateCode: 0x11, request: undefined });
    expect(choose(both(0x11))).toMatchObject({ protocol: 0, rateCode: 0x11, request: undefined });
  });

  it("asks for a protocol that is not the first", () => {
    expect(choose(both(0x11), { protocols: [1] })).toMatchObject({ protocol: 1, rateCode: 0x11, request: "FF01FE" });
    expect(choose("3B80800101", { protocols: [1] })).toMatchObject({ protocol: 1, request: "FF01FE" });
  });

  it("lowers D where the reader is too slow for TA1", () => {
    // 4 MHz × 64 / 512 is 500 kbit/s; with D 32 it is 250
    expect(choose(both(0x97))).toMatchObject({ rateCode: 0x96, request: "FF109679" });
    // 12 is between 8 and 16: 4 MHz × 20 / 372 is 215 kbit/s, × 12 is 129
    expect(choose(both(0x19), { maxDataRateBps: 200_000 })).toMatchObject({ rateCode: 0x15 });
    expect(choose(both(0x19), { maxDataRateBps: 150_000 })).toMatchObject({ rateCode: 0x18 });
    expect(choose(both(0x97), { maxDataRateBps: 10_753 })).toMatchObject({ rateCode: 0x11, request: undefined });
  });

  it("never asks for more than TA1 offers", () => {
    expect(choose(both(0x94))).toMatchObject({ rateCode: 0x94, dataRateBps: 62_500 });
  });

  it("leaves a card alone whose TA1 is slower than the default, or reserved", () => {
    expect(choose(both(0x91))).toMatchObject({ rateCode: 0x11, request: undefined });
    expect(choose(both(0x70))).toMatchObject({ rateCode: 0x11, request: undefined });
  });

  it("keeps to the reader's list of data rates, which knows no fractions", () => {
    // 4 MHz × 4 / 372 = 43010.75
    expect(choose(both(0x18), { dataRatesBps: [10_752, 43_010, 86_021] })).toMatchObject({ rateCode: 0x14 });
    expect(choose(both(0x18), { dataRatesBps: [] })).toMatchObject({ rateCode: 0x18 });
  });

  it("takes a faster clock, up to what the card bears", () => {
    const clocks = { clocksHz: [4_000_000, 5_000_000, 8_000_000] as const };
    // F code 9 bears 5 MHz, code D 20 MHz
    expect(choose(both(0x95), clocks)).toMatchObject({ clockHz: 5_000_000, dataRateBps: 156_250 });
    expect(choose(both(0xd6), clocks)).toMatchObject({ clockHz: 8_000_000, dataRateBps: 125_000 });
  });

  it("in specific mode does what TA2 says, without a request", () => {
    // TA1 95, TA2 81
    expect(choose("3FFF9500FF918171FE4700444E4153505330312052657636343702")).toMatchObject({
      ok: true,
      specific: true,
      protocol: 1,
      rateCode: 0x95,
      request: undefined,
    });
  });

  it.each([
    ["3B801000", { protocols: [1] }, "protocol", true],
    ["3B90971080", { protocols: [0] }, "data-rate", false],
    ["3B90971000", {}, "data-rate", true],
    ["3B801090", {}, "implicit-parameters", false],
    ["3B801010", {}, "implicit-parameters", true],
  ])("in specific mode refuses %s in %j", (hex, changes, reason, warmResetMayHelp) => {
    expect(choose(hex, changes)).toEqual({ ok: false, reason, warmResetMayHelp });
  });

  it("refuses a card without a common protocol", () => {
    expect(choose("3B00", { protocols: [1] })).toEqual({ ok: false, reason: "protocol", warmResetMayHelp: false });
  });

  it.each([[{ clocksHz: [0] as const }], [{ clocksHz: [4e6, -1] as const }], [{ maxDataRateBps: Number.NaN }]])(
    "refuses a reader with %j",
    (changes) => {
      let error: unknown;
      try {
        choose("3B00", changes);
      } catch (caught) {
        error = caught;
      }
      expect(isFormatError(error)).toBe(true);
    },
  );

  it("for any answer to reset: stays within card and reader, and asks for what it says", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 33 }),
        fc.integer({ min: 9_600, max: 1_000_000 }),
        fc.subarray([0, 1]),
        (bytes, maxDataRateBps, protocols) => {
          bytes[0] = 0x3b;
          const atr = parseAtr(bytes);
          const choice = choosePps(atr, { ...reader, protocols, maxDataRateBps });
          if (!choice.ok) return;
          expect(protocols).toContain(choice.protocol);
          expect(choice.dataRateBps).toBeCloseTo((choice.clockHz * choice.di) / choice.fi, 3);
          if (choice.rateCode !== 0x11) expect(choice.dataRateBps).toBeLessThan(maxDataRateBps + 1);
          if (choice.request === undefined) {
            if (!choice.specific) expect(choice).toMatchObject({ rateCode: 0x11, protocol: atr.protocols[0] });
          } else {
            const asked = parsePps(choice.request);
            expect(asked.protocol).toBe(choice.protocol);
            expect(asked.rateCode ?? 0x11).toBe(choice.rateCode);
          }
        },
      ),
    );
  });
});
