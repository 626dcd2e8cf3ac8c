import { FormatError } from "@cardwire/core";
import { type Atr } from "./atr.ts";
import { globalParameters } from "./parameters.ts";
import { buildPps } from "./pps.ts";
import { decodeRate, DEFAULT_RATE_CODE } from "./rates.ts";

/** What a reader can do, as its CCID class descriptor says it. */
export interface ReaderCapabilities {
  /** The protocols that the reader speaks and the application allows. */
  readonly protocols: readonly number[];
  /** The clock frequencies it can give, in hertz; the first is the one at which it powers cards up. */
  readonly clocksHz: readonly [number, ...number[]];
  /** The highest data rate in bit/s. */
  readonly maxDataRateBps: number;
  /** The data rates it can do; any up to the highest when absent or empty. */
  readonly dataRatesBps?: readonly number[];
}

/** What to do after an answer to reset. */
export type PpsChoice =
  | {
      readonly ok: true;
      /** True when the card is in specific mode (TA2): nothing is to be negotiated. */
      readonly specific: boolean;
      readonly protocol: number;
      /** F and D in force once done, coded as in TA1. */
      readonly rateCode: number;
      readonly fi: number;
      readonly di: number;
      /** The clock to give, one of the reader's. */
      readonly clockHz: number;
      /** Clock × D / F. */
      readonly dataRateBps: number;
      /** The PPS request to send; undefined when the card is already as wanted. */
      readonly request: Uint8Array | undefined;
    }
  | {
      readonly ok: false;
      /** No common protocol; F and D that only the card's issuer knows; a fixed data rate that the reader can't do. */
      readonly reason: "protocol" | "implicit-parameters" | "data-rate";
      /** True when a warm reset may bring the card into negotiable mode, where there is a choice. */
      readonly warmResetMayHelp: boolean;
    };

interface Candidate {
  readonly rateCode: number;
  readonly fi: number;
  readonly di: number;
  readonly clockHz: number;
  readonly dataRateBps: number;
}

/** Readers list rates without their fractions. */
function reaches(reader: ReaderCapabilities, dataRateBps: number): boolean {
  if (dataRateBps >= reader.maxDataRateBps + 1) return false;
  const rates = reader.dataRatesBps ?? [];
  return rates.length === 0 || rates.some((rate) => Math.abs(rate - dataRateBps) < 2);
}

/** The fastest clock's offer of one F and D, as far as the reader can go along. */
function candidate(reader: ReaderCapabilities, rateCode: number): Candidate | undefined {
  const { fi, di, maxClockHz } = decodeRate(rateCode);
  if (fi === undefined || di === undefined || maxClockHz === undefined) return undefined;
  let best: Candidate | undefined;
  let isFirst = true;
  for (const clockHz of reader.clocksHz) {
    const dataRateBps = (clockHz * di) / fi;
    // the first clock is what the card already runs on, be it too fast or not; and at the rate of its answer to reset
    const known = isFirst && rateCode === DEFAULT_RATE_CODE;
    const bearable = isFirst || clockHz <= maxClockHz;
    isFirst = false;
    if (!bearable || !(known || reaches(reader, dataRateBps))) continue;
    if (best === undefined || dataRateBps > best.dataRateBps) best = { rateCode, fi, di, clockHz, dataRateBps };
  }
  return best;
}

/**
 * Chooses protocol, F, D and clock for a card in a reader (ISO/IEC 7816-3:2006 sections 6.3.1 and 9). In negotiable
 * mode: the first protocol of the card that is allowed; the F of TA1 with the largest D, up to that of TA1, whose data
 * rate the reader reaches; else F = 372, D = 1. In specific mode: what TA2 says, or not at all.
 *
 * @throws FormatError INVALID_VALUE when a clock or the highest data rate is no positive number.
 */
export function choosePps(atr: Atr, reader: ReaderCapabilities): PpsChoice {
  for (const value of [...reader.clocksHz, reader.maxDataRateBps])
    if (!(value > 0)) throw new FormatError("INVALID_VALUE", `${value} is no positive number`, { field: "reader" });
  const { rateCode, specificMode } = globalParameters(atr);
  const refuse = (reason: "protocol" | "implicit-parameters" | "data-rate"): PpsChoice => ({
    ok: false,
    reason,
    warmResetMayHelp: specificMode?.changeable === true,
  });
  if (specificMode !== undefined) {
    const { protocol } = specificMode;
    if (!reader.protocols.includes(protocol)) return refuse("protocol");
    if (specificMode.implicit) return refuse("implicit-parameters");
    const fixed = candidate(reader, rateCode);
    if (fixed === undefined) return refuse("data-rate");
    return { ok: true, specific: true, protocol, ...fixed, request: undefined };
  }
  const protocol = atr.protocols.find((offered) => reader.protocols.includes(offered));
  if (protocol === undefined) return refuse("protocol");
  let best = candidate(reader, DEFAULT_RATE_CODE);
  const highest = decodeRate(rateCode).di ?? 0;
  for (let code = 1; code < 10; code++) {
    const lowered = (rateCode & 0xf0) | code;
    if ((decodeRate(lowered).di ?? 0) > highest) continue;
    const next = candidate(reader, lowered);
    if (next !== undefined && (best === undefined || next.dataRateBps > best.dataRateBps)) best = next;
  }
  if (best === undefined) return refuse("data-rate");
  const agreed = protocol === atr.protocols[0] && best.rateCode === DEFAULT_RATE_CODE;
  // PPS1 is left out where it would say what holds without it
  const asked = best.rateCode === DEFAULT_RATE_CODE ? undefined : best.rateCode;
  return {
    ok: true,
    specific: false,
    protocol,
    ...best,
    request: agreed ? undefined : buildPps({ protocol, rateCode: asked }),
  };
}
