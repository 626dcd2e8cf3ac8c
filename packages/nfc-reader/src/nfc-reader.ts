import {
  type CardFamily,
  type Clock,
  type ConformanceProfile,
  type IoctlDevice,
  type IoctlDeviceInterface,
  IoctlOpenError,
  type RfFrontEnd,
  systemClock,
  type TraceSink,
} from "@cardwire/core";
import {
  NTSTATUS,
  NTSTATUS_MEANING,
  type NtStatusName,
  READER_KIND,
  SMARTCARD_READER_INTERFACE_GUID,
  SMARTCARD_READER_REFERENCE_STRING,
} from "@cardwire/ioctl";
import { Air } from "./air.ts";
import { type ReaderAttributes, readerAttributes } from "./attributes.ts";
import { type Behaviour, behaviourOf } from "./behaviour.ts";
import { type BeforeArrival, CardSlot } from "./card-slot.ts";
import { createDispatch, type Dispatch } from "./dispatch.ts";
import { Listeners, type NfcReaderListener } from "./events.ts";
import { Handle } from "./handle.ts";
import { RADIO_ON, type RadioState, switchAirplaneMode, switchRadio } from "./radio.ts";
import type { ReaderCore } from "./reader-core.ts";

/** What a reader is made of. */
export interface NfcReaderOptions {
  /** The chip with its antenna, or a virtual field. The reader closes it when it is closed itself. */
  readonly frontEnd: RfFrontEnd;
  /** Asked in turn whether they take a card. */
  readonly families: readonly CardFamily[];
  /** "documented" unless given. */
  readonly profile?: ConformanceProfile;
  /** The host's own unless given. */
  readonly clock?: Clock;
  /** Receives what happens on all three layers, in order. Nothing is recorded without it. */
  readonly trace?: TraceSink;
  /**
   * VENDOR_NAME, VENDOR_IFD_TYPE (ASCII) and DEVICE_UNIT, of which a resource manager makes the reader's name. Readers
   * that are listed together need units of their own: the device path has it too.
   */
  readonly vendorName?: string;
  readonly ifdType?: string;
  readonly deviceUnit?: number;
  /**
   * A conversation with a card that has been activated, before smart-card clients hear of it: the place for NDEF, which
   * goes first (NFC guide, functional flow). Gives false when the card went away.
   */
  readonly beforeArrival?: BeforeArrival;
  /** Time between two presence checks: 200 ms unless given, which is what Windows' driver has. */
  readonly presenceIntervalMs?: number;
  /** The radio as the host kept it; on unless given. */
  readonly radio?: RadioState;
}

/** An NFC reader, seen from its host: the device that clients open, and its radio. */
export interface NfcReader {
  readonly profile: ConformanceProfile;
  /** The device interface, listed or not. */
  readonly device: IoctlDeviceInterface;
  readonly radio: RadioState;
  /** The device interface while the radio is on, as device enumeration finds it; nothing while it is off. */
  listInterfaces(): IoctlDeviceInterface[];
  /**
   * Switches the radio. Off: the card departs, the interface is no longer listed, and every request that needs the radio
   * gives DEVICE_POWERED_OFF.
   *
   * @returns an NTSTATUS: INVALID_DEVICE_STATE when it is so already.
   */
  setRadio(on: boolean): number;
  /** Airplane mode, which switches the radio as it begins and ends. @returns as {@link setRadio}. */
  setAirplaneMode(on: boolean): number;
  /** @returns what ends the subscription. */
  subscribe(listener: NfcReaderListener): () => void;
  /** Resolves when nothing is polled for any more and the field is off; at once when that is so already. */
  settled(): Promise<void>;
  /** Closes the open handle and the front end. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a reader that answers the Windows NFC smart-card DDI. It does nothing until a client opens it and asks for a
 * card.
 *
 * @throws FormatError for a name that is not ASCII, or a device unit that is no DWORD.
 */
export function createNfcReader(options: NfcReaderOptions): NfcReader {
  return new Reader(options);
}

class Reader implements NfcReader, ReaderCore {
  readonly profile: ConformanceProfile;
  readonly behaviour: Behaviour;
  readonly attributes: ReaderAttributes;
  readonly air: Air;
  readonly slot: CardSlot;
  readonly trace: TraceSink | undefined;
  readonly device: IoctlDeviceInterface;
  readonly #frontEnd: RfFrontEnd;
  readonly #dispatch: Dispatch;
  readonly #listeners = new Listeners();
  #radio: RadioState;
  #handle: Handle | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(options: NfcReaderOptions) {
    const { frontEnd, families, profile = "documented", trace, deviceUnit = 0 } = options;
    this.profile = profile;
    this.behaviour = behaviourOf(profile);
    const { vendorName = this.behaviour.vendorName, ifdType = this.behaviour.ifdType } = options;
    this.attributes = readerAttributes({ vendorName, ifdType, deviceUnit }, this.behaviour);
    this.trace = trace;
    this.#radio = options.radio ?? RADIO_ON;
    this.#frontEnd = frontEnd;
    this.#dispatch = createDispatch(this.behaviour);
    this.air = new Air(frontEnd, trace);
    this.slot = new CardSlot(
      {
        frontEnd,
        families,
        profile,
        behaviour: this.behaviour,
        air: this.air,
        clock: options.clock ?? systemClock,
        presenceIntervalMs: options.presenceIntervalMs ?? 200,
        beforeArrival: options.beforeArrival,
        listeners: this.#listeners,
      },
      this.#radio.on,
    );
    const path = `\\\\?\\cardwire#nfc#${deviceUnit}#${SMARTCARD_READER_INTERFACE_GUID.toLowerCase()}\\${SMARTCARD_READER_REFERENCE_STRING}`;
    this.device = { path, kind: READER_KIND.NFC, open: () => this.#open() };
  }

