import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a call to an ISO/IEC 15693 tag failed. */
export type Type5ErrorCode =
  /** The tag answered with an error code. */
  | "TAG_ERROR"
  /** No answer, or none that can be used. Tags also keep silent where they refuse. */
  | "NO_ANSWER"
  /** The product cannot do what was asked. */
  | "NOT_SUPPORTED"
  /** Some blocks were written and others not. */
  | "WRITE_INTERRUPTED";

export interface Type5ErrorDetails extends CardwireErrorOptions {
  /** The tag's error code (ISO/IEC 15693-3 section 7.4.2), or the reader's status word. */
  readonly errorCode?: number;
  /** For WRITE_INTERRUPTED: block numbers that hold the new data, and those that don't. */
  readonly written?: readonly number[];
  readonly notWritten?: readonly number[];
}

/** An ISO/IEC 15693 tag did not do what was asked. */
export class Type5Error extends CardwireError {
  override readonly name = "Type5Error";
  readonly code: Type5ErrorCode;
  readonly fault: Fault = "card";
  readonly errorCode: number | undefined;
  readonly written: readonly number[];
  readonly notWritten: readonly number[];

  constructor(code: Type5ErrorCode, message: string, details: Type5ErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.errorCode = details.errorCode;
    this.written = details.written ?? [];
    this.notWritten = details.notWritten ?? [];
  }
}

/** True for a {@link Type5Error} of any copy of this package, and of this code when one is given. */
export function isType5Error(value: unknown, code?: Type5ErrorCode): value is Type5Error {
  return isCardwireError(value) && value.name === "Type5Error" && (code === undefined || value.code === code);
}
