/** What a card can do beside 106 kbit/s, as TA(1) of an ATS and the first byte of ATQB's protocol info say it. */
export interface BitRates {
  /** Only the same divisor in both directions. */
  readonly sameBothWays: boolean;
  /** Divisors D that the card takes, reader to card: 1, and 2, 4, 8 where supported. D times 106 kbit/s. */
  readonly toCard: readonly number[];
  /** Divisors D that the card can send with. */
  readonly fromCard: readonly number[];
}

function divisors(bits: number): number[] {
  return [1, 2, 4, 8].filter((divisor) => divisor === 1 || (bits & (divisor >> 1)) !== 0);
}

/**
 * Reads a byte of bit rates (ISO/IEC 14443-4 section 5.2.4, ISO/IEC 14443-3 section 7.9.4.2). A byte whose reserved bit
 * 4 is set counts as 00, as both say.
 */
export function parseBitRates(byte: number): BitRates {
  const known = (byte & 0x08) === 0 ? byte : 0;
  return {
    sameBothWays: (known & 0x80) !== 0,
    toCard: divisors(known & 0x07),
    fromCard: divisors((known >> 4) & 0x07),
  };
}
