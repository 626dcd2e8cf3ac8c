import {
  type BytesSource,
  ConnectionTransactions,
  invalidStateError,
  SerialQueue,
  type SmartCardAccessMode,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardDisposition,
  type SmartCardProtocol,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
  untilAborted,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import type { ScardReconnectOptions } from "@cardwire/scard";
import {
  DISPOSITION,
  PCSCLITE_DIALECT,
  protocolBit,
  protocolBits,
  protocolName,
  SHARE_MODE,
} from "@cardwire/scard/terms";
import { CardCalls } from "./card-calls.ts";
import { connectionState } from "./connection-state.ts";
import { callError, handleError } from "./errors.ts";
import { pause } from "./pause.ts";
import { type PcscdSocket } from "./pcscd-socket.ts";
import { type StateLink } from "./state-link.ts";

/** What a connection is made of. */
export interface ConnectionParts {
  readonly socket: PcscdSocket;
  readonly states: StateLink;
  readonly readerName: string;
  /** hCard. */
  readonly card: number;
  /** dwActiveProtocol; 0 for none. */
  readonly protocol: number;
  /** Whether calls wait while another program holds a transaction; else they are refused. */
  readonly waitForOthers: boolean;
  readonly onEnd: (connection: PcscliteConnection) => void;
}

/** What to connect a card with again: the same as through pcsc-lite's own library. */
export type PcscliteReconnectOptions = ScardReconnectOptions;

/** How often pcsc-lite's own client library tries again while another program holds a transaction. */
const SHARING_POLL_MS = 100;
/** How long a context waits for pcscd to let go of a card before it hangs up. */
const CLOSE_PATIENCE_MS = 1000;

/** After these a connection is of no use any more. */
const FINAL: ReadonlySet<number> = new Set([
  SCARD.W_REMOVED_CARD,
  SCARD.W_RESET_CARD,
  SCARD.W_UNPOWERED_CARD,
  SCARD.E_READER_UNAVAILABLE,
  SCARD.E_INVALID_VALUE,
  SCARD.E_INVALID_HANDLE,
]);

/** A card connected through pcscd, over a connection to pcscd that is its own: nothing it waits for holds up another. */
export class PcscliteConnection implements SmartCardConnection {
  readonly #socket: PcscdSocket;
  readonly #calls: CardCalls;
  readonly #states: StateLink;
  readonly #readerName: string;
  readonly #waitForOthers: boolean;
  readonly #onEnd: (connection: PcscliteConnection) => void;
  readonly #queue: SerialQueue = new SerialQueue();
  readonly #transactions: ConnectionTransactions;
  /** Transmits of our own transaction that have been sent ahead, without waiting for the answers before. */
  #ahead = 0;
  #onAheadDone: (() => void) | undefined;
  #protocol: number;
  /** Why nothing works any more, though nobody has disconnected. */
  #stale: Error | undefined;
  /** Set by disconnect and close. */
  #ended: Error | undefined;
  #disconnecting: Promise<void> | undefined;

  /** @internal */
  constructor(parts: ConnectionParts) {
    this.#socket = parts.socket;
    this.#calls = new CardCalls(parts.socket, parts.card);
    this.#states = parts.states;
    this.#readerName = parts.readerName;
    this.#protocol = parts.protocol;
    this.#waitForOthers = parts.waitForOthers;
    this.#onEnd = parts.onEnd;
    this.#transactions = new ConnectionTransactions({
      begin: (signal) => this.#enqueue(() => this.#begin(signal), signal),
      end: (disposition) => this.#end(disposition),
      operations: this.#operations(),
    });
  }

  #operations(): { readonly busy: boolean; idle(): Promise<void> } {
    const isBusy = (): boolean => this.#queue.busy || this.#ahead > 0;
    return {
      get busy() {
        return isBusy();
      },
      idle: async () => {
        if (this.#ahead > 0) await new Promise<void>((resolve) => (this.#onAheadDone = resolve));
        await this.#queue.idle();
      },
    };
  }

  /** The protocol in use; undefined for a direct connection. */
  get activeProtocol(): SmartCardProtocol | undefined {
    return protocolName(this.#protocol, PCSCLITE_DIALECT);
  }

  transmit(sendBuffer: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const wanted = options?.protocol;
    const protocol = wanted === undefined ? this.#protocol : protocolBit(wanted, PCSCLITE_DIALECT);
    if (protocol === 0)
      return Promise.reject(invalidStateError("a direct connection has no protocol to transmit with"));
    const bytes = bytesOf(sendBuffer);
    const { busy } = this.#queue;
    const request = this.#calls.transmitRequest(bytes, protocol, !busy && this.#ahead === 0);
    if (request === undefined) return Promise.reject(this.#error(SCARD.E_INSUFFICIENT_BUFFER, "transmit"));
    const signal = options?.signal;
    // in a transaction of ours pcscd refuses nothing for others' sake: the next command need not wait for the last answer
    const sendAhead = !busy && this.#transactions.active && signal?.aborted !== true;
    const answer = sendAhead
      ? this.#transmitAhead(request)
      : this.#queue.run(() => this.#transmit(request, signal), signal);
    return signal === undefined ? answer : untilAborted(answer, signal);
  }

  startTransaction(
    transaction: Parameters<SmartCardConnection["startTransaction"]>[0],
    options?: SmartCardTransactionOptions,
  ): Promise<void> {
    return this.#transactions.run(transaction, options);
  }

  status(): Promise<SmartCardConnectionStatus> {
    return this.#enqueue(async () => {
      const readers = await this.#states.readerStates();
      const reader = readers.find(({ name }) => name === this.#readerName);
      if (reader === undefined) throw this.#error(SCARD.E_READER_UNAVAILABLE, "status");
      await this.#unhindered("status", () => this.#calls.status(), undefined);
      const { answerToReset } = reader;
      return {
        readerName: this.#readerName,
        state: connectionState(reader),
        ...(answerToReset.length === 0 ? undefined : { answerToReset }),
      };
    }, undefined);
  }

  control(controlCode: number, data: BytesSource, options?: SmartCardCallOptions): Promise<Uint8Array> {
    const request = this.#calls.controlRequest(controlCode, bytesOf(data));
    if (request === undefined) return Promise.reject(this.#error(SCARD.E_INSUFFICIENT_BUFFER, "control"));
    return this.#call("control", () => this.#calls.control(request), options?.signal);
  }

  getAttribute(tag: number, options?: SmartCardCallOptions): Promise<Uint8Array> {
    return this.#call("getAttribute", () => this.#calls.getAttribute(tag), options?.signal);
  }

  async setAttribute(tag: number, value: BytesSource, options?: SmartCardCallOptions): Promise<void> {
    const request = this.#calls.setAttributeRequest(tag, bytesOf(value));
    if (request === undefined) throw this.#error(SCARD.E_INSUFFICIENT_BUFFER, "setAttribute");
    await this.#call("setAttribute", () => this.#calls.setAttribute(request), options?.signal);
  }

  /**
   * Connects the card again, in another mode or protocol, or after a reset by somebody else: SCardReconnect, which the
   * Web Smart Card API does not have. A connection that a reset had made stale is a good one afterwards.
   */
  async reconnect(
    accessMode: SmartCardAccessMode,
    options: PcscliteReconnectOptions = {},
  ): Promise<SmartCardProtocol | undefined> {
    const { preferredProtocols, initialization = "leave", signal } = options;
    const share = SHARE_MODE[accessMode];
    const protocols = protocolBits(accessMode, preferredProtocols, PCSCLITE_DIALECT);
    if (this.#stale !== undefined && this.#socket.failure === undefined) this.#stale = undefined;
    const { protocol } = await this.#call(
      "reconnect",
      () => this.#calls.reconnect(share, protocols, DISPOSITION[initialization]),
      signal,
    );
    this.#protocol = protocol;
    return this.activeProtocol;
  }

  disconnect(disposition: SmartCardDisposition = "leave"): Promise<void> {
    if (this.#ended !== undefined) return this.#disconnecting ?? Promise.resolve();
    this.#ended = invalidStateError("the connection has been disconnected");
    this.#disconnecting = this.#queue.run(() => this.#disconnect(disposition));
    return this.#disconnecting;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  /**
   * The context is closed: everything ends with this error.
   *
   * @internal
   */
  async close(error: Error): Promise<void> {
    const idle = !this.#queue.busy;
    const disconnecting = this.#disconnecting ?? (idle ? this.disconnect() : undefined);
    this.#ended = error;
    this.#queue.close(error);
    // pcscd would let go by itself, but not before the next program asks for the card
    if (disconnecting !== undefined) {
      const patience = new AbortController();
      const timer = pause(CLOSE_PATIENCE_MS, patience.signal);
      await Promise.race([disconnecting.catch(() => undefined), timer]);
      patience.abort();
    }
    this.#socket.destroy(error);
  }

  #refusal(): Error | undefined {
    return this.#ended ?? this.#socket.failure ?? this.#stale;
  }

  #error(rv: number, command: string): Error {
    return callError(rv, { command, readerName: this.#readerName });
  }

  /** The error of a code that pcscd answered; remembered when nothing else will come any more. */
  #failed(rv: number, command: string): Error {
    const error = handleError(rv, { command, readerName: this.#readerName });
    if (FINAL.has(rv)) this.#stale ??= error;
    return error;
  }

  #enqueue<Value>(operation: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return untilAborted(this.#queue.run(operation, signal), signal);
  }

  #call<Value extends object>(
    command: string,
    send: () => Promise<Value | number>,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    return this.#enqueue(() => this.#unhindered(command, send, signal), signal);
  }

  /** Sends until no other program's transaction is in the way. */
  async #unhindered<Value extends object>(
    command: string,
    send: () => Promise<Value | number>,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    for (;;) {
      const outcome = await send();
      if (typeof outcome !== "number") return outcome;
      await this.#waitOrThrow(outcome, command, signal);
    }
  }

  async #transmit(request: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    for (;;) {
      const outcome = await this.#calls.transmit(request);
      if (typeof outcome !== "number") return this.#checked(outcome, request);
      await this.#waitOrThrow(outcome, this.#calls.describe(request), signal);
    }
  }

  async #transmitAhead(request: Uint8Array): Promise<Uint8Array> {
    this.#ahead++;
    try {
      const outcome = await this.#calls.transmit(request);
      if (typeof outcome === "number") throw this.#failed(outcome, this.#calls.describe(request));
      return this.#checked(outcome, request);
    } finally {
      if (--this.#ahead === 0) this.#onAheadDone?.();
    }
  }

  #checked(answer: Uint8Array, request: Uint8Array): Uint8Array {
    if (answer.length >= 2) return answer;
    // a driver whose card is gone may answer nothing at all
    throw this.#error(SCARD.E_NOT_TRANSACTED, this.#calls.describe(request));
  }

  async #waitOrThrow(rv: number, command: string, signal: AbortSignal | undefined): Promise<void> {
    if (rv !== SCARD.E_SHARING_VIOLATION || !this.#waitForOthers) throw this.#failed(rv, command);
    await pause(SHARING_POLL_MS, signal);
    signal?.throwIfAborted();
    if (this.#socket.failure !== undefined) throw this.#socket.failure;
  }

  async #begin(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const askedAt = performance.now();
      const rv = await this.#calls.beginTransaction();
      if (rv === 0 && signal?.aborted === true) await this.#calls.endTransaction(DISPOSITION.leave);
      signal?.throwIfAborted();
      if (rv === 0) return;
      if (rv !== SCARD.E_SHARING_VIOLATION) throw this.#failed(rv, "startTransaction");
      // pcscd has waited already, as a rule
      const left = SHARING_POLL_MS - (performance.now() - askedAt);
      if (left > SHARING_POLL_MS / 2) await pause(left, signal);
    }
  }

  async #end(disposition: SmartCardDisposition): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    const rv = await this.#queue.run(() => this.#calls.endTransaction(DISPOSITION[disposition]));
    if (rv !== 0) throw this.#failed(rv, "startTransaction");
  }

  async #disconnect(disposition: SmartCardDisposition): Promise<void> {
    let rv = 0;
    try {
      rv = await this.#calls.disconnect(DISPOSITION[disposition]);
    } catch {
      // pcscd is gone, and the card let go of
    } finally {
      this.#socket.destroy(this.#ended ?? invalidStateError("the connection has been disconnected"));
      this.#onEnd(this);
    }
    if (rv !== 0 && !FINAL.has(rv)) throw this.#error(rv, "disconnect");
  }
}

function bytesOf(source: BytesSource): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source);
}
