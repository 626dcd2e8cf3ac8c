import { type Clock, systemClock } from "@cardwire/core";
import { type UsbReaders, type UsbReadersListener } from "../usb-device.ts";
import { StackDevice } from "./stack-device.ts";
import { type StackUsbDevice } from "./stack-usb-device.ts";
import { type LoadedUsb, loadUsb, recogniseUsb, type StackConnectionEvent } from "./usb-module.ts";

/** Where the devices come from. */
export interface NodeUsbOptions {
  /** The module `usb` itself, `import * as usb from "usb"`; it is imported when it is first needed unless given. */
  readonly usb?: unknown;
}

const PLATFORMS: Partial<Record<NodeJS.Platform, NonNullable<UsbReaders["platform"]>>> = {
  linux: "linux",
  win32: "windows",
  darwin: "macos",
};
const HUB = 9;
/**
 * How often to look beside being told: without udev, as in most containers, nobody tells. Only for version 3: version 2
 * does not see such devices however it looks.
 */
const POLL_MS = 2_000;

/** The USB devices of this machine. Loads and opens nothing yet. */
export function nodeUsbReaders(options: NodeUsbOptions = {}): UsbReaders {
  return new NodeUsbReaders(options);
}

/**
 * The USB devices of this machine, by the package `usb` in version 2 or 3. One plugged device is one object, however
 * often the package makes another.
 */
export class NodeUsbReaders implements UsbReaders {
  readonly platform: UsbReaders["platform"] = PLATFORMS[process.platform];
  readonly #options: NodeUsbOptions;
  readonly #clock: Clock;
  readonly #listeners = new Set<UsbReadersListener>();
  readonly #devices = new Map<unknown, StackDevice>();
  /** Devices that did not say what they are. */
  readonly #unreadable = new WeakSet<StackDevice>();
  /** Devices that are unplugged, and still listed by a package that has not noticed. */
  readonly #gone = new Set<unknown>();
  #loaded: LoadedUsb | undefined;
  #cancelPoll: (() => void) | undefined;
  #watching = false;
  /** A device was seen to go, and nobody has asked since. */
  #isUpToDate = false;

  constructor(options: NodeUsbOptions = {}, clock: Clock = systemClock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** @throws MissingUsbError */
  async list(): Promise<readonly StackDevice[]> {
    // who was just told that a device is gone wants to know what is left, and not to wait for a look at all devices
    if (this.#isUpToDate) {
      this.#isUpToDate = false;
      return [...this.#devices.values()];
    }
    const loaded = await this.#load();
    let found: readonly StackUsbDevice[];
    try {
      found = await loaded.listings.run(() => loaded.usb.getDevices());
    } catch (error) {
      // a kernel without USB has no folder for its devices
      if (/not found/i.test(String(error))) found = [];
      else throw error;
    }
    const seen = new Set<unknown>();
    for (const raw of [...found].sort(byPort)) {
      if (raw.deviceClass === HUB) continue;
      const key = identify(raw);
      seen.add(key);
      const known = this.#devices.get(key);
      if (known !== undefined) this.#lookAgain(known);
      else if (!this.#gone.has(key)) this.#add(key, raw, loaded);
    }
    for (const key of [...this.#gone]) if (!seen.has(key)) this.#gone.delete(key);
    for (const key of [...this.#devices.keys()]) if (!seen.has(key)) this.#remove(key);
    return [...this.#devices.values()];
  }

  watch(listener: UsbReadersListener): () => void {
    this.#listeners.add(listener);
    if (!this.#watching) void this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  async #load(): Promise<LoadedUsb> {
    this.#loaded ??= this.#options.usb === undefined ? await loadUsb() : recogniseUsb(this.#options.usb);
    return this.#loaded;
  }

  async #start(): Promise<void> {
    this.#watching = true;
    try {
      const { usb, stack } = await this.#load();
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- the last listener may have left meanwhile
      if (!this.#watching) return;
      usb.addEventListener("connect", this.#look);
      usb.addEventListener("disconnect", this.#disconnected);
      if (stack === "nusb") this.#poll();
    } catch {
      // without the package there is nothing to watch; list() says so
      this.#watching = false;
    }
  }

  #stop(): void {
    this.#watching = false;
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
    this.#loaded?.usb.removeEventListener("connect", this.#look);
    this.#loaded?.usb.removeEventListener("disconnect", this.#disconnected);
  }

  #poll(): void {
    this.#cancelPoll = this.#clock.schedule(POLL_MS, () => {
      this.#look();
      this.#poll();
    });
  }

  // an event may come before its device can be read: the list decides
  readonly #look = (): void => {
    this.list().catch(() => undefined);
  };

  readonly #disconnected = ({ device }: StackConnectionEvent): void => {
    this.#remove(identify(device));
  };

  #add(key: unknown, raw: StackUsbDevice, { stack, holds }: LoadedUsb): void {
    const device = new StackDevice(raw, stack, {
      take: () => holds.take(key, this.#clock),
      onGone: async () => {
        this.#gone.add(key);
        this.#remove(key);
        // those who were told see that it is no longer there, before they see that it does not answer
        await new Promise((resolve) => setImmediate(resolve));
      },
      clock: this.#clock,
    });
    this.#devices.set(key, device);
    if (!device.isReadable) this.#unreadable.add(device);
    this.#tell("attached", device);
  }

  /** udev gives the right to open a device some time after the device is there. */
  #lookAgain(device: StackDevice): void {
    if (!this.#unreadable.has(device) || !device.isReadable) return;
    this.#unreadable.delete(device);
    this.#tell("attached", device);
  }

  #remove(key: unknown): void {
    const device = this.#devices.get(key);
    if (device === undefined) return;
    this.#devices.delete(key);
    this.#isUpToDate = this.#watching;
    this.#tell("detached", device);
  }

  #tell(type: "attached" | "detached", device: StackDevice): void {
    for (const listener of [...this.#listeners]) listener({ type, device });
  }
}

/** nusb makes a new object at each listing, with the same handle; libusb's WebUSB keeps its objects. */
function identify(device: StackUsbDevice): unknown {
  return "handle" in device && typeof device.handle === "string" ? device.handle : device;
}

/** In the order of buses and ports, as pcscd finds them, where the package says: nusb lists in any order. */
function byPort(one: StackUsbDevice, other: StackUsbDevice): number {
  const bus = compare(one.bus ?? "", other.bus ?? "");
  if (bus !== 0) return bus;
  const [ports = [], otherPorts = []] = [one.ports, other.ports];
  for (let hub = 0; hub < ports.length && hub < otherPorts.length; hub++) {
    const order = (ports[hub] ?? 0) - (otherPorts[hub] ?? 0);
    if (order !== 0) return order;
  }
  return ports.length - otherPorts.length;
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
