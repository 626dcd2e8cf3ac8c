import { type Clock, concatBytes, systemClock, UsageError, writeUint32LE } from "@cardwire/core";
import { type ContactBehaviour } from "../card/contact-card.ts";
import { type EmulatedCard } from "../card/emulated-card.ts";
import {
  type EmulatedEndpoint,
  type SetupPacket,
  type UsbFunction,
  type UsbFunctionPort,
} from "../usb/usb-function.ts";
import {
  buildClassDescriptor,
  type ClassDescriptorFields,
  type ReaderAbilities,
  readAbilities,
} from "./class-descriptor.ts";
import { handleCommand } from "./commands.ts";
import { type CcidDisturbance, type Disturb, disturbFrame } from "./disturbance.ts";
import {
  ANSWER,
  answerType,
  buildAnswer,
  CCID_ERROR,
  type CcidAnswer,
  type CcidCommand,
  COMMAND,
  readCommand,
} from "./messages.ts";
import { type CommandHandler, type CommandOptions } from "./reader-behaviour.ts";
import { Slot } from "./slot.ts";

/** What a reader is, and how it behaves. Everything is optional: a plain TPDU reader of one slot comes of nothing. */
export interface EmulatedCcidReaderOptions extends CommandOptions {
  /** The 54 bytes of a real reader, or the fields that matter. */
  readonly classDescriptor?: Uint8Array | ClassDescriptorFields;
  /** bInterfaceNumber; 0 unless given. */
  readonly interfaceNumber?: number;
  /** bInterfaceClass; 0B unless given, FF for a vendor's. */
  readonly interfaceClass?: number;
  /** wMaxPacketSize of the bulk endpoints; 64 unless given, 512 makes the device a high-speed one. */
  readonly packetSize?: number;
  /** Whether there is an interrupt endpoint; true unless given. */
  readonly interrupt?: boolean;
  /** Bulk-IN, bulk-OUT and interrupt endpoint, with their direction bits; 81, 02 and 83 unless given. */
  readonly endpointAddresses?: { readonly in: number; readonly out: number; readonly interrupt: number };
  readonly descriptorPlace?: UsbFunction["classDescriptor"]["place"];
  /** Whether an answer of a multiple of packetSize ends with a zero-length packet; true unless given. */
  readonly sendsZeroLengthPackets?: boolean;
  /** GET_CLOCK_FREQUENCIES in kHz; it stalls unless given. */
  readonly clockFrequencies?: readonly number[];
  /** GET_DATA_RATES in bit/s; it stalls unless given. */
  readonly dataRates?: readonly number[];
  /** While a card works, a time extension goes out each `intervalMs` (1,000 unless given), with this bError (1). */
  readonly timeExtension?: { readonly intervalMs: number; readonly multiplier: number };
  /** Chooses what happens to the answer of each message. See {@link EmulatedCcidReader.disturbNext} for the plain case. */
  readonly disturb?: Disturb;
  /** Told each bulk message, whole, in its order. */
  readonly onMessage?: (direction: "out" | "in", message: Uint8Array) => void;
  /** For time extensions. */
  readonly clock?: Clock;
}

const NOTIFY_SLOT_CHANGE = 0x50;
const HARDWARE_ERROR = 0x51;
const CLASS_REQUEST = { abort: 1, getClockFrequencies: 2, getDataRates: 3 } as const;
const NOTHING = new Uint8Array(0);

/**
 * A CCID reader as a USB function: bulk messages, notifications, class requests (CCID 1.1). Put it in an
 * `EmulatedUsbDevice`, alone or beside others, and a card in it with {@link insert}.
 *
 * It shares no code with the driver, so that one's mistakes are not the other's.
 */
