import { type Clock, concatBytes, SerialQueue, systemClock } from "@cardwire/core";
import type { Pn53xCommand } from "../../command/command.ts";
import { InDataExchange } from "../../command/exchange.ts";
import { FRAME_IDENTIFIER } from "../../frame/frame.ts";
import { Pn53xStatus } from "../../status.ts";
import type { VirtualAir } from "../air.ts";
import { createVirtualPn53x, type VirtualPn53x } from "../chip.ts";
import type { FirmwareCard } from "./firmware-card.ts";
import { PICC, pollOnce } from "./polling.ts";
import { operateOnValue, readValue } from "./value-blocks.ts";

/** A card in the reader's field, as its slot shows it to CCID. */
export interface VirtualAcr122uCard {
  /** The ATR that the firmware makes up. */
  readonly atr: Uint8Array;
  /** Answers an APDU; with nothing when the chip got no answer. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
}

/** How the virtual reader is made. */
export interface VirtualAcr122uOptions {
  /** Ten characters; "ACR122U207" unless given. */
  readonly firmware?: string;
  /** Answers of the chip are held back with 61xx until they are fetched, as by readers with a SAM slot. */
  readonly holdsAnswers?: boolean;
  readonly clock?: Clock;
}

/** An ACR122U without hardware: what its firmware makes of CCID messages, over a virtual PN532. */
export interface VirtualAcr122u {
  readonly firmware: string;
  /** The chip that firmware and host share. */
  readonly chip: VirtualPn53x;
  /** What PC_to_RDR_Escape carries: a pseudo-APDU, with or without a card. */
  escape(data: Uint8Array): Promise<Uint8Array>;
  /** What PC_to_RDR_XfrBlock carries where it is for the reader itself; `undefined` when it is the card's. */
  pseudoApdu(apdu: Uint8Array): Promise<Uint8Array | undefined>;
  /** All that PC_to_RDR_XfrBlock carries: for the reader or for the card, or 6300 without one. */
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
  /** PC_to_RDR_IccPowerOn: the card's ATR, or {@link ACR122U_EMPTY_SLOT} without one. */
  powerOn(): Promise<Uint8Array>;
  /** PC_to_RDR_IccPowerOff, which switches the firmware's polling on again. */
  powerOff(): Promise<void>;
  /** What the firmware's polling has found last. */
  readonly card: VirtualAcr122uCard | undefined;
  /** Looks at once. @returns what {@link card} is then. */
  poll(): Promise<VirtualAcr122uCard | undefined>;
  /**
   * Polls as long as somebody listens, and tells of every card that comes or goes; the first time at once.
   *
   * @returns what ends the listening.
   */
  onCard(listener: (card: VirtualAcr122uCard | undefined) => void): () => void;
  /** Ends polling. The field is not closed. */
  close(): Promise<void>;
}

/** The ATR of a slot without a card, and the CCID error that comes with it. */
export const ACR122U_EMPTY_SLOT: { readonly atr: Uint8Array; readonly error: number } = {
  atr: /* @__PURE__ */ Uint8Array.of(0x3b, 0x00),
  error: 0x81,
};

const SLOW_POLL_MS = 500;
const FAST_POLL_MS = 250;
/** The firmware knows normal frames alone. */
const MOST_ANSWER_BYTES = 255;
/** Of the timeout parameter (ACR122U API section 6.6): 00 and FF wait for the chip, however long it takes. */
const TIMEOUT_UNIT_MS = 5000;
const NO_TIMEOUT = 0xff;
const KEY_SLOTS = 2;
const KEY_BYTES = 6;

const OK = Uint8Array.of(0x90, 0x00);
const FAILED = Uint8Array.of(0x63, 0x00);
const SILENT = Uint8Array.of(0x63, 0x01);
const CHIP_ERROR = Uint8Array.of(0x63, 0x7f);
const UNSUPPORTED = Uint8Array.of(0x6a, 0x81);

/** Lays the reader over a field. It does nothing until it is asked or listened to. */
export function createVirtualAcr122u(field: VirtualAir, options: VirtualAcr122uOptions = {}): VirtualAcr122u {
  return new Reader(field, options);
}

/** A card with the way to it. */
type SlotCard = VirtualAcr122uCard & { readonly found: FirmwareCard };

class Reader implements VirtualAcr122u {
  readonly firmware: string;
  readonly chip: VirtualPn53x;
  readonly #field: VirtualAir;
  readonly #clock: Clock;
  readonly #holdsAnswers: boolean;
  readonly #queue = new SerialQueue();
  readonly #keys = new Map<number, Uint8Array>();
  readonly #listeners = new Set<(card: VirtualAcr122uCard | undefined) => void>();
  #parameter = 0xff;
  #timeoutUnits = 0;
  #leds = 0x02;
  #held: Uint8Array = new Uint8Array(0);
  #card: SlotCard | undefined;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(field: VirtualAir, options: VirtualAcr122uOptions) {
    const { firmware = "ACR122U207", holdsAnswers = false, clock = systemClock } = options;
    this.firmware = firmware;
    this.chip = createVirtualPn53x(field);
    this.#field = field;
    this.#holdsAnswers = holdsAnswers;
    this.#clock = clock;
  }

