import { type Atr, parseAtr } from "@cardwire/atr";
import { delay, SerialQueue, untilAborted } from "@cardwire/core";
import { ccidCommand } from "../messages/commands.ts";
import type { IccStatus } from "../messages/response-message.ts";
import { encodeT1Block, parseT1Block, PROLOGUE_BYTES } from "../protocol/t1/block.ts";
import { exchangeT1 } from "../protocol/t1/exchange.ts";
import type { T1Session } from "../protocol/t1/session.ts";
import { transmitApdu } from "./apdu-level.ts";
import { type CardLink, negotiate } from "./negotiate.ts";
import { powerOff, powerOn } from "./power-on.ts";
import { CcidReaderError, isCcidReaderError } from "./reader-error.ts";
import { modifyPinEntry, type PinEntry, verifyPinEntry } from "./secure-pin.ts";
import type { SlotCallOptions, SlotLink } from "./slot-link.ts";
import { ESCAPE_TIMEOUT_MS, READER_TIMEOUT_MS } from "./time-limits.ts";
import { exchangeTpdu, runT1, transmitByT0 } from "./tpdu.ts";

/** How an Escape is sent. */
export interface EscapeOptions extends SlotCallOptions {
  /** How long the reader may take; 30 s when absent. */
  readonly timeoutMs?: number | undefined;
}

/** Told when a card comes (true) or goes (false). A swap that was not seen is told as both. */
export type PresenceListener = (present: boolean) => void;

/** How T=0 is done where the host speaks it. */
export type T0Mode = "apdu" | "tpdu";

/** A card that was powered on. */
interface PoweredCard {
  readonly answerToReset: Uint8Array;
  readonly atr: Atr;
  link: CardLink | undefined;
}

/** One slot of a reader, and the card in it. Calls are queued; each does one thing at a time to the card. */
export class CcidSlot {
  readonly index: number;
  readonly #link: SlotLink;
  readonly #rates: readonly number[];
  readonly #t0: T0Mode;
  readonly #queue = new SerialQueue();
  readonly #presence = new Set<PresenceListener>();
  readonly #touch = new Set<() => void>();
  #present: boolean;
  #card: PoweredCard | undefined;
  #refreshing: Promise<void> | undefined;

