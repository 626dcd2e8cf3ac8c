import { type Clock, delay, systemClock } from "@cardwire/core";
import {
  type UsbConfigurationLike,
  type UsbControlSetup,
  type UsbDeviceLike,
  type UsbInResult,
  type UsbOutResult,
} from "../usb-device.ts";
import { DeviceLoan } from "./device-loan.ts";
import { isGone, isStall, isStillBusy, isTimeout } from "./stack-error.ts";
import { clearHaltByLibusb, type StackUsbDevice, type UsbStack } from "./stack-usb-device.ts";

/** What the snapshot of a device holds: nusb's getters ask the system each time, and throw while a transfer is pending. */
interface Snapshot {
  readonly configuration: UsbConfigurationLike | null;
  readonly configurations: readonly UsbConfigurationLike[];
  readonly manufacturerName: string | null;
  readonly productName: string | null;
  readonly serialNumber: string | null;
}

/** A device that does not let itself be opened says nothing of itself. */
const UNREADABLE: Snapshot = {
  configuration: null,
  configurations: [],
  manufacturerName: null,
  productName: null,
  serialNumber: null,
};

/**
 * nusb cannot take a read back, only give it a time: reads are repeated in slices, and `close` waits for the slice. What
 * comes while a slice ends is lost: Linux gives a cancelled transfer its bytes, nusb does not hand them on. So a reader's
 * notifications, of which there is always a next one to be waited for, have short slices, and are not relied on; answers,
 * which come at once as a rule, have long ones.
 */
const INTERRUPT_SLICE_MS = 100;
const BULK_SLICE_MS = 5_000;
/** The rest of a message, whose first packet is there. What a reader has not sent by then it will not send. */
const REST_MS = 10_000;
/** What was sent is taken by the reader, or will never be. */
const OUT_MS = 5_000;
const CONTROL_MS = 5_000;
/** libusb ends a read when its interface is released, in its own time. */
const SETTLE_MS = 10_000;
const CLOSE_ATTEMPTS = 50;
const CLOSE_PAUSE_MS = 10;
/** The direction bit of an endpoint's address. */
const IN = 0x80;

/** How a device goes with others that are the same one to the stack. */
export interface StackDeviceOptions {
  /** Takes the device before it is opened; the result gives it back. Nobody else is there unless given. */
  readonly take?: () => Promise<() => void>;
  /** Told as soon as a transfer fails because the device was unplugged. Its caller learns of it when this is done. */
  readonly onGone?: () => Promise<void>;
  /** The host's own unless given. */
  readonly clock?: Clock;
}

/** A call that is under way. */
interface Call {
  /** The interface, for a read. */
  readonly readFrom: number | undefined;
  /** Its interface is being released: libusb then says of a read what it says of a device that is gone. */
  isReleased: boolean;
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
  readonly #onGone: () => Promise<void>;
  readonly #clock: Clock;
  /** Which calls nusb bears beside each other; libusb has its own locks. */
  readonly #loan: DeviceLoan | undefined;
  #giveBack: (() => void) | undefined;
  readonly #claimed = new Set<number>();
  /** What is under way. */
  readonly #pending = new Map<Promise<unknown>, Call>();
  /** The last transfer of each endpoint that has any, by its address. */
  readonly #last = new Map<number, Promise<unknown>>();
  /** Interfaces whose reads must not begin another slice. */
  readonly #ending = new Set<number>();
  #snapshot: Snapshot | undefined;
  #opened = false;
  #closing: Promise<void> | undefined;

  constructor(raw: StackUsbDevice, stack: UsbStack, { take, onGone, clock }: StackDeviceOptions = {}) {
    this.#raw = raw;
    this.#stack = stack;
    this.#take = take ?? (() => Promise.resolve(() => undefined));
    this.#onGone = onGone ?? (() => Promise.resolve());
    this.#clock = clock ?? systemClock;
    this.#loan = stack === "nusb" ? new DeviceLoan() : undefined;
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

  /** False for one that does not say what it is: usb 3 has to open it for that, and may not. It is asked each time. */
  get isReadable(): boolean {
    return this.#look() !== UNREADABLE;
  }

  async open(): Promise<void> {
    await this.#closing;
    this.#giveBack ??= await this.#take();
    try {
      await this.#change(() => this.#raw.open());
      this.#opened = true;
      this.#lookAgain();
    } catch (error) {
      this.#letGo();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#opened = false;
      this.#closing = undefined;
      this.#claimed.clear();
      this.#ending.clear();
      this.#letGo();
    });
    return this.#closing;
  }

