import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a call to a FeliCa card failed. */
export type FelicaErrorCode =
  /** The card answered with status flags other than 00 00. */
  | "CARD_STATUS"
  /** No answer, or none that can be used. */
  | "NO_ANSWER"
  /** The card's MAC is not that of the key given, or the card refused ours. */
  | "WRONG_KEY"
  /** The product cannot do what was asked. */
  | "NOT_SUPPORTED"
  /** Some blocks were written and others not. */
  | "WRITE_INTERRUPTED";

export interface FelicaErrorDetails extends CardwireErrorOptions {
  /** Status flags 1 and 2 as one number. */
  readonly statusFlags?: number;
  /** For WRITE_INTERRUPTED: block numbers that hold the new data, and those that don't. */
  readonly written?: readonly number[];
  readonly notWritten?: readonly number[];
}

/** A FeliCa card did not do what was asked. */
export class FelicaError extends CardwireError {
  override readonly name = "FelicaError";
  readonly code: FelicaErrorCode;
  readonly fault: Fault;
  readonly statusFlags: number | undefined;
  readonly written: readonly number[];
  readonly notWritten: readonly number[];

  constructor(code: FelicaErrorCode, message: string, details: FelicaErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.fault = code === "WRONG_KEY" ? "caller" : "card";
    this.statusFlags = details.statusFlags;
    this.written = details.written ?? [];
    this.notWritten = details.notWritten ?? [];
  }
}

/** True for a {@link FelicaError} of any copy of this package, and of this code when one is given. */
export function isFelicaError(value: unknown, code?: FelicaErrorCode): value is FelicaError {
  return isCardwireError(value) && value.name === "FelicaError" && (code === undefined || value.code === code);
}
