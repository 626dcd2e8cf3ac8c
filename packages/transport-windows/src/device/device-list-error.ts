import { CardwireError, isCardwireError } from "@cardwire/core";
import { describeWin32 } from "@cardwire/ioctl";

/** The machine's devices could not be listed. */
export class DeviceListError extends CardwireError {
  override readonly name = "DeviceListError";
  readonly code = "DEVICE_LIST_FAILED";
  readonly fault = "host";
  /** What GetLastError said. */
  readonly win32Error: number;

  constructor(call: string, win32Error: number) {
    super(`${call}: ${describeWin32(win32Error)}`);
    this.win32Error = win32Error;
  }
}

/** True for a {@link DeviceListError} of any copy of this package. */
export function isDeviceListError(value: unknown): value is DeviceListError {
  return isCardwireError(value) && value.name === "DeviceListError";
}