  async selectConfiguration(configurationValue: number): Promise<void> {
    await this.#change(async () => {
      await this.#raw.selectConfiguration(configurationValue);
      this.#lookAgain();
    });
  }

  async claimInterface(interfaceNumber: number): Promise<void> {
    await this.#change(async () => {
      await this.#raw.claimInterface(interfaceNumber);
      this.#claimed.add(interfaceNumber);
    });
  }

  async releaseInterface(interfaceNumber: number): Promise<void> {
    if (!this.#claimed.has(interfaceNumber)) return;
    this.#ending.add(interfaceNumber);
    for (const call of this.#pending.values()) if (call.readFrom === interfaceNumber) call.isReleased = true;
    try {
      // waits for nusb's reads, and ends libusb's
      await this.#change(() => this.#raw.releaseInterface(interfaceNumber));
      // else `close` tries again
      this.#claimed.delete(interfaceNumber);
      await this.#settled(({ readFrom }) => readFrom === interfaceNumber);
    } finally {
      this.#ending.delete(interfaceNumber);
    }
  }

  controlTransferIn(setup: UsbControlSetup, length: number): Promise<UsbInResult> {
    return this.#transfer(() => this.#raw.controlTransferIn(setup, length, CONTROL_MS));
  }

  controlTransferOut(setup: UsbControlSetup, data?: Uint8Array<ArrayBuffer>): Promise<UsbOutResult> {
    return this.#transfer<UsbOutResult>(() =>
      this.#raw.controlTransferOut(setup, data ?? new Uint8Array(0), CONTROL_MS),
    );
  }

  transferIn(endpointNumber: number, length: number): Promise<UsbInResult> {
    return this.#inTurn(endpointNumber | IN, () => this.#read(endpointNumber, length));
  }

  /** Its end may come later than the answer to what was sent: the next one waits for it. */
  transferOut(endpointNumber: number, data: Uint8Array<ArrayBuffer>): Promise<UsbOutResult> {
    return this.#inTurn(endpointNumber, () =>
      this.#transfer<UsbOutResult>(() => this.#raw.transferOut(endpointNumber, data, OUT_MS)),
    );
  }

  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void> {
    return this.#call(
      () => clearHaltByLibusb(this.#raw, direction, endpointNumber) ?? this.#raw.clearHalt(direction, endpointNumber),
    );
  }

  reset(): Promise<void> {
    return this.#call(() => this.#raw.reset());
  }

  /** One transfer after the other, for each endpoint: to nusb one that is in use is not there. */
  #inTurn<Result>(address: number, run: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(address);
    const transfer = before === undefined ? run() : before.then(run, run);
    this.#last.set(address, transfer);
    const forget = (): void => {
      if (this.#last.get(address) === transfer) this.#last.delete(address);
    };
    transfer.then(forget, forget);
    return transfer;
  }

  async #read(endpointNumber: number, length: number): Promise<UsbInResult> {
    const { interfaceNumber, type, packetSize } = this.#endpoint(endpointNumber);
    if (this.#stack === "libusb")
      return this.#transfer(() => this.#raw.transferIn(endpointNumber, length), interfaceNumber);
    const isRest = type !== "interrupt" && length > packetSize;
    const sliceMs = type === "interrupt" ? INTERRUPT_SLICE_MS : isRest ? REST_MS : BULK_SLICE_MS;
    for (;;) {
      if (this.#ending.has(interfaceNumber)) throw new Error("transferIn: the interface was released");
      try {
        return await this.#transfer(() => this.#raw.transferIn(endpointNumber, length, sliceMs), interfaceNumber);
      } catch (error) {
        if (!isTimeout(error)) throw error;
        // the bytes that were there are lost: to wait on would be to wait for what has come already
        if (isRest) throw new Error("transferIn: the device fell silent in the middle of a transfer", { cause: error });
      }
    }
  }

  #endpoint(endpointNumber: number): {
    readonly interfaceNumber: number;
    readonly type: string;
    readonly packetSize: number;
  } {
    for (const { interfaceNumber, alternates } of this.configuration?.interfaces ?? [])
      for (const { endpoints } of alternates)
        for (const endpoint of endpoints)
          if (endpoint.endpointNumber === endpointNumber && endpoint.direction === "in")
            return { interfaceNumber, type: endpoint.type, packetSize: endpoint.packetSize };
    return { interfaceNumber: 0, type: "bulk", packetSize: Infinity };
  }

  /** Ends the reads, gives the claims back, closes: in the order that the stack can bear. */
  async #close(): Promise<void> {
    for (const interfaceNumber of this.#claimed) this.#ending.add(interfaceNumber);
    // a claim that is under way comes to its end, to be given back, too
    await this.#change(() => Promise.resolve());
    // a device that was unplugged has nothing to give back
    for (const interfaceNumber of [...this.#claimed])
      await this.releaseInterface(interfaceNumber).catch(() => undefined);
    await this.#settled(() => true);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#change(async () => this.#raw.close());
        return;
      } catch (error) {
        if (isGone(error)) return;
        if (attempt === CLOSE_ATTEMPTS || !isStillBusy(error)) throw error;
        await delay(this.#clock, CLOSE_PAUSE_MS);
      }
    }
  }

  /** Until no such call is pending any more, for a while. nusb's end in their own time, and are waited for by the loan. */
  #settled(concerns: (call: Call) => boolean): Promise<void> {
    if (this.#loan !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(SETTLE_MS, resolve);
      const look = (): void => {
        const left = [...this.#pending].flatMap(([running, call]) => (concerns(call) ? [running] : []));
        if (left.length > 0) void Promise.allSettled(left).then(look);
        else {
          cancel();
          resolve();
        }
      };
      look();
    });
  }

  #change<Value>(run: () => Promise<Value>): Promise<Value> {
    return this.#loan === undefined ? run() : this.#loan.change(run);
  }

  async #transfer<Result extends UsbInResult | UsbOutResult>(
    run: () => Promise<Result>,
    readFrom?: number,
  ): Promise<Result | { readonly status: "stall" }> {
    try {
      return await this.#call(run, readFrom);
    } catch (error) {
      if (isStall(error)) return { status: "stall" };
      throw error;
    }
  }

  /**
   * A transfer, or another call that leaves the device as it is.
   *
   * @param readFrom the interface, for a read.
   */
  async #call<Value>(run: () => Promise<Value>, readFrom?: number): Promise<Value> {
    const running = this.#loan === undefined ? run() : this.#loan.transfer(run);
    const call: Call = { readFrom, isReleased: false };
    this.#pending.set(running, call);
    try {
      return await running.finally(() => this.#pending.delete(running));
    } catch (error) {
      if (isGone(error) && !call.isReleased) await this.#onGone();
      throw error;
    }
  }

  #letGo(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  #look(): Snapshot {
    return this.#snapshot ?? this.#lookAgain();
  }

  #lookAgain(): Snapshot {
    const raw = this.#raw;
    try {
      this.#snapshot = {
        configurations: raw.configurations,
        configuration: raw.configuration ?? null,
        manufacturerName: orNull(() => raw.manufacturerName),
        productName: orNull(() => raw.productName),
        serialNumber: orNull(() => raw.serialNumber),
      };
    } catch {
      // what was read before holds
    }
    return this.#snapshot ?? UNREADABLE;
  }
}

/** A string that a device does not give is none. */
function orNull(read: () => string | null | undefined): string | null {
  try {
    return read() ?? null;
  } catch {
    return null;
  }
}
