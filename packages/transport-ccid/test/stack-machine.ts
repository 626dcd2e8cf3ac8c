import { type SmartCardContext } from "@cardwire/core";
import type { VirtualClock } from "@cardwire/core/testing";
import { createCcidContext } from "../src/index.ts";
import { NodeUsbReaders } from "../src/node/node-usb-readers.ts";
import {
  type EmulatedCcidReader,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
  type FakeUsbDeviceOptions,
  type UsbFunction,
} from "../src/testing.ts";

/** What the driver finds its readers by: a browser's `navigator.usb`, or the package `usb` behind its adapter. */
export const STACKS = ["browser", "usb 2", "usb 3"] as const;
export type Stack = (typeof STACKS)[number];

/** Some readers in one device, behind one of the stacks. */
export class StackMachine {
  readonly device: FakeUsbDevice;
  readonly bus: FakeUsb;
  readonly context: SmartCardContext;
  readonly #stack: Stack;
  readonly #clock: VirtualClock;

  constructor(
    stack: Stack,
    clock: VirtualClock,
    functions: readonly (EmulatedCcidReader | UsbFunction)[],
    options: FakeUsbDeviceOptions = {},
  ) {
    const manner = stack === "browser" ? "chrome" : stack === "usb 2" ? "usb2" : "usb3";
    this.#stack = stack;
    this.#clock = clock;
    this.device = new FakeUsbDevice(new EmulatedUsbDevice(functions), { clock, manner, ...options });
    this.bus = new FakeUsb(this.device);
    this.context = this.newContext();
  }

  /** Another context over the same devices, as another program would have it. */
  newContext(): SmartCardContext {
    const stack = this.#stack;
    const clock = this.#clock;
    const readers = stack === "browser" ? this.bus : new NodeUsbReaders({ usb: usbModule(stack, this.bus) }, clock);
    return createCcidContext({ readers, clock, probeVendorClass: true });
  }
}

/** The package `usb` as its versions export themselves, with these devices. */
export function usbModule(stack: "usb 2" | "usb 3", bus: FakeUsb): unknown {
  if (stack === "usb 3") return { usb: bus };
  return {
    getDeviceList: () => [],
    WebUSB: function WebUSB() {
      return bus;
    },
  };
}
