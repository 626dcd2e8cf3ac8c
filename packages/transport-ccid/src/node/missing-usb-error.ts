import { CardwireError, isCardwireError } from "@cardwire/core";

/** The package usb, through which Node reaches USB devices, could not be loaded, or is a version that is not known. */
export class MissingUsbError extends CardwireError {
  override readonly name = "MissingUsbError";
  readonly code = "USB_MISSING";
  readonly fault = "host";

  constructor(cause?: unknown) {
    super(
      "the package usb (2.18 or newer, or 3.1 or newer) cannot be loaded, and Node reaches USB devices through it: npm install usb",
      { cause },
    );
  }
}

/** True for a {@link MissingUsbError} of any copy of this package. */
export function isMissingUsbError(value: unknown): value is MissingUsbError {
  return isCardwireError(value) && value.name === "MissingUsbError";
}
