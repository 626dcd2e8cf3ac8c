import { FormatError } from "@cardwire/core";
import { Link, type LinkEnd, type LinkHandler } from "./link.ts";
import { MAX_MESSAGE_LENGTH, VPCD_CONTROL } from "./message.ts";

/** What a method that has no answer may return. */
export type VpcdDone = void | Promise<void>;

/** A card as vpcd sees one. vpcd asks for one thing at a time. */
export interface VpcdCard {
  /** Answer to reset, 2 to 33 bytes. Read whenever vpcd asks, which it does at each presence poll. */
  readonly atr: Uint8Array;
  /**
   * Answers a command APDU with a response APDU of 2 to 65,535 bytes. An answer that is no promise is on its way before
   * the event loop turns. What is thrown becomes status word 6F00: vpcd has no other way to say it.
   */
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Power comes on: after an insertion, and when a program connects after a while. */
  powerOn?(): VpcdDone;
  /** Nobody uses the card any more, or a program takes its power. */
  powerOff?(): VpcdDone;
  /** Warm reset. */
  reset?(): VpcdDone;
}

/**
 * `no-card`: nothing to show, hence no connection, which vpcd reports as an empty slot. `connecting`: until vpcd asks
 * for something. `connected`: pcscd sees the card. `closed`: for good.
 */
export type VpcdState = "no-card" | "connecting" | "connected" | "closed";

/** Where vpcd listens, and how patiently it is tried. */
export interface VpcdOptions {
  /** Host of pcscd's vpcd driver; 127.0.0.1 unless given. */
  readonly host?: string;
  /** TCP port of the slot; 35963 unless given. The second slot of a vpcd reader listens one port higher. */
  readonly port?: number;
  /** Aborting is `close()`. */
  readonly signal?: AbortSignal;
  /** Milliseconds before the first retry when nobody listens; doubles with each. 50 unless given. */
  readonly minRetryMs?: number;
  /** The longest pause between two tries, in milliseconds; 2,000 unless given. */
  readonly maxRetryMs?: number;
  /** Told each change of the state, with the error of a connection that failed. Must not throw. */
  readonly onStateChange?: (state: VpcdState, error?: unknown) => void;
}

const NO_DIAGNOSIS = Uint8Array.of(0x6f, 0x00);
const CLOSE_PATIENCE_MS = 1000;
const MAX_ATR_LENGTH = 33;

/**
 * One slot of vpcd's driver. The driver learns that a card is gone in one way: its question for the ATR finds the
 * connection closed. So a connection stands for a card, and a removal counts once vpcd has asked in vain.
 */
export class Slot implements LinkHandler {
  readonly closed: Promise<void>;
  readonly #options: VpcdOptions;
  readonly #minRetryMs: number;
  readonly #close = (): void => void this.close();
  #state: VpcdState = "no-card";
  #card: VpcdCard | undefined;
  #link: Link | undefined;
  #retryMs: number;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #closeTimer: ReturnType<typeof setTimeout> | undefined;
  /** A card went and vpcd noticed by something else than a poll: pcscd still believes in it until a poll fails. */
  #owesAbsence = false;
  #onAbsent: (() => void)[] = [];
  #onClosed: () => void = () => undefined;

  constructor(options: VpcdOptions) {
    this.#options = options;
    this.#minRetryMs = options.minRetryMs ?? 50;
    this.#retryMs = this.#minRetryMs;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
    if (options.signal?.aborted === true) void this.close();
    else options.signal?.addEventListener("abort", this.#close, { once: true });
  }

  get state(): VpcdState {
    return this.#state;
  }

  /** Shows a card; in the place of another one, that one is removed first. @throws FormatError for an ATR's length. */
  insert(card: VpcdCard): void {
    checkAtr(card.atr);
    if (this.#state === "closed" || this.#card === card) return;
    if (this.#card !== undefined) this.#letGo();
    this.#card = card;
    this.#connect();
  }

  /** Resolves when vpcd has noticed, or when it was never told of a card. */
  remove(): Promise<void> {
    if (this.#card !== undefined) {
      this.#card = undefined;
      this.#letGo();
    }
    if (this.#link === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#onAbsent.push(resolve));
  }

  close(): Promise<void> {
    if (this.#state === "closed") return this.closed;
    this.#options.signal?.removeEventListener("abort", this.#close);
    this.#setState("closed");
    void this.remove();
    const link = this.#link;
    if (link === undefined) this.#onClosed();
    // a daemon that hangs never asks
    else
      this.#closeTimer = setTimeout(() => {
        link.destroy();
      }, CLOSE_PATIENCE_MS);
    return this.closed;
  }

  onMessage(message: Uint8Array): unknown {
    const card = this.#card;
    if (card === undefined) return undefined;
    this.#retryMs = this.#minRetryMs;
    if (message.length > 1) return answer(card, message);
    switch (message[0]) {
      case VPCD_CONTROL.powerOff:
        return card.powerOff?.();
      case VPCD_CONTROL.powerOn:
        return card.powerOn?.();
      case VPCD_CONTROL.reset:
        return card.reset?.();
      case VPCD_CONTROL.getAtr:
        if (this.#owesAbsence) {
          this.#link?.end();
          return undefined;
        }
        this.#setState("connected");
        return card.atr;
      default:
        return answer(card, message);
    }
  }

  onEnd(end: LinkEnd): void {
    this.#link = undefined;
    if (end.byUs && end.polled !== undefined) this.#owesAbsence = !end.polled;
    for (const resolve of this.#onAbsent.splice(0)) resolve();
    if (this.#state === "closed") {
      clearTimeout(this.#closeTimer);
      this.#onClosed();
    } else if (this.#card !== undefined) {
      if (end.byUs) this.#connect();
      else {
        // the daemon went, or threw us out: to the next one that asks, the card has been without power
        if (end.polled !== undefined) void this.#card.powerOff?.();
        this.#retry(end.error);
      }
    }
  }

  #connect(): void {
    // an ending link connects again when it has ended, a waiting one when its time has come
    if (this.#link !== undefined || this.#retryTimer !== undefined) return;
    this.#setState("connecting");
    this.#link = new Link(this.#options.host ?? "127.0.0.1", this.#options.port ?? 35963, this);
  }

  #retry(error: unknown): void {
    this.#setState("connecting", error);
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#connect();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#options.maxRetryMs ?? 2000);
  }

  #letGo(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    this.#link?.end();
    this.#setState("no-card");
  }

  #setState(state: VpcdState, error?: unknown): void {
    if (this.#state === "closed" || (this.#state === state && error === undefined)) return;
    this.#state = state;
    this.#options.onStateChange?.(state, error);
  }
}

/** TS and T0 at least, 33 bytes at most (ISO/IEC 7816-3 section 8.2). */
function checkAtr(atr: Uint8Array): void {
  const tooShort = atr.length < 2;
  if (tooShort || atr.length > MAX_ATR_LENGTH)
    throw new FormatError(tooShort ? "TOO_SHORT" : "TOO_LONG", `${atr.length} bytes`, { field: "ATR" });
}

function answer(card: VpcdCard, command: Uint8Array): Uint8Array | Promise<Uint8Array> {
  try {
    const response = card.transmit(command);
    if (response instanceof Uint8Array) return fitting(response);
    return response.then(fitting, () => NO_DIAGNOSIS);
  } catch {
    return NO_DIAGNOSIS;
  }
}

/** Never an empty answer: vpcd takes it for a card that is gone. */
function fitting(response: Uint8Array): Uint8Array {
  return response.length < 2 || response.length > MAX_MESSAGE_LENGTH ? NO_DIAGNOSIS : response;
}
