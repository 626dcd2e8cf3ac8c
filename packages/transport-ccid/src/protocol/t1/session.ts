import type { T1Edc } from "./block.ts";

/** What both sides of a T=1 link know of it, from one command to the next. */
export interface T1Session {
  readonly edc: T1Edc;
  /** Largest information field that the card takes. */
  ifsc: number;
  /** Largest information field that the reader takes, as the card knows it. */
  ifsd: number;
  /** N(S) of our next I-block. */
  ns: number;
  /** N(S) that the card's next I-block must have. */
  nr: number;
  /** The last exchange failed: the numbers are to be set anew before anything else is said. */
  needsResynch: boolean;
}

/** A link after an answer to reset: IFSD is 32 until the card is told otherwise (ISO/IEC 7816-3:2006, section 11.4.2). */
export function newT1Session(parameters: { readonly ifsc: number; readonly edc: T1Edc }): T1Session {
  return { edc: parameters.edc, ifsc: parameters.ifsc, ifsd: 32, ns: 0, nr: 0, needsResynch: false };
}
