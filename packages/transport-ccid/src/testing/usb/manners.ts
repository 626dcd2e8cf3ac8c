import { type UsbInResult } from "../../usb-device.ts";

/** Whose `USBDevice` a fake one is like: Chrome's, or the npm package `usb` in version 2.18 or 3.1. */
export type UsbManner = "chrome" | "usb2" | "usb3";

/** In what the three differ, as it was seen on real ones. */
export interface UsbManners {
  /** A read gives up after a second unless it is told another time. */
  readonly hiddenTimeout: boolean;
  /** An endpoint that is in use is not found by a second transfer. */
  readonly oneTransferPerEndpoint: boolean;
  /** A read of any length asks for whole packets; what is over is thrown away. */
  readonly wholePackets: boolean;
  /**
   * While a transfer runs, the getters, `open`, `claimInterface`, `releaseInterface` and `close` throw; while one of
   * these runs, everything does.
   */
  readonly callsBorrowTheDevice: boolean;
  /** A device that is not open is opened for a moment to tell of its configurations. */
  readonly opensToTell: boolean;
  readonly closeFailsWhilePending: boolean;
  /** `close` does not release what is claimed. */
  readonly closeKeepsClaims: boolean;
  /** @param control a control transfer, whose data may be absent. */
  bytesOut(data: Uint8Array | undefined, control: boolean): Uint8Array;
  stalled(call: string): UsbInResult;
  babbled(): UsbInResult;
  unplugged(): Error;
  unpluggedMeanwhile(): Error;
  abandoned(): Error;
  busy(): Error;
  accessDenied(): Error;
  noInterface(): Error;
  invalidState(message: string): Error;
}

export const MANNERS: Readonly<Record<UsbManner, UsbManners>> = {
  chrome: {
    hiddenTimeout: false,
    oneTransferPerEndpoint: false,
    wholePackets: false,
    callsBorrowTheDevice: false,
    opensToTell: false,
    closeFailsWhilePending: false,
    closeKeepsClaims: false,
    bytesOut: (data) => Uint8Array.from(data ?? []),
    stalled: () => ({ status: "stall" }),
    babbled: () => ({ status: "babble" }),
    unplugged: () => named("NotFoundError", "The device was disconnected."),
    unpluggedMeanwhile: () => named("NetworkError", "A transfer error has occurred."),
    abandoned: () => named("AbortError", "The transfer was cancelled."),
    busy: () => named("NetworkError", "Unable to claim interface."),
    accessDenied: () => named("SecurityError", "Access denied."),
    noInterface: () => named("NotFoundError", "The interface number provided is not supported by the device."),
    invalidState: (message) => named("InvalidStateError", message),
  },
  usb2: {
    hiddenTimeout: false,
    oneTransferPerEndpoint: false,
    wholePackets: false,
    callsBorrowTheDevice: false,
    opensToTell: false,
    closeFailsWhilePending: true,
    closeKeepsClaims: false,
    // the copy that it makes of a DataView is empty: nothing is sent, and nothing said
    bytesOut: (data) => (data instanceof Uint8Array ? Uint8Array.from(data) : new Uint8Array(0)),
    stalled: () => ({ status: "stall" }),
    babbled: () => ({ status: "babble" }),
    unplugged: () => new Error("transfer error: Error: LIBUSB_ERROR_NO_DEVICE"),
    unpluggedMeanwhile: () => new Error("transferIn error: Error: LIBUSB_TRANSFER_NO_DEVICE"),
    abandoned: () => new Error("transferIn error: Error: LIBUSB_TRANSFER_NO_DEVICE"),
    busy: () => new Error("claimInterface error: Error: LIBUSB_ERROR_BUSY"),
    accessDenied: () => new Error("open error: Error: LIBUSB_ERROR_ACCESS"),
    noInterface: () => new Error("claimInterface error: interface not found"),
    invalidState: (message) => new Error(message),
  },
  usb3: {
    hiddenTimeout: true,
    oneTransferPerEndpoint: true,
    wholePackets: true,
    callsBorrowTheDevice: true,
    opensToTell: true,
    closeFailsWhilePending: false,
    closeKeepsClaims: true,
    bytesOut: (data, control) => {
      if (data === undefined && control) throw new TypeError("Cannot read properties of undefined (reading 'buffer')");
      return Uint8Array.from(data ?? []);
    },
    stalled: (call) => {
      throw new Error(call.startsWith("control") ? `${call} error: endpoint stalled` : `${call} error: Stall`);
    },
    babbled: () => {
      throw new Error("transferIn error: Fault");
    },
    unplugged: () => new Error("open error: device disconnected"),
    unpluggedMeanwhile: () => new Error("transferIn error: Disconnected"),
    abandoned: () => new Error("transferIn error: Cancelled"),
    busy: () => new Error("claimInterface error: interface is busy (errno 16)"),
    accessDenied: () => new Error("open error: Permission denied (errno 13)"),
    noInterface: () => new Error("claimInterface error: interface not found"),
    invalidState: (message) => new Error(message),
  },
};

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
