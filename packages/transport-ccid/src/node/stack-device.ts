import { delay, systemClock } from "@cardwire/core";
import {
  type UsbConfigurationLike,
  type UsbControlSetup,
  type UsbDeviceLike,
  type UsbInResult,
  type UsbOutResult,
} from "../usb-device.ts";

/** A device as the npm package `usb` gives it: WebUSB's members, and a timeout that only version 3 looks at. */
export interface StackUsbDevice {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly deviceClass?: number | undefined;
  readonly manufacturerName?: string | null | undefined;
  readonly productName?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly configuration?: UsbConfigurationLike | null | undefined;
  readonly configurations: readonly UsbConfigurationLike[];
  open(): Promise<void>;
  close(): Promise<void>;
  selectConfiguration(configurationValue: number): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  controlTransferIn(setup: UsbControlSetup, length: number, timeoutMs?: number): Promise<UsbInResult>;
  controlTransferOut(setup: UsbControlSetup, data: Uint8Array<ArrayBuffer>, timeoutMs?: number): Promise<UsbOutResult>;
  transferIn(endpointNumber: number, length: number, timeoutMs?: number): Promise<UsbInResult>;
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>, timeoutMs?: number): Promise<UsbOutResult>;
  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void>;
  reset(): Promise<void>;
}

/** What a version of `usb` is built on, which is what decides how it behaves. */
export type UsbStack = "libusb" | "nusb";

/** What the snapshot of a device holds: nusb's getters ask the system each time, and throw while a transfer is pending. */
interface Snapshot {
  readonly configuration: UsbConfigurationLike | null;
  readonly configurations: readonly UsbConfigurationLike[];
  readonly manufacturerName: string | null;
  readonly productName: string | null;
  readonly serialNumber: string | null;
}

/**
 * nusb cannot take a read back, only give it a time: reads are repeated in slices, and `close` waits for the slice. A
 * packet that comes while a slice ends is lost: Linux gives a cancelled transfer its bytes, nusb does not hand them on.
 * So a reader's notifications, of which there is always a next one to be waited for, have short slices, and are not
 * relied on; answers, which come at once as a rule, have long ones.
 */
const INTERRUPT_SLICE_MS = 100;
const BULK_SLICE_MS = 5_000;
/** What was sent is taken by the reader, or will never be. */
const OUT_MS = 5_000;
const CONTROL_MS = 5_000;
/** libusb ends a read when its interface is released, in its own time. */
const CLOSE_ATTEMPTS = 50;
const CLOSE_PAUSE_MS = 10;

/** How a device goes with others that are the same one to the stack. */
export interface StackDeviceOptions {
  /** Takes the device before it is opened; the result gives it back. Nobody else is there unless given. */
  readonly take?: () => Promise<() => void>;
  /** Told as soon as a transfer fails because the device was unplugged, before its caller is. */
  readonly onGone?: () => void;
}

/** A device of the npm package `usb` that keeps the rules of {@link UsbDeviceLike}. */
export class StackDevice implements UsbDeviceLike {
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly losesNotifications: boolean;
  readonly #raw: StackUsbDevice;
  readonly #stack: UsbStack;
  readonly #take: () => Promise<() => void>;
  readonly #onGone: () => void;
  #giveBack: (() => void) | undefined;
  readonly #claimed = new Set<number>();
  readonly #pending = new Set<Promise<unknown>>();
  /** The read that an endpoint has at the moment. */
  readonly #reads = new Map<number, Promise<unknown>>();
  /** Interfaces whose reads must not begin another slice. */
  readonly #ending = new Set<number>();
  #snapshot: Snapshot | undefined;
  #opened = false;
  #closing: Promise<void> | undefined;

  constructor(raw: StackUsbDevice, stack: UsbStack, { take, onGone }: StackDeviceOptions = {}) {
    this.#raw = raw;
    this.#stack = stack;
    this.#take = take ?? (() => Promise.resolve(() => undefined));
    this.#onGone = onGone ?? (() => undefined);
    this.losesNotifications = stack === "nusb";
    this.vendorId = raw.vendorId;
    this.productId = raw.productId;
    this.deviceVersionMajor = raw.deviceVersionMajor;
    this.deviceVersionMinor = raw.deviceVersionMinor;
    this.deviceVersionSubminor = raw.deviceVersionSubminor;
  }

  get opened(): boolean {
    return this.#opened;
  }

  get manufacturerName(): string | null {
    return this.#look().manufacturerName;
  }

  get productName(): string | null {
    return this.#look().productName;
  }

  get serialNumber(): string | null {
    return this.#look().serialNumber;
  }

  get configuration(): UsbConfigurationLike | null {
    return this.#look().configuration;
  }

  get configurations(): readonly UsbConfigurationLike[] {
    return this.#look().configurations;
  }

