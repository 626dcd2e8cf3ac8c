import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a tag did not do what it was asked. */
export type Type1ErrorCode =
  /** It kept silent: Type 1 tags refuse so. */
  | "NO_ANSWER"
  /** It answered something that the command does not have as an answer. */
  | "UNEXPECTED_ANSWER"
  /** Its product, or the reader's chip, does not have the command. */
  | "NOT_SUPPORTED"
  /** Writing stopped before the end: `written` and `notWritten` say where. */
  | "WRITE_INTERRUPTED";

/** A piece of memory that is written as a whole: one byte, or a block of eight. */
export interface Type1Unit {
  readonly address: number;
  readonly length: number;
}

/** How far a write came. */
export interface Type1WriteProgress {
  readonly written: readonly Type1Unit[];
  /** What was not written; of the first of them it is not known when the tag was pulled. */
  readonly notWritten: readonly Type1Unit[];
}

/** A Type 1 tag did not do what it was asked. */
export class Type1Error extends CardwireError {
  override readonly name = "Type1Error";
  readonly code: Type1ErrorCode;
  readonly fault: Fault;
  readonly written: readonly Type1Unit[];
  readonly notWritten: readonly Type1Unit[];

  constructor(code: Type1ErrorCode, message: string, details: CardwireErrorOptions & Partial<Type1WriteProgress> = {}) {
    super(message, details);
    this.code = code;
    this.fault = code === "NOT_SUPPORTED" ? "caller" : "card";
    this.written = details.written ?? [];
    this.notWritten = details.notWritten ?? [];
  }
}

/** True for a {@link Type1Error} of any copy of this package, and of this code when one is given. */
export function isType1Error(value: unknown, code?: Type1ErrorCode): value is Type1Error {
  return isCardwireError(value) && value.name === "Type1Error" && (code === undefined || value.code === code);
}
