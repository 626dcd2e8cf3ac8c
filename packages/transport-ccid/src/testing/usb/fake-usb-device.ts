import { type Clock, systemClock } from "@cardwire/core";
import {
  type UsbAlternateLike,
  type UsbConfigurationLike,
  type UsbControlSetup,
  type UsbDeviceLike,
  type UsbInResult,
  type UsbOutResult,
} from "../../usb-device.ts";
import { type EmulatedUsbDevice } from "./emulated-usb-device.ts";
import { type InOutcome, type InPipe } from "./in-pipe.ts";
import { MANNERS, type UsbManner, type UsbManners } from "./manners.ts";

/** The calls of a USB device that can be made to fail. */
export type UsbCall =
  | "open"
  | "close"
  | "selectConfiguration"
  | "claimInterface"
  | "releaseInterface"
  | "controlTransferIn"
  | "controlTransferOut"
  | "transferIn"
  | "transferOut"
  | "clearHalt"
  | "reset";

/** How a fake device behaves. */
export interface FakeUsbDeviceOptions {
  /** Whose `USBDevice` it is like; "chrome" unless given. */
  readonly manner?: UsbManner;
  /**
   * Told each call before it does anything, numbered from 0. What it throws the call rejects with; a promise delays it.
   * Pulling the device here is pulling it at exactly this await.
   */
  readonly onCall?: (call: UsbCall, index: number) => void | Promise<void>;
  /** Called when a bulk message has reached the device; a promise delays the end of its transfer. */
  readonly onSent?: () => void | Promise<void>;
  /** Another program has claimed the interfaces. */
  readonly claimedElsewhere?: boolean;
  /** The system does not let this program open the device. */
  readonly accessDenied?: boolean;
  /** For the timeouts of usb 3. */
  readonly clock?: Clock;
}

interface PendingTransfer {
  readonly endpointNumber: number;
  settled: boolean;
  /** Ends it with an error. */
  end(error: Error): void;
}

const DIRECTION_IN = 0x80;
const TYPE = { standard: 0x00, class: 0x20, vendor: 0x40 } as const;
const RECIPIENT = { device: 0, interface: 1, endpoint: 2, other: 3 } as const;
const NOTHING = new Uint8Array(0);

/**
 * A `USBDevice` over an emulated device, with no USB anywhere. The manner "chrome" is what the driver expects; "usb2" and
 * "usb3" are what the npm package `usb` does in these versions before its adapter has straightened it.
 */
export class FakeUsbDevice implements UsbDeviceLike {
  readonly emulated: EmulatedUsbDevice;
  readonly vendorId: number;
  readonly productId: number;
  readonly deviceVersionMajor: number;
  readonly deviceVersionMinor: number;
  readonly deviceVersionSubminor: number;
  readonly manufacturerName: string;
  readonly productName: string;
  readonly serialNumber: string;
  readonly #options: FakeUsbDeviceOptions;
  readonly #manners: UsbManners;
  readonly #clock: Clock;
  readonly #configuration: UsbConfigurationLike;
  readonly #claimed = new Set<number>();
  /** Transfers that wait. */
  readonly #pending = new Set<PendingTransfer>();
  /** OUT endpoints that are in use. */
  readonly #sending = new Set<number>();
  #opened = false;
  #calls = 0;
  /** Calls under way that leave the device as it is. */
  #sharing = 0;
  /** A call is under way that changes it. */
  #changing = false;

