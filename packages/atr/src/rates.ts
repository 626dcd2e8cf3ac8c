/** Clock rate conversion integers F by code, ISO/IEC 7816-3:2006 table 7; 0 is reserved. */
const FI: readonly number[] = [372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0];

/** The highest clock frequency that goes with F, in units of 500 kHz, table 7. */
const F_MAX: readonly number[] = [8, 10, 12, 16, 24, 32, 40, 0, 0, 10, 15, 20, 30, 40, 0, 0];

/** Baud rate adjustment integers D by code, table 8; 0 is reserved. */
const DI: readonly number[] = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];

/** What a card that says nothing of F and D means by it: F = 372, D = 1, up to 5 MHz. */
export const DEFAULT_RATE_CODE = 0x11;

/** F, D and the clock's limit, as TA1 and PPS1 code them. A value that is reserved is undefined. */
export interface TransmissionRate {
  /** Clock cycles per etu at D = 1. */
  readonly fi: number | undefined;
  readonly di: number | undefined;
  /** The highest clock frequency of the card at this F. */
  readonly maxClockHz: number | undefined;
}

/** Reads F and D from TA1 or PPS1 (ISO/IEC 7816-3:2006 section 8.3, tables 7 and 8). */
export function decodeRate(code: number): TransmissionRate {
  const f = (code >> 4) & 0x0f;
  const maxClock = F_MAX[f] ?? 0;
  return {
    fi: (FI[f] ?? 0) || undefined,
    di: (DI[code & 0x0f] ?? 0) || undefined,
    maxClockHz: maxClock * 500_000 || undefined,
  };
}

/** True when both nibbles have a meaning. */
export function isRateCode(code: number): boolean {
  return (FI[(code >> 4) & 0x0f] ?? 0) > 0 && (DI[code & 0x0f] ?? 0) > 0;
}
