import { type Atr, globalParameters, t0Timing, t1Timing } from "@cardwire/atr";

/** How long a reader may take for what does not depend on a card, in milliseconds. */
export const READER_TIMEOUT_MS = 3_000;
/** A card at the slowest rate takes so long for an answer to reset, three voltages being tried by the reader. */
export const POWER_ON_TIMEOUT_MS = 60_000;
/** An Escape does whatever the vendor wants. */
export const ESCAPE_TIMEOUT_MS = 30_000;

/** Beyond this a card has no excuse: some announce waiting times of minutes. */
const LONGEST_TIMEOUT_MS = 120_000;
/** Where the clock is not known, nothing can be computed. */
const UNKNOWN_TIMEOUT_MS = 60_000;

/** What the card and the reader agreed on. */
export interface LinkRate {
  readonly protocol: 0 | 1;
  readonly clockKHz: number;
  readonly fi: number;
  readonly di: number;
}

/**
 * How long the answer to one XfrBlock may take, in milliseconds: the longest command and response at the rate that
 * was agreed on, and the card's waiting times, as libccid computes them.
 */
export function cardTimeoutMs(atr: Atr, { protocol, clockKHz, fi, di }: LinkRate): number {
  if (clockKHz <= 0 || fi <= 0 || di <= 0) return UNKNOWN_TIMEOUT_MS;
  const conditions = { clockHz: clockKHz * 1000, fi, di };
  const etuUs = (fi / (di * clockKHz)) * 1000;
  const characterUs = 12 * etuUs + etuUs * extraGuardTime(atr);
  let timeUs: number;
  if (protocol === 0) {
    const { waitingTimeUs } = t0Timing(atr, conditions);
    timeUs = Math.max(261 * characterUs + 6 * waitingTimeUs, 5 * characterUs + 260 * waitingTimeUs);
  } else {
    const { blockWaitingTimeUs, characterWaitingTimeUs } = t1Timing(atr, conditions);
    timeUs = 260 * characterUs + blockWaitingTimeUs + 260 * characterWaitingTimeUs + 1_000_000;
  }
  return Math.min(Math.max(Math.ceil(timeUs / 1000), READER_TIMEOUT_MS), LONGEST_TIMEOUT_MS);
}

/** N of TC1; 255 stands for the least there is. */
function extraGuardTime(atr: Atr): number {
  const integer = globalParameters(atr).extraGuardTime;
  return integer === 255 ? 0 : integer;
}