  constructor(emulated: EmulatedUsbDevice, options: FakeUsbDeviceOptions = {}) {
    const { vendorId, productId, deviceVersion, strings } = emulated;
    this.emulated = emulated;
    this.#options = options;
    this.#manners = MANNERS[options.manner ?? "chrome"];
    this.#clock = options.clock ?? systemClock;
    this.vendorId = vendorId;
    this.productId = productId;
    this.deviceVersionMajor = deviceVersion >> 8;
    this.deviceVersionMinor = (deviceVersion >> 4) & 0x0f;
    this.deviceVersionSubminor = deviceVersion & 0x0f;
    this.manufacturerName = strings[0] ?? "";
    this.productName = strings[1] ?? "";
    this.serialNumber = strings[2] ?? "";
    this.#configuration = { configurationValue: 1, interfaces: describeInterfaces(emulated) };
    emulated.onUnplug(() => {
      this.#opened = false;
      this.#claimed.clear();
    });
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Interfaces that are claimed: none are once everything has been put away. */
  get claimedInterfaces(): readonly number[] {
    return [...this.#claimed];
  }

  /** Transfers that wait. */
  get pendingTransfers(): number {
    return this.#pending.size;
  }

  get configuration(): UsbConfigurationLike {
    this.#canBeAsked();
    return this.#configuration;
  }

  get configurations(): readonly UsbConfigurationLike[] {
    this.#canBeAsked();
    return [this.#configuration];
  }

  /** Pulls the device out. */
  unplug(): void {
    this.emulated.unplug();
  }

  open(): Promise<void> {
    return this.#alone(async () => {
      await this.#begin("open");
      if (this.#options.accessDenied === true) throw this.#manners.accessDenied();
      this.#opened = true;
    });
  }

  close(): Promise<void> {
    return this.#alone(() => this.#close());
  }

  async #close(): Promise<void> {
    await this.#begin("close", "plugged");
    if (this.#manners.closeFailsWhilePending && this.#pending.size > 0)
      throw new Error("close error: Error: Can't close device with a pending request");
    this.#abandon();
    // without releaseInterface usb 3 keeps the claim: the next one is refused
    if (!this.#manners.closeKeepsClaims) this.#claimed.clear();
    this.#opened = false;
  }

  async selectConfiguration(): Promise<void> {
    await this.#begin("selectConfiguration", "opened");
  }

  claimInterface(interfaceNumber: number): Promise<void> {
    return this.#alone(() => this.#claim(interfaceNumber));
  }

  async #claim(interfaceNumber: number): Promise<void> {
    await this.#begin("claimInterface", "opened");
    if (!this.#configuration.interfaces.some((candidate) => candidate.interfaceNumber === interfaceNumber))
      throw this.#manners.noInterface();
    if (this.#options.claimedElsewhere === true) throw this.#manners.busy();
    if (this.#claimed.has(interfaceNumber) && this.#manners.closeKeepsClaims) throw this.#manners.busy();
    this.#claimed.add(interfaceNumber);
  }

  releaseInterface(interfaceNumber: number): Promise<void> {
    return this.#alone(async () => {
      await this.#begin("releaseInterface", "opened");
      this.#claimed.delete(interfaceNumber);
      this.#abandon(this.#readsOf(interfaceNumber));
    });
  }

  controlTransferIn(setup: UsbControlSetup, length: number): Promise<UsbInResult> {
    return this.#beside(() => this.#controlIn(setup, length));
  }

  async #controlIn(setup: UsbControlSetup, length: number): Promise<UsbInResult> {
    await this.#begin("controlTransferIn", this.#needs(setup));
    const data = await this.emulated.control(setupPacket(setup, DIRECTION_IN, length), NOTHING);
    if (data === undefined) return this.#manners.stalled("controlTransferIn");
    return { status: "ok", data: viewOf(data) };
  }

  controlTransferOut(setup: UsbControlSetup, data?: Uint8Array): Promise<UsbOutResult> {
    return this.#beside(() => this.#controlOut(setup, data));
  }

  async #controlOut(setup: UsbControlSetup, data?: Uint8Array): Promise<UsbOutResult> {
    const bytes = this.#manners.bytesOut(data, true);
    await this.#begin("controlTransferOut", this.#needs(setup));
    const answer = await this.emulated.control(setupPacket(setup, 0, bytes.length), bytes);
    if (answer === undefined) return { ...this.#manners.stalled("controlTransferOut"), bytesWritten: 0 };
    return { status: "ok", bytesWritten: bytes.length };
  }

  transferOut(endpointNumber: number, data: Uint8Array): Promise<UsbOutResult> {
    return this.#beside(() => this.#out(endpointNumber, data));
  }

  async #out(endpointNumber: number, data: Uint8Array): Promise<UsbOutResult> {
    const bytes = this.#manners.bytesOut(data, false);
    if (this.#manners.oneTransferPerEndpoint && this.#sending.has(endpointNumber))
      throw new Error("transferOut error: endpoint not found");
    this.#sending.add(endpointNumber);
    try {
      await this.#begin("transferOut", "claimed");
      const isTaken = this.emulated.receive(endpointNumber, bytes);
      // the answer may be there before the host has seen the end of this
      await this.#options.onSent?.();
      return isTaken
        ? { status: "ok", bytesWritten: bytes.length }
        : { ...this.#manners.stalled("transferOut"), bytesWritten: 0 };
    } finally {
      this.#sending.delete(endpointNumber);
    }
  }

  /** @param timeoutMs usb 3 has it, and takes 1,000 when it is absent; the others do not look at it. */
  transferIn(endpointNumber: number, length: number, timeoutMs?: number): Promise<UsbInResult> {
    return this.#beside(() => this.#in(endpointNumber, length, timeoutMs));
  }

  async #in(endpointNumber: number, length: number, timeoutMs: number | undefined): Promise<UsbInResult> {
    await this.#begin("transferIn", "claimed");
    const pipe = this.emulated.pipe(endpointNumber | DIRECTION_IN);
    if (pipe === undefined || (this.#manners.oneTransferPerEndpoint && pipe.pending > 0))
      throw new Error("transferIn error: endpoint not found");
    const wanted = this.#manners.wholePackets ? Math.ceil(length / pipe.packetSize) * pipe.packetSize : length;
    const outcome = await this.#read(endpointNumber, pipe, wanted, timeoutMs);
    switch (outcome.status) {
      case "ok":
        return { status: "ok", data: viewOf(outcome.data.subarray(0, length)) };
      case "stall":
        return this.#manners.stalled("transferIn");
      case "babble":
        return this.#manners.babbled();
      case "unplugged":
        throw this.#manners.unpluggedMeanwhile();
    }
  }

  clearHalt(direction: "in" | "out", endpointNumber: number): Promise<void> {
    return this.#beside(async () => {
      await this.#begin("clearHalt", "claimed");
      this.emulated.clearHalt(direction === "in" ? endpointNumber | DIRECTION_IN : endpointNumber);
    });
  }

  reset(): Promise<void> {
    return this.#beside(async () => {
      await this.#begin("reset", "opened");
      this.emulated.reset();
    });
  }

