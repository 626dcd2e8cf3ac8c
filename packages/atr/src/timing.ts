import { FormatError } from "@cardwire/core";
import { type Atr } from "./atr.ts";
import { globalParameters, t0Parameters, t1Parameters } from "./parameters.ts";

/** At which clock, and with which F and D. */
export interface TimingConditions {
  /** The clock that the card gets, in hertz. */
  readonly clockHz: number;
  /** F in force: what PPS agreed on. 372 unless given, or F of TA1 when the card is in specific mode. */
  readonly fi?: number;
  /** D in force: what PPS agreed on. 1 unless given, or D of TA1 when the card is in specific mode. */
  readonly di?: number;
}

/** The times of T=0 in microseconds (ISO/IEC 7816-3:2006 section 10.2). */
export interface T0Timing {
  /** Elementary time unit, F/D clock cycles. */
  readonly etuUs: number;
  /** GT: from one leading edge to the next, at least. */
  readonly guardTimeUs: number;
  /** WT: from one leading edge to the card's next, at most. */
  readonly waitingTimeUs: number;
}

/** The times of T=1 in microseconds (ISO/IEC 7816-3:2006 sections 11.2 and 11.4.3). */
export interface T1Timing {
  /** Elementary time unit, F/D clock cycles. */
  readonly etuUs: number;
  /** CGT: between the leading edges of two characters of a block, at least. */
  readonly characterGuardTimeUs: number;
  /** CWT: between the leading edges of two characters of a block, at most. */
  readonly characterWaitingTimeUs: number;
  /** BGT: between the leading edges of the last character and the first one of the other direction, at least. */
  readonly blockGuardTimeUs: number;
  /** BWT: from the last character of a block to the first one of the card's answer, at most. */
  readonly blockWaitingTimeUs: number;
}

function positive(value: number, field: string): number {
  if (!Number.isFinite(value) || value <= 0)
    throw new FormatError("INVALID_VALUE", `${value} is no positive number`, { field });
  return value;
}

/** The length of an etu, of the card's F, and of N, in microseconds. */
function units(
  atr: Atr,
  conditions: TimingConditions,
): { etuUs: number; clockUs: number; fi: number; extraUs: number } {
  const { fi, di, extraGuardTime, specificMode } = globalParameters(atr);
  const explicit = specificMode?.implicit === false;
  const clockUs = 1e6 / positive(conditions.clockHz, "clockHz");
  const f = positive(conditions.fi ?? (explicit ? fi : undefined) ?? 372, "fi");
  const d = positive(conditions.di ?? (explicit ? di : undefined) ?? 1, "di");
  const etuUs = (f / d) * clockUs;
  // section 8.3: with T=15 in the answer, N counts etus of TA1, else those in force
  const global = atr.interfaceBytes.some((group) => group.protocol === 15);
  const unitUs = global ? ((fi ?? 372) / (di ?? 1)) * clockUs : etuUs;
  return { etuUs, clockUs, fi: fi ?? 372, extraUs: extraGuardTime === 255 ? 0 : extraGuardTime * unitUs };
}

/**
 * The times of T=0 at a clock: GT = 12 etu + N, WT = WI × 960 × Fi clock cycles.
 *
 * @throws FormatError INVALID_VALUE when the clock, F or D is no positive number.
 */
export function t0Timing(atr: Atr, conditions: TimingConditions): T0Timing {
  const { etuUs, clockUs, fi, extraUs } = units(atr, conditions);
  return {
    etuUs,
    guardTimeUs: 12 * etuUs + extraUs,
    waitingTimeUs: t0Parameters(atr).waitingTimeInteger * 960 * fi * clockUs,
  };
}

/**
 * The times of T=1 at a clock: CGT = 12 etu + N, or 11 etu for N = 255; CWT = (11 + 2^CWI) etu; BGT = 22 etu;
 * BWT = 11 etu + 2^BWI × 960 × 372 clock cycles.
 *
 * @throws FormatError INVALID_VALUE when the clock, F or D is no positive number.
 */
export function t1Timing(atr: Atr, conditions: TimingConditions): T1Timing {
  const { etuUs, clockUs, extraUs } = units(atr, conditions);
  const { cwi, bwi } = t1Parameters(atr);
  return {
    etuUs,
    characterGuardTimeUs: atr.interfaceBytes[0]?.tc === 255 ? 11 * etuUs : 12 * etuUs + extraUs,
    characterWaitingTimeUs: (11 + 2 ** cwi) * etuUs,
    blockGuardTimeUs: 22 * etuUs,
    blockWaitingTimeUs: 11 * etuUs + 2 ** bwi * 960 * 372 * clockUs,
  };
}