  get card(): VirtualAcr122uCard | undefined {
    return this.#card;
  }

  escape(data: Uint8Array): Promise<Uint8Array> {
    return this.#queue.run(async () => (await this.#pseudoApdu(data)) ?? FAILED);
  }

  pseudoApdu(apdu: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#queue.run(() => this.#pseudoApdu(apdu));
  }

  transmit(apdu: Uint8Array): Promise<Uint8Array> {
    return this.#queue.run(async () => (await this.#pseudoApdu(apdu)) ?? (await this.#cardApdu(apdu, this.#card)));
  }

  powerOn(): Promise<Uint8Array> {
    return this.#queue.run(async () => (await this.#look())?.atr ?? ACR122U_EMPTY_SLOT.atr.slice());
  }

  powerOff(): Promise<void> {
    return this.#queue.run(() => {
      this.#parameter |= PICC.AUTO_POLLING;
      return Promise.resolve();
    });
  }

  poll(): Promise<VirtualAcr122uCard | undefined> {
    return this.#queue.run(() => this.#look());
  }

  onCard(listener: (card: VirtualAcr122uCard | undefined) => void): () => void {
    this.#listeners.add(listener);
    if (this.#cancelTimer === undefined) this.#schedule(0);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#stop();
    await this.#queue.idle();
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #schedule(delayMs: number): void {
    this.#cancelTimer = this.#clock.schedule(delayMs, () => {
      const next = (): void => {
        if (this.#listeners.size > 0 && !this.#isClosed)
          this.#schedule((this.#parameter & PICC.FAST) === 0 ? SLOW_POLL_MS : FAST_POLL_MS);
      };
      // a field that has been closed is an empty one
      this.poll().then(next, next);
    });
  }

  /** One round of the firmware's polling. */
  async #look(): Promise<SlotCard | undefined> {
    const before = this.#card;
    const found = (this.#parameter & PICC.AUTO_POLLING) === 0 ? undefined : await this.#find(before);
    if (found === before) return before;
    this.#card = found;
    for (const listener of [...this.#listeners]) listener(found);
    return found;
  }

  async #find(before: SlotCard | undefined): Promise<SlotCard | undefined> {
    if (before !== undefined && this.#isStillThere()) return before;
    const found = await pollOnce((command, request) => this.#run(command, request), this.#parameter);
    if (found === undefined) return undefined;
    const card: SlotCard = {
      found,
      atr: found.atr.slice(),
      transmit: (apdu) => this.#queue.run(() => this.#cardApdu(apdu, card)),
    };
    return card;
  }

  /** A field that tells which tag is selected is asked; else the card is taken to be there until it does not answer. */
  #isStillThere(): boolean {
    return !("selected" in this.#field) || this.#field.selected !== undefined;
  }

  async #run<Request, Answer>(command: Pn53xCommand<Request, Answer>, request: Request): Promise<Answer | undefined> {
    const bytes = Uint8Array.of(FRAME_IDENTIFIER.COMMAND, command.code, ...command.encodeRequest(request));
    const answer = await this.chip.execute(bytes);
    return answer?.[0] === FRAME_IDENTIFIER.ANSWER ? command.decodeAnswer(answer.subarray(2), request) : undefined;
  }

  /** `FF` and an instruction of the firmware's. */
  async #pseudoApdu(apdu: Uint8Array): Promise<Uint8Array | undefined> {
    if (apdu[0] !== 0xff) return undefined;
    const [, instruction, p1 = 0, p2 = 0, p3 = 0] = apdu;
    const data = apdu.subarray(5, 5 + p3);
    switch (instruction) {
      case 0x00:
        return this.#readerCommand(p1, p2, p3, data);
      case 0xc0:
        return this.#getResponse(p3);
      case 0xca:
        return this.#getData(p1);
      case 0x82:
        if (p1 !== 0 || p2 >= KEY_SLOTS || data.length !== KEY_BYTES) return FAILED.slice();
        this.#keys.set(p2, data.slice());
        return OK.slice();
      case 0x86:
        return data.length === 5 ? this.#authenticate(data[2] ?? 0, data[3] ?? 0, data[4] ?? 0) : FAILED.slice();
      case 0x88:
        return this.#authenticate(p2, p3, apdu[5] ?? 0);
      case 0xb1: {
        const value = await readValue((bytes) => this.#exchange(bytes), p2);
        return value === undefined ? FAILED.slice() : concatBytes(value, OK);
      }
      case 0xd7:
        return ((await operateOnValue((bytes) => this.#exchange(bytes), p2, data)) ? OK : FAILED).slice();
      case 0xb0:
        return this.#readBinary(p2, p3);
      case 0xd6:
        return this.#updateBinary(p2, data);
      default:
        return UNSUPPORTED.slice();
    }
  }

  /** `FF 00 P1 P2 P3`. */
  async #readerCommand(p1: number, p2: number, p3: number, data: Uint8Array): Promise<Uint8Array> {
    switch (p1) {
      case 0x00: {
        if (data.length === 0) return FAILED.slice();
        // the firmware goes by the length that it was told, and sends what stands behind the data
        const command = new Uint8Array(p3);
        command.set(data);
        const answer = await this.#patiently(command);
        if (answer === undefined) return SILENT.slice();
        if (answer[0] !== FRAME_IDENTIFIER.ANSWER) return CHIP_ERROR.slice();
        if (answer.length > MOST_ANSWER_BYTES) return FAILED.slice();
        return this.#hold(concatBytes(answer, OK));
      }
      case 0x40: {
        // bits 2 and 3 say which of bits 0 and 1 count
        const mask = (p2 >> 2) & 3;
        this.#leds = (this.#leds & ~mask) | (p2 & mask);
        return Uint8Array.of(0x90, this.#leds);
      }
      case 0x41:
        this.#timeoutUnits = p2 === NO_TIMEOUT ? 0 : p2;
        return OK.slice();
      case 0x52:
        return OK.slice();
      case 0x48:
        return new TextEncoder().encode(this.firmware);
      case 0x50:
        return Uint8Array.of(0x90, this.#parameter);
      case 0x51:
        this.#parameter = p2;
        if ((p2 & PICC.AUTO_POLLING) === 0) await this.#look();
        return Uint8Array.of(0x90, p2);
      default:
        return FAILED.slice();
    }
  }

  /** A command that the chip is let finish, or for as long as the timeout parameter says. */
  async #patiently(command: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#timeoutUnits === 0) return this.chip.execute(command);
    const cancelTimer = this.#clock.schedule(this.#timeoutUnits * TIMEOUT_UNIT_MS, () => this.chip.cancel());
    try {
      return await this.chip.execute(command);
    } finally {
      cancelTimer();
    }
  }

  #hold(answer: Uint8Array): Uint8Array {
    if (!this.#holdsAnswers) return answer;
    this.#held = answer;
    return Uint8Array.of(0x61, answer.length - 2);
  }

  #getResponse(length: number): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held.length - 2 === length ? held : FAILED.slice();
  }

  #getData(p1: number): Uint8Array {
    const found = this.#card?.found;
    if (found === undefined) return FAILED.slice();
    if (p1 === 0) return concatBytes(found.uid, OK);
    return p1 === 1 && found.ats !== undefined ? concatBytes(found.ats, OK) : UNSUPPORTED.slice();
  }

  /** Data of an answer; `undefined` for any other status than OK. */
  async #exchange(data: Uint8Array): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let request = data; ; request = new Uint8Array(0)) {
      const answer = await this.#run(InDataExchange, { target: 1, data: request });
      if (answer?.status !== Pn53xStatus.OK) return undefined;
      parts.push(answer.data);
      if (answer.more !== true) return concatBytes(...parts);
    }
  }

  async #authenticate(block: number, keyType: number, keyNumber: number): Promise<Uint8Array> {
    const key = this.#keys.get(keyNumber);
    const uid = this.#card?.found.uid;
    if (key === undefined || uid === undefined || (keyType !== 0x60 && keyType !== 0x61)) return FAILED.slice();
    const answer = await this.#exchange(Uint8Array.of(keyType, block, ...key, ...uid.slice(-4)));
    return (answer === undefined ? FAILED : OK).slice();
  }

  async #readBinary(block: number, length: number): Promise<Uint8Array> {
    if (length > 16 || this.#card === undefined) return FAILED.slice();
    const answer = await this.#exchange(Uint8Array.of(0x30, block));
    return answer?.length === 16 ? concatBytes(answer.subarray(0, length || 16), OK) : FAILED.slice();
  }

  async #updateBinary(block: number, data: Uint8Array): Promise<Uint8Array> {
    if ((data.length !== 4 && data.length !== 16) || this.#card === undefined) return FAILED.slice();
    const answer = await this.#exchange(Uint8Array.of(data.length === 4 ? 0xa2 : 0xa0, block, ...data));
    return (answer === undefined ? FAILED : OK).slice();
  }

  /** An APDU for a card of ISO/IEC 14443-4; to any other card its bytes go as they are, and SW tells how it went. */
  async #cardApdu(apdu: Uint8Array, card: SlotCard | undefined): Promise<Uint8Array> {
    if (card === undefined || card !== this.#card) return FAILED.slice();
    const answer = await this.#exchange(apdu);
    if (card.found.isIsoDep) return answer ?? new Uint8Array(0);
    return answer === undefined ? FAILED.slice() : concatBytes(answer, OK);
  }
}