  async open(): Promise<void> {
    await this.#closing;
    this.#giveBack ??= await this.#take();
    try {
      await this.#raw.open();
      this.#opened = true;
      this.#snapshot = undefined;
      this.#look();
    } catch (error) {
      this.#letGo();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#opened = false;
      this.#closing = undefined;
      this.#ending.clear();
      this.#letGo();
    });
    return this.#closing;
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    await this.#raw.selectConfiguration(configurationValue);
    this.#snapshot = undefined;
    this.#look();
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    await this.#raw.claimInterface(interfaceNumber);
    this.#claimed.add(interfaceNumber);
  }

  async releaseInterface(interfaceNumber: number): Promise<void> {
    if (!this.#claimed.has(interfaceNumber)) return;
    this.#ending.add(interfaceNumber);
    // nusb does not release anything under a pending transfer, libusb ends the reads by it
    if (this.#stack === "nusb") await this.#settled();
    try {
      await this.#raw.releaseInterface(interfaceNumber);
    } finally {
      this.#claimed.delete(interfaceNumber);
      await this.#settled();
      this.#ending.delete(interfaceNumber);
    }
  }

  controlTransferIn(setup: UsbControlSetup, length: number): Promise<UsbInResult> {
    return this.#track(stallAsStatus(this.#raw.controlTransferIn(setup, length, CONTROL_MS)));
  }

  controlTransferOut(setup: UsbControlSetup, data?: Uint8Array<ArrayBuffer>): Promise<UsbOutResult> {
    return this.#track(
      stallAsStatus<UsbOutResult>(this.#raw.controlTransferOut(setup, data ?? new Uint8Array(0), CONTROL_MS)),
    );
  }

  transferIn(endpointNumber: number, length: number): Promise<UsbInResult> {
    const before = this.#reads.get(endpointNumber);
    const read =
      before === undefined ? this.#read(endpointNumber, length) : this.#after(before, endpointNumber, length);
    this.#reads.set(endpointNumber, read);
    const forget = (): void => {
      if (this.#reads.get(endpointNumber) === read) this.#reads.delete(endpointNumber);
    };
    read.then(forget, forget);
    return this.#track(read);
  }

  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>): Promise<UsbOutResult> {
    return this.#track(stallAsStatus<UsbOutResult>(this.#raw.transferOut(endpointNumber, data, OUT_MS)));
  }

  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void> {
    return this.#raw.clearHalt(direction, endpointNumber);
  }

  reset(): Promise<void> {
    return this.#raw.reset();
  }

  async #after(before: Promise<unknown>, endpointNumber: number, length: number): Promise<UsbInResult> {
    await before.catch(() => undefined);
    return this.#read(endpointNumber, length);
  }

  async #read(endpointNumber: number, length: number): Promise<UsbInResult> {
    if (this.#stack === "libusb") return stallAsStatus(this.#raw.transferIn(endpointNumber, length));
    const { interfaceNumber, type } = this.#endpoint(endpointNumber);
    const sliceMs = type === "interrupt" ? INTERRUPT_SLICE_MS : BULK_SLICE_MS;
    for (;;) {
      if (this.#ending.has(interfaceNumber)) throw new Error("transferIn: the interface was released");
      try {
        return await stallAsStatus(this.#raw.transferIn(endpointNumber, length, sliceMs));
      } catch (error) {
        if (!isTimeout(error)) throw error;
      }
    }
  }

  #endpoint(endpointNumber: number): { readonly interfaceNumber: number; readonly type: string } {
    for (const { interfaceNumber, alternates } of this.configuration?.interfaces ?? [])
      for (const { endpoints } of alternates)
        for (const endpoint of endpoints)
          if (endpoint.endpointNumber === endpointNumber && endpoint.direction === "in")
            return { interfaceNumber, type: endpoint.type };
    return { interfaceNumber: 0, type: "bulk" };
  }

  /** Ends the reads, gives the claims back, closes: in the order that the stack can bear. */
  async #close(): Promise<void> {
    const claimed = [...this.#claimed];
    for (const interfaceNumber of claimed) this.#ending.add(interfaceNumber);
    if (this.#stack === "nusb") await this.#settled();
    // a device that was unplugged has nothing to give back
    for (const interfaceNumber of claimed) await this.releaseInterface(interfaceNumber).catch(() => undefined);
    await this.#settled();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#raw.close();
        return;
      } catch (error) {
        if (isGone(error)) return;
        if (attempt === CLOSE_ATTEMPTS || !isStillBusy(error)) throw error;
        await delay(systemClock, CLOSE_PAUSE_MS);
      }
    }
  }

  /** Until nothing is pending any more, or for as long as the longest slice. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = systemClock.schedule(2 * BULK_SLICE_MS, resolve);
      const look = (): void => {
        if (this.#pending.size > 0) void Promise.allSettled([...this.#pending]).then(look);
        else {
          cancel();
          resolve();
        }
      };
      look();
    });
  }

  async #track<Value>(transfer: Promise<Value>): Promise<Value> {
    this.#pending.add(transfer);
    try {
      return await transfer;
    } catch (error) {
      // libusb says the same of a read whose interface was released
      if (isGone(error) && this.#ending.size === 0) this.#onGone();
      throw error;
    } finally {
      this.#pending.delete(transfer);
    }
  }

  #letGo(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  #look(): Snapshot {
    const raw = this.#raw;
    this.#snapshot ??= {
      configurations: raw.configurations,
      configuration: raw.configuration ?? null,
      // a device that may not be opened does not tell its name
      manufacturerName: orNull(() => raw.manufacturerName),
      productName: orNull(() => raw.productName),
      serialNumber: orNull(() => raw.serialNumber),
    };
    return this.#snapshot;
  }
}

function orNull(read: () => string | null | undefined): string | null {
  try {
    return read() ?? null;
  } catch {
    return null;
  }
}

/** nusb throws for a stall what libusb's WebUSB gives as a status. */
async function stallAsStatus<Result extends UsbInResult | UsbOutResult>(
  transfer: Promise<Result>,
): Promise<Result | { readonly status: "stall" }> {
  try {
    return await transfer;
  } catch (error) {
    if (/\bstall/i.test(messageOf(error))) return { status: "stall" };
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isTimeout = (error: unknown): boolean => /cancelled/i.test(messageOf(error));
const isStillBusy = (error: unknown): boolean => /pending request|borrowed/i.test(messageOf(error));
const isGone = (error: unknown): boolean => /NO_DEVICE|disconnected/i.test(messageOf(error));
