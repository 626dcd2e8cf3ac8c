import { CardwireError, isCardwireError } from "@cardwire/core";

/** Why the smart cards of a machine cannot be reached. */
export type NoTransportErrorCode =
  /** The smart-card service is not running, or not installed. */
  | "NO_SERVICE"
  /** It runs, and does not let this user. */
  | "NO_PERMISSION"
  /** A package that goes to it is not installed: the message names it. */
  | "MISSING_PACKAGE"
  /** There is no transport for this platform. */
  | "UNSUPPORTED_PLATFORM";

/** What a {@link NoTransportError} tells beside its code. */
export interface NoTransportErrorDetails {
  readonly cause?: unknown;
  /** Readers that are plugged in, as far as that can be seen without the service. */
  readonly readersSeen?: readonly string[];
}

/** The smart cards of this machine cannot be reached. The message says what to install or start, and which readers are plugged in. */
export class NoTransportError extends CardwireError {
  override readonly name = "NoTransportError";
  readonly code: NoTransportErrorCode;
  readonly fault = "host";
  /** Readers that are plugged in; `undefined` where that cannot be seen. */
  readonly readersSeen: readonly string[] | undefined;

  constructor(code: NoTransportErrorCode, message: string, details: NoTransportErrorDetails = {}) {
    super(message, details);
    this.code = code;
    this.readersSeen = details.readersSeen;
  }
}

/** True for a {@link NoTransportError} of any copy of this package, and of this code when one is given. */
export function isNoTransportError(value: unknown, code?: NoTransportErrorCode): value is NoTransportError {
  return isCardwireError(value) && value.name === "NoTransportError" && (code === undefined || value.code === code);
}