  get radio(): RadioState {
    return this.#radio;
  }

  get isRadioOn(): boolean {
    return this.#radio.on;
  }

  listInterfaces(): IoctlDeviceInterface[] {
    return this.#radio.on && !this.#isClosed ? [this.device] : [];
  }

  setRadio(on: boolean): number {
    if (on === this.#radio.on) return NTSTATUS.INVALID_DEVICE_STATE;
    return this.#changeRadio(switchRadio(this.#radio, on));
  }

  setAirplaneMode(on: boolean): number {
    if (on === this.#radio.airplaneMode) return NTSTATUS.INVALID_DEVICE_STATE;
    return this.#changeRadio(switchAirplaneMode(this.#radio, on));
  }

  #changeRadio(radio: RadioState): number {
    if (this.#isClosed) return NTSTATUS.DEVICE_REMOVED;
    const switched = radio.on !== this.#radio.on;
    this.#radio = radio;
    this.#listeners.emit({ type: "radio-changed", radio });
    if (switched) {
      const type = radio.on ? "interface-arrived" : "interface-removed";
      this.#listeners.emit({ type, path: this.device.path });
      this.slot.setRadio(radio.on);
      const { pendedAtRadioOff } = this.behaviour;
      if (!radio.on && pendedAtRadioOff !== "stays") this.slot.pendingPresent.complete(NTSTATUS[pendedAtRadioOff]);
    }
    return NTSTATUS.SUCCESS;
  }

  subscribe(listener: NfcReaderListener): () => void {
    return this.#listeners.add(listener);
  }

  settled(): Promise<void> {
    return this.slot.settled();
  }

  #open(): Promise<IoctlDevice> {
    if (this.#isClosed) return this.#refuse("OBJECT_NAME_NOT_FOUND");
    if (!this.#radio.on) return this.#refuse("INVALID_DEVICE_STATE");
    if (this.#handle !== undefined) return this.#refuse("ACCESS_DENIED");
    this.#handle = new Handle(this, this.#dispatch, () => this.#released());
    this.slot.setHandleOpen(true);
    return Promise.resolve(this.#handle);
  }

  #refuse(status: NtStatusName): Promise<never> {
    const { path } = this.device;
    const message = `the reader cannot be opened: ${NTSTATUS_MEANING[status]} [STATUS_${status}] (${path})`;
    return Promise.reject(new IoctlOpenError(message, { status: NTSTATUS[status], path }));
  }

  /** The tag is let go of with the handle: it forgets what the client had set up with it. */
  async #released(): Promise<void> {
    this.slot.setHandleOpen(false);
    await this.slot.settled();
    this.#handle = undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // first of all: whoever hears of it may look at the list
    this.#isClosed = true;
    if (this.#radio.on) this.#listeners.emit({ type: "interface-removed", path: this.device.path });
    await this.#handle?.close();
    await this.slot.settled();
    await this.#frontEnd.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
