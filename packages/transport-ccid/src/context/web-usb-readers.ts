import type { UsbDeviceLike, UsbReaders } from "../usb-device.ts";

/** What `navigator.usb` has, as far as it is needed. */
export interface WebUsbLike {
  /** The devices that the user has allowed this page to use. */
  getDevices(): Promise<UsbDeviceLike[]>;
  addEventListener(type: "connect" | "disconnect", listener: (event: { readonly device: UsbDeviceLike }) => void): void;
  removeEventListener(
    type: "connect" | "disconnect",
    listener: (event: { readonly device: UsbDeviceLike }) => void,
  ): void;
}

/** Filters for `navigator.usb.requestDevice`: what can be a CCID reader. */
export const WEB_USB_FILTERS: readonly { readonly classCode: number }[] = [{ classCode: 0x0b }, { classCode: 0xff }];

/**
 * The readers of a browser: the devices that the user has allowed by `navigator.usb.requestDevice`. A device that is
 * allowed later is told of by `added`, for a browser has no event for that.
 *
 * @param usb `navigator.usb`.
 */
export function webUsbReaders(usb: WebUsbLike): UsbReaders & {
  /** To be called with what `requestDevice` gave. */
  added(device: UsbDeviceLike): void;
} {
  const listeners = new Set<Parameters<UsbReaders["watch"]>[0]>();
  return {
    platform: "browser",
    list: () => usb.getDevices(),
    watch(listener) {
      const connected = ({ device }: { readonly device: UsbDeviceLike }): void => {
        listener({ type: "attached", device });
      };
      const disconnected = ({ device }: { readonly device: UsbDeviceLike }): void => {
        listener({ type: "detached", device });
      };
      usb.addEventListener("connect", connected);
      usb.addEventListener("disconnect", disconnected);
      listeners.add(listener);
      return () => {
        usb.removeEventListener("connect", connected);
        usb.removeEventListener("disconnect", disconnected);
        listeners.delete(listener);
      };
    },
    added(device) {
      for (const listener of [...listeners]) listener({ type: "attached", device });
    },
  };
}
