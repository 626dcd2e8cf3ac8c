import { CardwireError, isCardwireError } from "@cardwire/core";

/** The package koffi, through which Windows' DLLs are called, could not be loaded. */
export class MissingKoffiError extends CardwireError {
  override readonly name = "MissingKoffiError";
  readonly code = "KOFFI_MISSING";
  readonly fault = "host";

  constructor(cause: unknown) {
    super("the package koffi cannot be loaded, and Windows' DLLs are called through it: npm install koffi", { cause });
  }
}

/** True for a {@link MissingKoffiError} of any copy of this package. */
export function isMissingKoffiError(value: unknown): value is MissingKoffiError {
  return isCardwireError(value) && value.name === "MissingKoffiError";
}
