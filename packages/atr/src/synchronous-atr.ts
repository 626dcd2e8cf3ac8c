import { type Atr } from "./atr.ts";

/** The answer to reset of a synchronous memory card: H1 to H4 (ISO/IEC 7816-10:1999). */
export interface SynchronousAtr {
  /** The high nibble of H1: 8 serial data access (I²C), 9 3-wire bus, 10 2-wire bus. */
  readonly protocol: "i2c" | "3-wire" | "2-wire";
  /** The low three bits of H1: 2 for general use, 6 proprietary. */
  readonly structure: number;
  /** True when a read goes on to the end of the memory; false when it has a given length. */
  readonly readsToEnd: boolean;
  /** 128 and more, in powers of two; undefined when the card does not say. */
  readonly dataUnits: number | undefined;
  /** 1 to 128, a power of two. */
  readonly bitsPerDataUnit: number;
  /** H3, the category indicator: 10 when H4 is a DIR data reference. */
  readonly category: number;
  /** H4. */
  readonly h4: number;
}

const PROTOCOLS = ["i2c", "3-wire", "2-wire"] as const;

/**
 * Reads H1 to H4 of a synchronous card. PC/SC readers hand them out as `3B 04 H1 H2 H3 H4`: an answer to reset with
 * four historical bytes and nothing else. Asynchronous cards can look the same, so this is a guess.
 *
 * @returns undefined when the answer cannot be one of a synchronous card.
 */
export function readSynchronousAtr(atr: Atr): SynchronousAtr | undefined {
  const [ts, t0, h1, h2, category, h4] = atr.bytes;
  if (ts !== 0x3b || t0 !== 0x04 || h1 === undefined || h2 === undefined || category === undefined || h4 === undefined)
    return undefined;
  const protocol = PROTOCOLS[(h1 >> 4) - 8];
  if (protocol === undefined) return undefined;
  const units = (h2 >> 3) & 0x0f;
  return {
    protocol,
    structure: h1 & 0x07,
    readsToEnd: (h2 & 0x80) === 0,
    dataUnits: units === 0 ? undefined : 64 << units,
    bitsPerDataUnit: 1 << (h2 & 0x07),
    category,
    h4,
  };
}