export class EmulatedCcidReader implements UsbFunction {
  readonly interfaceNumber: number;
  readonly interfaceClass: number;
  readonly interfaceSubclass = 0;
  readonly interfaceProtocol = 0;
  readonly endpoints: readonly EmulatedEndpoint[];
  readonly classDescriptor: UsbFunction["classDescriptor"];
  readonly abilities: ReaderAbilities;
  readonly slots: readonly Slot[];
  readonly #options: EmulatedCcidReaderOptions;
  readonly #clock: Clock;
  readonly #handler: CommandHandler;
  readonly #inAddress: number;
  readonly #interruptAddress: number | undefined;
  readonly #packetSize: number;
  #port: UsbFunctionPort | undefined;
  #out: Uint8Array = NOTHING;
  readonly #changed = new Set<number>();
  readonly #disturbances: (CcidDisturbance | undefined)[] = [];
  /** What is to be sent when the reader goes on. */
  #heldBack: Uint8Array[] | undefined;
  #cancelPause: () => void = () => undefined;

  constructor(options: EmulatedCcidReaderOptions = {}) {
    const { classDescriptor = {}, packetSize = 64, clock = systemClock } = options;
    const addresses = options.endpointAddresses ?? { in: 0x81, out: 0x02, interrupt: 0x83 };
    const bytes = classDescriptor instanceof Uint8Array ? classDescriptor : buildClassDescriptor(classDescriptor);
    this.#options = options;
    this.#clock = clock;
    this.#packetSize = packetSize;
    this.#inAddress = addresses.in;
    this.#interruptAddress = options.interrupt === false ? undefined : addresses.interrupt;
    this.interfaceNumber = options.interfaceNumber ?? 0;
    this.interfaceClass = options.interfaceClass ?? 0x0b;
    this.classDescriptor = { bytes, place: options.descriptorPlace ?? "behind-interface" };
    this.abilities = readAbilities(bytes);
    this.slots = Array.from({ length: this.abilities.slots }, (_, index) => new Slot(index));
    this.#handler = { abilities: this.abilities, options };
    this.endpoints = [
      { address: addresses.in, type: "bulk", packetSize },
      { address: addresses.out, type: "bulk", packetSize },
      ...(this.#interruptAddress === undefined
        ? []
        : [{ address: this.#interruptAddress, type: "interrupt" as const, packetSize: 8 }]),
    ];
  }

  /** Puts a card in; in the place of another one, that one is removed first. */
  insert(card: EmulatedCard, { slot = 0, ...behaviour }: ContactBehaviour & { readonly slot?: number } = {}): void {
    const target = this.#slot(slot);
    if (target.card !== undefined) this.remove(slot);
    target.insert(card, behaviour);
    this.#notify(slot);
  }

  /** Takes the card away; what runs fails with ICC_MUTE. */
  remove(slot = 0): void {
    const target = this.#slot(slot);
    if (target.card === undefined) return;
    void target.card.powerOff?.();
    target.remove();
    this.#cancel(target, CCID_ERROR.iccMute);
    this.#notify(slot);
  }

  /** Takes a card away and puts it in again with no notification in between: faster than anybody looks. */
  swap(card: EmulatedCard, { slot = 0, ...behaviour }: ContactBehaviour & { readonly slot?: number } = {}): void {
    const target = this.#slot(slot);
    target.remove();
    this.#cancel(target, CCID_ERROR.iccMute);
    target.insert(card, behaviour);
    this.#notify(slot);
  }

  /** What happens to the answers of the next messages, one after the other; undefined is nothing. */
  disturbNext(...disturbances: readonly (CcidDisturbance | undefined)[]): void {
    this.#disturbances.push(...disturbances);
  }

  /** Sends bytes on the bulk-IN endpoint that nobody asked for. */
  sendUnasked(bytes: Uint8Array): void {
    this.#port?.send(this.#inAddress, ...this.#packets(bytes));
  }

  /** RDR_to_PC_HardwareError on the interrupt endpoint (CCID 1.1, section 6.3.2). 1 is an overcurrent. */
  reportHardwareError(slot: number, sequence: number, code: number): void {
    if (this.#interruptAddress !== undefined)
      this.#port?.send(this.#interruptAddress, Uint8Array.of(HARDWARE_ERROR, slot, sequence, code));
  }

  attach(port: UsbFunctionPort): void {
    this.#port = port;
    for (const { index, card } of this.slots) if (card !== undefined) this.#notify(index);
  }

  reset(): void {
    this.#out = NOTHING;
    this.#heldBack = undefined;
    this.#cancelPause();
    for (const slot of this.slots) {
      slot.powerOff();
      slot.controlAbort = slot.bulkAbort = undefined;
      if (slot.running !== undefined) {
        slot.running.cancelled = true;
        slot.running.stop();
        slot.running = undefined;
      }
      if (slot.card !== undefined) this.#notify(slot.index);
    }
  }

  control(setup: SetupPacket): Uint8Array | undefined {
    if ((setup.bmRequestType & 0x60) !== 0x20) return undefined;
    switch (setup.bRequest) {
      case CLASS_REQUEST.abort: {
        const slot = this.slots[setup.wValue & 0xff];
        if (slot === undefined) return undefined;
        slot.controlAbort = setup.wValue >> 8;
        this.#cancel(slot, CCID_ERROR.aborted);
        this.#finishAbort(slot);
        return NOTHING;
      }
      case CLASS_REQUEST.getClockFrequencies:
        return dwords(this.#options.clockFrequencies)?.subarray(0, setup.wLength);
      case CLASS_REQUEST.getDataRates:
        return dwords(this.#options.dataRates)?.subarray(0, setup.wLength);
      default:
        return undefined;
    }
  }

  receive(_address: number, bytes: Uint8Array): void {
    this.#out = this.#out.length === 0 ? bytes : concatBytes(this.#out, bytes);
    for (let message = readCommand(this.#out); message !== undefined; message = readCommand(this.#out)) {
      this.#options.onMessage?.("out", this.#out.slice(0, message.length));
      this.#out = this.#out.subarray(message.length);
      this.#take(message.command);
    }
  }

  #take(command: CcidCommand): void {
    const slot = this.slots[command.slot];
    if (slot === undefined) {
      this.#fail(command, 2, 5);
    } else if (command.type === COMMAND.abort) {
      slot.bulkAbort = command.sequence;
      this.#cancel(slot, CCID_ERROR.aborted);
      this.#finishAbort(slot);
    } else if (slot.controlAbort !== undefined || slot.bulkAbort !== undefined) {
      this.#fail(command, slot.iccStatus, CCID_ERROR.aborted);
    } else if (slot.running !== undefined || this.#busySlots() >= this.abilities.maxBusySlots) {
      this.#fail(command, slot.iccStatus, CCID_ERROR.slotBusy);
    } else {
      void this.#run(slot, command);
    }
  }

  #busySlots(): number {
    return this.slots.reduce((count, { running }) => count + (running === undefined ? 0 : 1), 0);
  }

  async #run(slot: Slot, command: CcidCommand): Promise<void> {
    const running = { cancelled: false, stop: this.#extendTime(slot, command), command };
    slot.running = running;
    const disturbance = this.#disturbances.length > 0 ? this.#disturbances.shift() : this.#options.disturb?.(command);
    let answer: CcidAnswer;
    try {
      answer =
        typeof disturbance === "object" && "error" in disturbance
          ? { type: answerType(command.type), commandStatus: 1, error: disturbance.error }
          : await handleCommand(this.#handler, slot, command);
    } catch {
      // a card that throws is one that says nothing
      answer = { type: answerType(command.type), commandStatus: 1, error: CCID_ERROR.iccMute };
    }
    running.stop();
    if (running.cancelled) return;
    slot.running = undefined;
    this.#answer(buildAnswer(answer, command, slot.iccStatus), disturbance);
  }

  #extendTime(slot: Slot, command: CcidCommand): () => void {
    const { intervalMs, multiplier } = this.#options.timeExtension ?? { intervalMs: 1000, multiplier: 1 };
    let cancel = (): void => undefined;
    const schedule = (): void => {
      cancel = this.#clock.schedule(intervalMs, () => {
        const answer = { type: answerType(command.type), commandStatus: 2, error: multiplier };
        this.#answer(buildAnswer(answer, command, slot.iccStatus));
        schedule();
      });
    };
    schedule();
    return () => {
      cancel();
    };
  }

  /** What runs fails with this code. */
  #cancel(slot: Slot, error: number): void {
    const { running } = slot;
    if (running === undefined) return;
    slot.running = undefined;
    running.cancelled = true;
    running.stop();
    this.#fail(running.command, slot.iccStatus, error);
  }

  #finishAbort(slot: Slot): void {
    const { controlAbort, bulkAbort } = slot;
    if (controlAbort === undefined || controlAbort !== bulkAbort) return;
    slot.controlAbort = slot.bulkAbort = undefined;
    slot.commandParts = [];
    slot.responseRest = NOTHING;
    this.#answer(buildAnswer({ type: ANSWER.slotStatus }, { slot: slot.index, sequence: bulkAbort }, slot.iccStatus));
  }

  #fail(command: CcidCommand, iccStatus: number, error: number): void {
    this.#answer(buildAnswer({ type: answerType(command.type), commandStatus: 1, error }, command, iccStatus));
  }

