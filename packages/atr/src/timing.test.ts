import { fromHex, isFormatError } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { parseAtr } from "./parse-atr.ts";
import { t0Timing, t1Timing } from "./timing.ts";

const parse = (hex: string) => parseAtr(fromHex(hex));

describe("the times of T=0", () => {
  it("at the defaults and 3.72 MHz: an etu is 100 µs", () => {
    const timing = t0Timing(parse("3B00"), { clockHz: 3_720_000 });
    expect(timing.etuUs).toBeCloseTo(100, 6);
    expect(timing.guardTimeUs).toBeCloseTo(1200, 6);
    // WT = 10 × 960 × 372 / f: 9600 etu
    expect(timing.waitingTimeUs).toBeCloseTo(960_000, 3);
  });

  it("WT counts F of TA1 and does not depend on D", () => {
    const timing = t0Timing(parse("3B9096400A"), { clockHz: 5_120_000, fi: 512, di: 32 });
    expect(timing.etuUs).toBeCloseTo(3.125, 9);
    expect(timing.waitingTimeUs).toBeCloseTo(960_000, 3);
  });

  it("N lengthens the guard time; 255 does not", () => {
    expect(t0Timing(parse("3B4002"), { clockHz: 3_720_000 }).guardTimeUs).toBeCloseTo(1400, 6);
    expect(t0Timing(parse("3B40FF"), { clockHz: 3_720_000 }).guardTimeUs).toBeCloseTo(1200, 6);
  });

  it("N counts etus of TA1 when T=15 is there, etus in force when not", () => {
    // TA1 94: 512/8 = 64 clock cycles; N 10; before any PPS, at 1 MHz
    expect(t0Timing(parse("3B50940A"), { clockHz: 1e6 }).guardTimeUs).toBeCloseTo(22 * 372, 6);
    expect(t0Timing(parse("3BD0940A801FC700"), { clockHz: 1e6 }).guardTimeUs).toBeCloseTo(12 * 372 + 10 * 64, 6);
  });
});

describe("the times of T=1", () => {
  it("at the defaults and 3.72 MHz", () => {
    const timing = t1Timing(parse("3B80800101"), { clockHz: 3_720_000 });
    expect(timing.etuUs).toBeCloseTo(100, 6);
    expect(timing.characterGuardTimeUs).toBeCloseTo(1200, 6);
    expect(timing.characterWaitingTimeUs).toBeCloseTo((11 + 8192) * 100, 3);
    expect(timing.blockGuardTimeUs).toBeCloseTo(2200, 6);
    // 11 etu + 16 × 960 × 372 / f
    expect(timing.blockWaitingTimeUs).toBeCloseTo(1100 + 16 * 96_000, 3);
  });

  it("N 255 makes characters 11 etu apart", () => {
    expect(
      t1Timing(parse("3BFA1300FF813180450031C173C00100009000B1"), { clockHz: 3_720_000 }).characterGuardTimeUs,
    ).toBeCloseTo(1100, 6);
  });

  it("in specific mode F and D are those of TA1", () => {
    // TA1 94, TA2 81
    expect(t1Timing(parse("3B90949181310000"), { clockHz: 1e6 }).etuUs).toBeCloseTo(64, 9);
    // TA2 91: implicit, so unknown to us
    expect(t1Timing(parse("3B90949191310000"), { clockHz: 1e6 }).etuUs).toBeCloseTo(372, 9);
  });

  it.each([[{ clockHz: 0 }], [{ clockHz: Number.NaN }], [{ clockHz: 1e6, di: -1 }], [{ clockHz: 1e6, fi: Infinity }]])(
    "refuses %j",
    (conditions) => {
      let error: unknown;
      try {
        t1Timing(parse("3B80800101"), conditions);
      } catch (caught) {
        error = caught;
      }
      expect(isFormatError(error)).toBe(true);
    },
  );
});