  #read(endpointNumber: number, pipe: InPipe, length: number, timeoutMs: number | undefined): Promise<InOutcome> {
    return new Promise((resolve, reject) => {
      const transfer: PendingTransfer = { endpointNumber, settled: false, end: () => undefined };
      let cancelTimer = (): void => undefined;
      const settle = (): void => {
        transfer.settled = true;
        this.#pending.delete(transfer);
        cancelTimer();
      };
      const cancelRead = pipe.read(length, (outcome) => {
        settle();
        resolve(outcome);
      });
      if (transfer.settled) return;
      transfer.end = (error) => {
        cancelRead();
        settle();
        reject(error);
      };
      this.#pending.add(transfer);
      if (this.#manners.hiddenTimeout)
        cancelTimer = this.#clock.schedule(timeoutMs ?? 1000, () => {
          transfer.end(this.#manners.abandoned());
        });
    });
  }

  async #begin(call: UsbCall, needs: "plugged" | "opened" | "claimed" = "plugged"): Promise<void> {
    await this.#options.onCall?.(call, this.#calls++);
    if (!this.emulated.plugged) throw this.#manners.unplugged();
    if (needs !== "plugged" && !this.#opened) throw this.#manners.invalidState("The device must be opened first.");
    if (needs === "claimed" && this.#claimed.size === 0)
      throw this.#manners.invalidState("The interface must be claimed first.");
  }

  #needs({ recipient }: UsbControlSetup): "opened" | "claimed" {
    return recipient === "interface" ? "claimed" : "opened";
  }

  /** usb 3 opens a device to say what it is, unless that is open: as long as nobody else has it. */
  #canBeAsked(): void {
    this.#notBorrowed();
    if (!this.#manners.opensToTell || this.#opened) return;
    if (!this.emulated.plugged) throw this.#manners.unplugged();
    if (this.#options.accessDenied === true) throw this.#manners.accessDenied();
  }

  /** usb 3 gives nobody the device while a call runs that may change it, or such a call while others run. */
  #notBorrowed(): void {
    if (!this.#manners.callsBorrowTheDevice || (this.#sharing === 0 && !this.#changing)) return;
    throw new Error("The same native value cannot be borrowed mutably while another borrow is active");
  }

  /** A call that changes the device. What usb 3 has against it, it throws here and now, not later. */
  #alone(call: () => Promise<void>): Promise<void> {
    this.#notBorrowed();
    this.#changing = true;
    return call().finally(() => (this.#changing = false));
  }

  #beside<Value>(call: () => Promise<Value>): Promise<Value> {
    if (this.#manners.callsBorrowTheDevice && this.#changing)
      throw new Error("The same native value cannot be borrowed while a mutable borrow is active");
    this.#sharing++;
    return call().finally(() => this.#sharing--);
  }

  #readsOf(interfaceNumber: number): readonly number[] {
    const found = this.#configuration.interfaces.find((one) => one.interfaceNumber === interfaceNumber);
    return (found?.alternates ?? []).flatMap(({ endpoints }) =>
      endpoints.filter(({ direction }) => direction === "in").map(({ endpointNumber }) => endpointNumber),
    );
  }

  /** Ends reads: all, or those of some endpoints. */
  #abandon(endpoints?: readonly number[]): void {
    for (const transfer of [...this.#pending])
      if (endpoints?.includes(transfer.endpointNumber) ?? true) transfer.end(this.#manners.abandoned());
  }
}

function describeInterfaces(emulated: EmulatedUsbDevice): UsbConfigurationLike["interfaces"] {
  return emulated.functions.map((usbFunction) => {
    const alternate: UsbAlternateLike = {
      alternateSetting: 0,
      interfaceClass: usbFunction.interfaceClass,
      interfaceSubclass: usbFunction.interfaceSubclass,
      interfaceProtocol: usbFunction.interfaceProtocol,
      interfaceName: emulated.strings[3] ?? "",
      endpoints: usbFunction.endpoints.map(({ address, type, packetSize }) => ({
        endpointNumber: address & 0x0f,
        direction: (address & DIRECTION_IN) === 0 ? "out" : "in",
        type,
        packetSize,
      })),
    };
    return { interfaceNumber: usbFunction.interfaceNumber, alternate, alternates: [alternate], claimed: false };
  });
}

function setupPacket(
  { requestType, recipient, request, value, index }: UsbControlSetup,
  direction: number,
  length: number,
): Parameters<EmulatedUsbDevice["control"]>[0] {
  return {
    bmRequestType: direction | TYPE[requestType] | RECIPIENT[recipient],
    bRequest: request,
    wValue: value,
    wIndex: index,
    wLength: length,
  };
}

function viewOf(data: Uint8Array): DataView {
  const copy = Uint8Array.from(data);
  return new DataView(copy.buffer);
}