  #answer(frame: Uint8Array, disturbance?: CcidDisturbance): void {
    this.#options.onMessage?.("in", frame);
    const port = this.#port;
    if (port === undefined) return;
    if (disturbance === "unplug") port.unplug();
    if (disturbance === "stall" || disturbance === "stall-and-lose") port.halt(this.#inAddress);
    const packets =
      disturbance === undefined
        ? this.#packets(frame)
        : disturbFrame(frame, disturbance, (changed) => this.#packets(changed));
    if (typeof disturbance === "object" && "pauseMs" in disturbance) this.#pause(packets, disturbance.pauseMs);
    else this.#send(packets);
  }

  /** In order: behind a pause waits everything that comes after it. */
  #send(packets: readonly Uint8Array[]): void {
    if (this.#heldBack === undefined) this.#port?.send(this.#inAddress, ...packets);
    else this.#heldBack.push(...packets);
  }

  #pause(packets: readonly Uint8Array[], pauseMs: number): void {
    const half = packets.length >> 1;
    this.#send(packets.slice(0, half));
    const rest = packets.slice(half);
    if (this.#heldBack !== undefined) {
      this.#heldBack.push(...rest);
      return;
    }
    this.#heldBack = rest;
    this.#cancelPause = this.#clock.schedule(pauseMs, () => {
      const held = this.#heldBack ?? [];
      this.#heldBack = undefined;
      this.#send(held);
    });
  }

  #packets(frame: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (let offset = 0; offset < frame.length; offset += this.#packetSize)
      packets.push(frame.subarray(offset, offset + this.#packetSize));
    if (frame.length % this.#packetSize === 0 && this.#options.sendsZeroLengthPackets !== false) packets.push(NOTHING);
    return packets;
  }

  #notify(slot: number): void {
    if (this.#interruptAddress === undefined || this.#port === undefined) return;
    // what was told before has been read: only this slot has changed since
    if (this.#port.unread(this.#interruptAddress) === 0) this.#changed.clear();
    this.#changed.add(slot);
    this.#port.replace(this.#interruptAddress, this.#notification());
  }

  /** Two bits for each slot: there is a card, and something has changed (CCID 1.1, section 6.3.1). */
  #notification(): Uint8Array {
    const bytes = new Uint8Array(1 + Math.ceil(this.slots.length / 4));
    bytes[0] = NOTIFY_SLOT_CHANGE;
    for (const { index, card } of this.slots) {
      const bits = (card === undefined ? 0 : 1) | (this.#changed.has(index) ? 2 : 0);
      const at = 1 + (index >> 2);
      bytes[at] = (bytes[at] ?? 0) | (bits << ((index & 3) * 2));
    }
    return bytes;
  }

  #slot(index: number): Slot {
    const slot = this.slots[index];
    if (slot === undefined) throw new UsageError(`the reader has no slot ${index}`);
    return slot;
  }
}

function dwords(values: readonly number[] | undefined): Uint8Array | undefined {
  if (values === undefined) return undefined;
  const bytes = new Uint8Array(values.length * 4);
  values.forEach((value, index) => {
    writeUint32LE(bytes, index * 4, value, "dword");
  });
  return bytes;
}
