import { CardwireError, isCardwireError } from "@cardwire/core";
import { describeWin32 } from "@cardwire/ioctl";

/** A call of Windows that has to succeed has failed: devices cannot be listed, or there are no handles left. */
export class Win32CallError extends CardwireError {
  override readonly name = "Win32CallError";
  readonly code = "WIN32_CALL_FAILED";
  readonly fault = "host";
  /** The function. */
  readonly call: string;
  /** What GetLastError said. */
  readonly win32Error: number;

  constructor(call: string, win32Error: number) {
    super(`${call}: ${describeWin32(win32Error)}`);
    this.call = call;
    this.win32Error = win32Error;
  }
}

/** True for a {@link Win32CallError} of any copy of this package. */
export function isWin32CallError(value: unknown): value is Win32CallError {
  return isCardwireError(value) && value.name === "Win32CallError";
}
