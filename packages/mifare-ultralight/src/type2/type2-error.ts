import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";
import type { PageAddress } from "../products.ts";

/** Why a tag did not do what it was asked. */
export type Type2ErrorCode =
  /** It kept silent, or what came could not be read. */
  | "NO_ANSWER"
  /** It answered NAK: a page that is not there, locked or protected. */
  | "NAK"
  /** It answered something that the command does not have as an answer. */
  | "UNEXPECTED_ANSWER"
  /** Its password or key is another one. */
  | "WRONG_KEY"
  /** Its product does not have the command. */
  | "NOT_SUPPORTED"
  /** Writing stopped before the end: `pagesWritten` and `pagesLeft` say where. */
  | "WRITE_INTERRUPTED";

/** How far a write came. */
export interface Type2WriteProgress {
  readonly pagesWritten: readonly PageAddress[];
  /** Pages that were not written; of the first of them it is not known. */
  readonly pagesLeft: readonly PageAddress[];
}

/** A Type 2 tag did not do what it was asked. */
export class Type2Error extends CardwireError {
  override readonly name = "Type2Error";
  readonly code: Type2ErrorCode;
  readonly fault: Fault;
  readonly pagesWritten: readonly PageAddress[];
  readonly pagesLeft: readonly PageAddress[];

  constructor(code: Type2ErrorCode, message: string, details: CardwireErrorOptions & Partial<Type2WriteProgress> = {}) {
    super(message, details);
    this.code = code;
    this.fault = code === "NOT_SUPPORTED" || code === "WRONG_KEY" ? "caller" : "card";
    this.pagesWritten = details.pagesWritten ?? [];
    this.pagesLeft = details.pagesLeft ?? [];
  }
}

/** True for a {@link Type2Error} of any copy of this package, and of this code when one is given. */
export function isType2Error(value: unknown, code?: Type2ErrorCode): value is Type2Error {
  return isCardwireError(value) && value.name === "Type2Error" && (code === undefined || value.code === code);
}
