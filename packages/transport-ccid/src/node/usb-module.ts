import { SerialQueue } from "@cardwire/core";
import { DeviceHolds } from "./device-holds.ts";
import { MissingUsbError } from "./missing-usb-error.ts";
import { type StackUsbDevice, type UsbStack } from "./stack-usb-device.ts";

/** A device that came or went. */
export interface StackConnectionEvent {
  readonly device: StackUsbDevice;
}

/** What both versions of `usb` have: the members of `navigator.usb` that need no user. */
export interface StackUsb {
  getDevices(): Promise<readonly StackUsbDevice[]>;
  addEventListener(type: "connect" | "disconnect", listener: (event: StackConnectionEvent) => void): void;
  removeEventListener(type: "connect" | "disconnect", listener: (event: StackConnectionEvent) => void): void;
}

/** The package `usb` as it was loaded. */
export interface LoadedUsb {
  readonly usb: StackUsb;
  readonly stack: UsbStack;
  /** Listings one after the other: libusb's WebUSB opens devices to read their names, and shuts them under each other. */
  readonly listings: SerialQueue;
  readonly holds: DeviceHolds;
}

/** One for each module: two WebUSB objects would be in each other's way. */
const recognised = new WeakMap<WeakKey, LoadedUsb>();

let loading: Promise<LoadedUsb> | undefined;

/**
 * Loads the package `usb`, once per process: an optional peer, wanted only where readers are really looked for.
 *
 * @throws MissingUsbError when it is not installed, or has no build for this machine. The next call tries again.
 */
export function loadUsb(): Promise<LoadedUsb> {
  loading ??= importUsb().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function importUsb(): Promise<LoadedUsb> {
  let usbModule: unknown;
  try {
    usbModule = await import("usb");
  } catch (error) {
    throw new MissingUsbError(error);
  }
  return recogniseUsb(usbModule);
}

/**
 * Finds out which version of `usb` a module is: 2 is libusb with a WebUSB over it, 3 is nusb and nothing but WebUSB.
 *
 * @throws MissingUsbError for anything else.
 */
export function recogniseUsb(usbModule: unknown): LoadedUsb {
  const members = membersOf(usbModule);
  const known = members === undefined ? undefined : recognised.get(members);
  if (known !== undefined) return known;
  const loaded = recognise(usbModule, members);
  if (members !== undefined) recognised.set(members, loaded);
  return loaded;
}

function recognise(usbModule: unknown, members: Record<string, unknown> | undefined): LoadedUsb {
  const shared = { listings: new SerialQueue(), holds: new DeviceHolds() };
  const { usb, getDeviceList, WebUSB } = members ?? {};
  if (typeof getDeviceList === "function" && typeof WebUSB === "function")
    return { ...shared, stack: "libusb", usb: Reflect.construct(WebUSB, [{ allowAllDevices: true }]) as StackUsb };
  if (isStackUsb(usb)) return { ...shared, stack: "nusb", usb };
  const inner = members?.["default"];
  if (inner !== undefined && inner !== usbModule) return recogniseUsb(inner);
  throw new MissingUsbError();
}

function membersOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function isStackUsb(value: unknown): value is StackUsb {
  return membersOf(value)?.["getDevices"] instanceof Function;
}
