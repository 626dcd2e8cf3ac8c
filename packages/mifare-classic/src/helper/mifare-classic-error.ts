import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a MIFARE Classic did not do what it was asked. */
export type MifareClassicErrorCode =
  /** No key that is known opens the sector. */
  | "KEY_REFUSED"
  /** The card refused the block to every key that opens its sector, or did not answer. */
  | "BLOCK_REFUSED"
  /** A block does not hold a value in its three copies. */
  | "NOT_A_VALUE"
  /** The block holds something else after the write. Some readers do not look at what the card says to a write. */
  | "NOT_WRITTEN"
  /** Writing stopped before the end: `written` and `notWritten` say where. */
  | "WRITE_INTERRUPTED";

/** Where it happened, and how far a write came. */
export interface MifareClassicErrorDetails extends CardwireErrorOptions {
  readonly sector?: number;
  readonly block?: number;
  /** Blocks that were written. */
  readonly written?: readonly number[];
  /** Blocks that were not; of the first of them it is not known when the card was pulled. */
  readonly notWritten?: readonly number[];
}

/** A MIFARE Classic did not do what it was asked. */
export class MifareClassicError extends CardwireError {
  override readonly name = "MifareClassicError";
  readonly code: MifareClassicErrorCode;
  readonly fault: Fault;
  readonly sector: number | undefined;
  readonly block: number | undefined;
  readonly written: readonly number[];
  readonly notWritten: readonly number[];

  constructor(code: MifareClassicErrorCode, message: string, details: MifareClassicErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.fault = code === "KEY_REFUSED" ? "caller" : "card";
    this.sector = details.sector;
    this.block = details.block;
    this.written = details.written ?? [];
    this.notWritten = details.notWritten ?? [];
  }
}

/** True for a {@link MifareClassicError} of any copy of this package, and of this code when one is given. */
export function isMifareClassicError(value: unknown, code?: MifareClassicErrorCode): value is MifareClassicError {
  return isCardwireError(value) && value.name === "MifareClassicError" && (code === undefined || value.code === code);
}
