import { CardwireError, isCardwireError } from "@cardwire/core";

/** The smart cards of this machine cannot be reached. The message says what to install or start. */
export class NoTransportError extends CardwireError {
  override readonly name = "NoTransportError";
  /** "NO_SERVICE": not running, or not installed. "UNSUPPORTED_PLATFORM": there is no transport for it. */
  readonly code: "NO_SERVICE" | "UNSUPPORTED_PLATFORM";
  readonly fault = "host";

  constructor(code: NoTransportError["code"], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for a {@link NoTransportError} of any copy of this package. */
export function isNoTransportError(value: unknown): value is NoTransportError {
  return isCardwireError(value) && value.name === "NoTransportError";
}
