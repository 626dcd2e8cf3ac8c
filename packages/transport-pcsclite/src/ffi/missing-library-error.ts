import { CardwireError, isCardwireError } from "@cardwire/core";

/** koffi, or pcsc-lite's client library, could not be loaded. The message says what to install. */
export class MissingLibraryError extends CardwireError {
  override readonly name = "MissingLibraryError";
  readonly code = "LIBRARY_MISSING";
  readonly fault = "host";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** True for a {@link MissingLibraryError} of any copy of this package. */
export function isMissingLibraryError(value: unknown): value is MissingLibraryError {
  return isCardwireError(value) && value.name === "MissingLibraryError";
}