  /** @internal */
  constructor(link: SlotLink, rates: readonly number[], t0: T0Mode) {
    this.index = link.slot;
    this.#link = link;
    this.#rates = rates;
    this.#t0 = t0;
    this.#present = link.plan.permanentCard;
    link.onIccStatus = (status) => {
      this.#setPresent(status !== "absent" || link.plan.permanentCard);
    };
    link.onTimeExtension = (multiplier) => {
      // a token that wants to be touched asks for an endless extension (Gnuk); others only work on
      if (multiplier === 0xff) for (const listener of [...this.#touch]) listener();
    };
  }

  /** True while there is a card, as far as the reader has told. */
  get present(): boolean {
    return this.#present;
  }

  /** The answer to reset of the card, while it is powered. */
  get answerToReset(): Uint8Array | undefined {
    return this.#card?.answerToReset;
  }

  /** What was agreed on with the card; undefined before a protocol was set. */
  get cardLink(): CardLink | undefined {
    return this.#card?.link;
  }

  /** Calls back when a card comes or goes; the returned function ends that. */
  onPresence(listener: PresenceListener): () => void {
    this.#presence.add(listener);
    return () => this.#presence.delete(listener);
  }

  /** Calls back when the reader waits for the user's touch; the returned function ends that. */
  onWaitingForTouch(listener: () => void): () => void {
    this.#touch.add(listener);
    return () => this.#touch.delete(listener);
  }

  /** Asks the reader for the state of its slot: GetSlotStatus. */
  async status(timeoutMs: number = READER_TIMEOUT_MS): Promise<IccStatus> {
    return (await this.#link.ask(ccidCommand.getSlotStatus(), timeoutMs)).iccStatus;
  }

  /**
   * Asks whether the card is still the one that was powered: one that is there without power, although it was given
   * some, has been away.
   *
   * @internal
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const before = this.#card;
    const status = await this.status();
    // powered on or off meanwhile: then the answer is old
    if (status !== "inactive" || before === undefined || this.#card !== before || this.#queue.busy) return;
    this.#setPresent(false);
    this.#setPresent(true);
  }

  /**
   * What the reader tells of itself.
   *
   * @internal
   */
  notified(present: boolean): void {
    if (!present) this.#setPresent(this.#link.plan.permanentCard);
    else this.refresh().catch(() => undefined);
  }

  #setPresent(present: boolean): void {
    if (present === this.#present) return;
    this.#present = present;
    if (!present) this.#card = undefined;
    for (const listener of [...this.#presence]) listener(present);
  }

  /**
   * Powers the card on, or resets one that is.
   *
   * @returns its answer to reset.
   * @throws CcidReaderError NO_CARD, CARD_MUTE, COMMAND_FAILED, and what the USB connection rejects with.
   */
  powerOn(): Promise<Uint8Array> {
    return this.#queue.run(async () => {
      const before = this.#card === undefined ? "inactive" : "active";
      this.#card = undefined;
      const answerToReset = await powerOn(this.#link, before);
      this.#card = { answerToReset, atr: parseAtr(answerToReset), link: undefined };
      return answerToReset.slice();
    });
  }

  /** Powers the card off. */
  powerOff(): Promise<void> {
    return this.#queue.run(async () => {
      this.#card = undefined;
      await powerOff(this.#link);
    });
  }

  /**
   * Brings a card that was powered on into one of these protocols, with PPS, parameters and IFSD as the reader needs it.
   *
   * @throws CcidReaderError UNSUPPORTED_CARD, and what the commands reject with.
   */
  setProtocol(allowed: readonly (0 | 1)[]): Promise<0 | 1> {
    return this.#queue.run(async () => {
      const card = this.#poweredCard();
      const link = await negotiate(this.#link, card.atr, allowed, this.#rates);
      card.link = link;
      return link.protocol;
    });
  }

  /**
   * Sends a command APDU and gives the response APDU.
   *
   * @throws CcidReaderError, and CardProtocolError for a card that does not keep to its protocol.
   */
  transmit(command: Uint8Array): Promise<Uint8Array> {
    return this.#queue.run(() => this.#transmit(command));
  }

  #transmit(command: Uint8Array): Promise<Uint8Array> {
    const { link } = this.#poweredCard();
    if (link === undefined)
      return Promise.reject(new CcidReaderError("UNSUPPORTED_CARD", "the card has no protocol yet"));
    const { timeoutMs, t1 } = link;
    const { level } = this.#link.plan;
    if (level === "short-apdu" || level === "extended-apdu") return transmitApdu(this.#link, command, timeoutMs);
    if (t1 !== undefined) return runT1(this.#link, exchangeT1(t1, command), timeoutMs, t1.edc);
    return this.#t0 === "tpdu" && level === "tpdu"
      ? exchangeTpdu(this.#link, command, timeoutMs)
      : transmitByT0(this.#link, command, timeoutMs);
  }

  /**
   * Sends an Escape, and gives what the reader answers: needs no card.
   *
   * @throws CcidReaderError COMMAND_FAILED for a reader that refuses it, and what the USB connection rejects with.
   */
  async escape(data: Uint8Array, options: EscapeOptions = {}): Promise<Uint8Array> {
    const { signal, timeoutMs = ESCAPE_TIMEOUT_MS } = options;
    const exact = options.timeoutMs !== undefined;
    const answer = this.#queue.run(async () => {
      const response = await this.#link.command(ccidCommand.escape(data), timeoutMs, { signal, exact });
      return new Uint8Array(response.data);
    }, signal);
    return untilAborted(answer, signal);
  }

  /**
   * Sends bytes by XfrBlock as they are, card or not: for readers that take commands of their own this way (`FF 00 …`).
   *
   * @throws CcidReaderError NO_CARD or CARD_MUTE when nobody answers, and what the USB connection rejects with.
   */
  exchange(data: Uint8Array, options: EscapeOptions = {}): Promise<Uint8Array> {
    const { signal, timeoutMs = ESCAPE_TIMEOUT_MS } = options;
    const exact = options.timeoutMs !== undefined;
    const answer = this.#queue.run(async () => {
      const response = await this.#link.command(ccidCommand.xfrBlock(data), timeoutMs, { signal, exact });
      return new Uint8Array(response.data);
    }, signal);
    return untilAborted(answer, signal);
  }

  /**
   * Has the user enter a PIN at the reader, which sends it to the card.
   *
   * @param input PIN_VERIFY of PC/SC part 10, section 2.5.2.
   * @returns the card's response; 64 00 when the user took too long, 64 01 when the user cancelled (section 2.5.5).
   */
  verifyPin(input: Uint8Array, options?: SlotCallOptions): Promise<Uint8Array> {
    return this.#enterPin(verifyPinEntry(input, this.#link.plan), options);
  }

  /**
   * Has the user change a PIN at the reader.
   *
   * @param input PIN_MODIFY of PC/SC part 10, section 2.5.3.
   */
  modifyPin(input: Uint8Array, options?: SlotCallOptions): Promise<Uint8Array> {
    return this.#enterPin(modifyPinEntry(input, this.#link.plan), options);
  }

  #enterPin(entry: PinEntry, options: SlotCallOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    const response = this.#queue.run(async () => {
      const t1 = this.#poweredCard().link?.t1;
      if (t1 !== undefined) fillPrologue(entry, t1);
      const { pinUnpadded, pinPauseMs } = this.#link.plan;
      if (entry.unpadded && pinUnpadded !== undefined)
        await this.#link.ask(ccidCommand.escape(Uint8Array.from(pinUnpadded)), ESCAPE_TIMEOUT_MS, { signal });
      if (pinPauseMs > 0) await delay(this.#link.clock, pinPauseMs, signal);
      try {
        const { data } = await this.#link.command(ccidCommand.secure(entry.data), entry.timeoutMs, { signal });
        if (t1 === undefined) return new Uint8Array(data);
        const block = parseT1Block(data, t1.edc);
        if (typeof block === "string" || block.kind !== "I") {
          t1.needsResynch = true;
          throw new CcidReaderError("MALFORMED_RESPONSE", "the reader's answer to Secure is no block of T=1");
        }
        t1.ns ^= 1;
        t1.nr ^= 1;
        return new Uint8Array(block.inf);
      } catch (error) {
        const status = pinStatus(error);
        if (status === undefined) throw error;
        return status;
      }
    }, signal);
    return untilAborted(response, signal);
  }

  #poweredCard(): PoweredCard {
    if (this.#card !== undefined) return this.#card;
    throw this.#present
      ? new CcidReaderError("CARD_MUTE", "the card is not powered")
      : new CcidReaderError("NO_CARD", "there is no card in the slot");
  }

  /**
   * Nothing comes any more.
   *
   * @internal
   */
  close(error: Error): void {
    this.#queue.close(error);
    this.#presence.clear();
    this.#touch.clear();
  }
}

/** At the level of TPDUs the block around the PIN is the host's: NAD, PCB and LEN go into bTeoPrologue. */
function fillPrologue({ data, prologueOffset }: PinEntry, { ns, edc }: T1Session): void {
  const inf = data.subarray(prologueOffset + PROLOGUE_BYTES);
  const block = encodeT1Block({ kind: "I", ns, more: false, inf }, edc);
  data.set(block.subarray(0, PROLOGUE_BYTES), prologueOffset);
}

const PIN_TIMEOUT = 0xf0;
const PIN_CANCELLED = 0xef;

/** The status words that PC/SC part 10 has for what the user did. */
function pinStatus(error: unknown): Uint8Array | undefined {
  if (!isCcidReaderError(error)) return undefined;
  if (error.slotError === PIN_TIMEOUT) return Uint8Array.of(0x64, 0x00);
  return error.slotError === PIN_CANCELLED ? Uint8Array.of(0x64, 0x01) : undefined;
}
