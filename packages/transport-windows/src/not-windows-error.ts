import { CardwireError, isCardwireError } from "@cardwire/core";

/** This machine does not run Windows. */
export class NotWindowsError extends CardwireError {
  override readonly name = "NotWindowsError";
  readonly code = "NOT_WINDOWS";
  readonly fault = "host";

  constructor() {
    super(
      `Windows' own DLLs are called here, and this is ${process.platform}: its readers are found through ` +
        "@cardwire/transport-pcsclite",
    );
  }
}

/** True for a {@link NotWindowsError} of any copy of this package. */
export function isNotWindowsError(value: unknown): value is NotWindowsError {
  return isCardwireError(value) && value.name === "NotWindowsError";
}
