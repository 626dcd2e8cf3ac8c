import type { Clock } from "@cardwire/core";
import type { UsbDeviceLike } from "../usb-device.ts";
import { CcidReaderError } from "./reader-error.ts";
import { within } from "./time-limit.ts";

interface Share {
  users: number;
  ready: Promise<void>;
}

/** Devices with several readers are opened once, and closed with the last of them. */
const shares = new WeakMap<UsbDeviceLike, Share>();

/** Opens a device, or joins those who have it open. Each who succeeds leaves by {@link leaveDevice}. */
export async function enterDevice(device: UsbDeviceLike): Promise<void> {
  let share = shares.get(device);
  if (share === undefined) {
    share = { users: 0, ready: open(device) };
    shares.set(device, share);
  }
  share.users++;
  try {
    await share.ready;
  } catch (error) {
    leave(device, share);
    throw error;
  }
}

async function open(device: UsbDeviceLike): Promise<void> {
  await device.open();
  const [first] = device.configurations;
  if ((device.configuration ?? undefined) === undefined && first !== undefined)
    await device.selectConfiguration(first.configurationValue);
}

function leave(device: UsbDeviceLike, share: Share): boolean {
  if (--share.users > 0) return false;
  if (shares.get(device) === share) shares.delete(device);
  return true;
}

const CLOSE_TIMEOUT_MS = 2_000;

function tooLong(): CcidReaderError {
  return new CcidReaderError("TIMEOUT", "the device does not close");
}

/** The last one closes the device. Waits for it a while, and never rejects. */
export async function leaveDevice(device: UsbDeviceLike, clock: Clock): Promise<void> {
  const share = shares.get(device);
  if (share !== undefined && !leave(device, share)) return;
  const close = async (): Promise<void> => device.close();
  await within(clock, CLOSE_TIMEOUT_MS, tooLong, close()).catch(() => undefined);
}

/** Releases the interface, then leaves the device. Waits for both a while, and never rejects. */
export async function giveBack(device: UsbDeviceLike, interfaceNumber: number, clock: Clock): Promise<void> {
  const release = async (): Promise<void> => device.releaseInterface(interfaceNumber);
  await within(clock, CLOSE_TIMEOUT_MS, tooLong, release()).catch(() => undefined);
  await leaveDevice(device, clock);
}
