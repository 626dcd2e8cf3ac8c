import { type Atr, decodeRate, globalParameters } from "@cardwire/atr";
import type { ReaderPlan } from "../descriptor/plan.ts";

/** F = 372, D = 1: where every card begins. */
export const DEFAULT_RATE_CODE = 0x11;
/** F = 512, D = 8 and 64: cards with a TA1 in this range know those below it, too. */
const SLOWEST_TO_ASK_FOR = 0x94;
const FASTEST_TO_LOWER = 0x97;
/** Rates are given without their fractions, by readers and by us. */
const ROUNDING_BPS = 2;

/** What of a reader decides on the rate. */
export type RateAbilities = Pick<ReaderPlan, "clockKHz" | "maxDataRateBps">;

/**
 * F and D for a card in a reader, coded as in TA1: those of TA1 when they are faster than the default and the reader
 * reaches them; slower ones when TA1 is 95 to 97 and too fast; else the default. The choice is libccid's, for it is the
 * one that readers and cards know, and not the fastest possible.
 *
 * A card in specific mode has the F and D of TA1 in any case: there they are told to the reader when they are slower
 * than the default, too.
 *
 * @param dataRatesBps the reader's list; empty for any up to the highest.
 * @returns undefined for a card in specific mode at a rate that the reader's list does not have.
 */
export function chooseRate(atr: Atr, reader: RateAbilities, dataRatesBps: readonly number[]): number | undefined {
  const { rateCode, specificMode } = globalParameters(atr);
  const { maxDataRateBps } = reader;
  const wanted = dataRate(rateCode, reader.clockKHz);
  const initial = dataRate(DEFAULT_RATE_CODE, reader.clockKHz);
  const isListed = (rate: number): boolean => dataRatesBps.some((one) => Math.abs(one - rate) < ROUNDING_BPS);
  if (wanted > initial && wanted <= maxDataRateBps) {
    if (dataRatesBps.length === 0 || isListed(wanted)) return rateCode;
    return specificMode === undefined ? DEFAULT_RATE_CODE : undefined;
  }
  if (wanted > maxDataRateBps + ROUNDING_BPS && rateCode <= FASTEST_TO_LOWER)
    for (let code = rateCode - 1; code >= SLOWEST_TO_ASK_FOR; code--) {
      const rate = dataRate(code, reader.clockKHz);
      if (dataRatesBps.length > 0 ? isListed(rate) : rate <= maxDataRateBps) return code;
    }
  return specificMode !== undefined && wanted < initial ? rateCode : DEFAULT_RATE_CODE;
}

/** In bit/s; reserved codes count as F = 372 and D = 1. */
function dataRate(rateCode: number, clockKHz: number): number {
  const { fi, di } = decodeRate(rateCode);
  return fi === undefined || di === undefined
    ? Math.floor((clockKHz * 1000) / 372)
    : Math.floor((clockKHz * 1000 * di) / fi);
}
