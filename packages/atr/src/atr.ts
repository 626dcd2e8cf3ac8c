/** Why an answer to reset is not as its standards want it. */
export type AtrDefectCode =
  /** TS is none of 3B, 3F and 03. */
  | "UNKNOWN_TS"
  /** The bytes end before what T0 and the TD bytes announce. */
  | "TRUNCATED"
  /** What T0 and the TD bytes announce is longer than 32 characters after TS (ISO/IEC 7816-3 section 8.2.1). */
  | "TOO_LONG"
  /** A protocol other than T=0 is offered, and the bytes end before TCK (section 8.2.5). */
  | "TCK_MISSING"
  /** The exclusive-or of T0 to TCK is not zero. */
  | "TCK_WRONG"
  /** There are bytes behind the end that T0 and the TD bytes announce. */
  | "SURPLUS_BYTES"
  /** An interface byte has a value or a bit that is reserved for future use. */
  | "RFU_VALUE"
  /** The protocols are not in ascending order, or T=15 comes first (section 8.2.3). */
  | "PROTOCOL_ORDER";

/** One defect of an answer to reset. */
export interface AtrDefect {
  readonly code: AtrDefectCode;
  /** The field as ISO/IEC 7816-3 spells it: "TS", "T0", "TA1", "TD2", "historical bytes", "TCK", "surplus bytes". */
  readonly field: string;
  /** Offset of the field, or of the first byte that is missing. */
  readonly offset: number;
}

/** TAi to TDi, and the protocol to which they belong. */
export interface AtrInterfaceBytes {
  /** T as TD(i−1) announces it; undefined for TA1 to TD1, which no TD announces. */
  readonly protocol: number | undefined;
  readonly ta: number | undefined;
  readonly tb: number | undefined;
  readonly tc: number | undefined;
  readonly td: number | undefined;
}

/** An answer to reset taken apart (ISO/IEC 7816-3:2006 section 8.2). */
export interface Atr {
  /** All bytes as the card means them: decoded when they came in raw (see {@link raw}). A copy. */
  readonly bytes: Uint8Array;
  /** How bits stand on the line: direct (TS 3B) or inverse (TS 3F). Direct for an unknown TS. */
  readonly convention: "direct" | "inverse";
  /** True when an inverse card was read with the direct convention: TS arrives as 03, every byte mirrored and inverted. */
  readonly raw: boolean;
  /** The interface bytes by index: element 0 is TA1 to TD1. There is one element more than there are TD bytes. */
  readonly interfaceBytes: readonly AtrInterfaceBytes[];
  /** T1 to TK, 0 to 15 bytes; fewer than announced when truncated. */
  readonly historicalBytes: Uint8Array;
  /** Offset of the historical bytes in {@link bytes}. */
  readonly historicalOffset: number;
  /** The check byte as received; undefined when it must be absent, or is missing. */
  readonly tck: number | undefined;
  /** What follows the end of the answer to reset. */
  readonly surplus: Uint8Array;
  /** The protocols on offer, each once, in the order of the card; T=15, which is none, left out. T=0 when none is named. */
  readonly protocols: readonly number[];
  /** Empty for an answer to reset that conforms to its standard. */
  readonly defects: readonly AtrDefect[];
}
