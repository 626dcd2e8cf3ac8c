/**
 * In the page, before its own script: a `navigator.usb` with an emulated reader on it, and the strings to pull it by.
 */
import {
  CCID_FEATURE,
  EmulatedCcidReader,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
} from "@cardwire/transport-ccid/testing";
import { contractCard, T1_ATR } from "../../../packages/transport-ccid/test/contract-card.ts";

/** What a test does from outside the page. */
export interface Strings {
  plug(): void;
  unplug(): void;
  insert(): void;
  remove(): void;
}

declare const window: { isReaderProtected?: boolean; strings?: Strings };
declare const navigator: object;

const usb = new FakeUsb();
const reader = new EmulatedCcidReader({
  classDescriptor: { features: CCID_FEATURE.extendedApdu | 0x4be },
  interfaceClass: window.isReaderProtected === true ? 0x0b : 0xff,
});
const device = new FakeUsbDevice(new EmulatedUsbDevice([reader]), {
  onCall(call) {
    if (call !== "claimInterface" || window.isReaderProtected !== true) return;
    // what Chromium says of an interface whose class is on its list
    const error = new Error("The requested interface implements a protected class.");
    error.name = "SecurityError";
    throw error;
  },
});
Object.defineProperty(navigator, "usb", { value: usb });
window.strings = {
  plug: () => usb.plug(device),
  unplug: () => device.unplug(),
  insert: () => reader.insert(contractCard(T1_ATR)),
  remove: () => reader.remove(),
};
