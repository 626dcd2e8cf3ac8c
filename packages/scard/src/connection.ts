import {
  type BytesSource,
  ConnectionTransactions,
  copyBytes,
  delay,
  invalidStateError,
  isSmartCardError,
  SerialQueue,
  type SmartCardAccessMode,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardDisposition,
  type SmartCardProtocol,
  type SmartCardResponseCode,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
  toHex,
  untilAborted,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { type CardHandle, closeCard } from "./card-handle.ts";
import { connectionState } from "./connection-state.ts";
import { callError, handleError } from "./errors.ts";
import { KeepAlive } from "./keep-alive.ts";
import { type ReaderLane } from "./reader-lane.ts";
import { type ResourceManager } from "./resource-manager.ts";
import { type ScardApi, type ScardOutcome } from "./scard-api.ts";
import { DISPOSITION, protocolBit, protocolBits, protocolName, SHARE_MODE } from "./terms/call-terms.ts";

/** What a connection is made of. */
export interface ConnectionParts {
  readonly manager: ResourceManager;
  /** The reader's lane, which the connection leaves when it ends. */
  readonly lane: ReaderLane<object>;
  /** Whose calls those of this connection are, in the lane. */
  readonly owner: object;
  readonly readerName: string;
  readonly handle: CardHandle;
  /** The active protocol; 0 for none. */
  readonly protocol: number;
  readonly keepTransactionsAlive: boolean;
  readonly onEnd: (connection: ScardConnection) => void;
}

/** What to connect a card with again. */
export interface ScardReconnectOptions extends SmartCardCallOptions {
  /** Either of T=0 and T=1 when absent. */
  readonly preferredProtocols?: readonly SmartCardProtocol[];
  /** What is done to the card first; "leave" when absent. */
  readonly initialization?: Exclude<SmartCardDisposition, "eject">;
}

/** How long a closed context waits for calls that cannot be ended, before it lets them end alone. */
const CLOSE_PATIENCE_MS = 1_000;
/** How many digits of a command APDU an error shows: its header. */
const HEADER_LENGTH = 4;

/** After these a connection is of no use any more. */
const FINAL: ReadonlySet<SmartCardResponseCode> = new Set<SmartCardResponseCode>([
  "removed-card",
  "reset-card",
  "unpowered-card",
  "reader-unavailable",
  "no-service",
  "system-cancelled",
]);

/** A card connected through the PC/SC API, in a SCARDCONTEXT of its own. */
export class ScardConnection implements SmartCardConnection {
  readonly #manager: ResourceManager;
  readonly #api: ScardApi;
  readonly #lane: ReaderLane<object>;
  readonly #owner: object;
  readonly #readerName: string;
  readonly #handle: CardHandle;
  readonly #queue = new SerialQueue();
  readonly #transactions: ConnectionTransactions;
  readonly #keepAlive: KeepAlive | undefined;
  readonly #onEnd: (connection: ScardConnection) => void;
  #protocol: number;
  #inTransaction = false;
  /** Why nothing works any more, though nobody has disconnected. */
  #stale: Error | undefined;
  /** Set by disconnect and close. */
  #ended: Error | undefined;
  #disconnecting: Promise<void> | undefined;
  /** Rejects the operation that runs, though its call goes on. */
  #abandon: ((error: Error) => void) | undefined;

  /** @internal */
  constructor(parts: ConnectionParts) {
    this.#manager = parts.manager;
    this.#api = parts.manager.api;
    this.#lane = parts.lane;
    this.#owner = parts.owner;
    this.#readerName = parts.readerName;
    this.#handle = parts.handle;
    this.#protocol = parts.protocol;
    this.#onEnd = parts.onEnd;
    if (parts.keepTransactionsAlive)
      this.#keepAlive = new KeepAlive(parts.manager.clock, () => this.#run(() => this.#api.status(this.#handle.card)));
    this.#transactions = new ConnectionTransactions({
      begin: (signal) => this.#enqueue(() => this.#begin(signal), signal),
      end: (disposition) => this.#end(disposition),
      operations: this.#queue,
    });
  }

  /** The protocol in use; undefined for a direct connection. */
  get activeProtocol(): SmartCardProtocol | undefined {
    return protocolName(this.#protocol, this.#api.dialect);
  }

  transmit(sendBuffer: BytesSource, options: SmartCardTransmitOptions = {}): Promise<Uint8Array> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { protocol: wanted, signal } = options;
    const protocol = wanted === undefined ? this.#protocol : protocolBit(wanted, this.#api.dialect);
    if (protocol === 0)
      return Promise.reject(invalidStateError("a direct connection has no protocol to transmit with"));
    const command = copyBytes(sendBuffer);
    return this.#enqueue(async () => {
      const { code, bytes } = await this.#run(() => this.#api.transmit(this.#handle.card, protocol, command), signal);
      // a driver whose card is gone may answer nothing at all
      const failure = code === 0 && bytes.length < 2 ? SCARD.E_NOT_TRANSACTED : code;
      if (failure !== 0) throw this.#failed(failure, `transmit ${toHex(command.subarray(0, HEADER_LENGTH), " ")}`);
      return bytes;
    }, signal);
  }

  startTransaction(
    transaction: Parameters<SmartCardConnection["startTransaction"]>[0],
    options?: SmartCardTransactionOptions,
  ): Promise<void> {
    return this.#transactions.run(transaction, options);
  }

  async status(): Promise<SmartCardConnectionStatus> {
    const { state, protocol, answerToReset } = await this.#call("status", () => this.#api.status(this.#handle.card));
    return {
      readerName: this.#readerName,
      state: connectionState(state, protocol, this.#api.dialect),
      ...(answerToReset.length === 0 ? undefined : { answerToReset }),
    };
  }

  async control(controlCode: number, data: BytesSource, options: SmartCardCallOptions = {}): Promise<Uint8Array> {
    const input = copyBytes(data);
    const call = (): ReturnType<ScardApi["control"]> => this.#api.control(this.#handle.card, controlCode, input);
    const { bytes } = await this.#call("control", call, options.signal);
    return bytes;
  }

  async getAttribute(tag: number, options: SmartCardCallOptions = {}): Promise<Uint8Array> {
    const call = (): ReturnType<ScardApi["getAttrib"]> => this.#api.getAttrib(this.#handle.card, tag);
    const { bytes } = await this.#call("getAttribute", call, options.signal);
    return bytes;
  }

  async setAttribute(tag: number, value: BytesSource, options: SmartCardCallOptions = {}): Promise<void> {
    const bytes = copyBytes(value);
    await this.#call("setAttribute", () => this.#api.setAttrib(this.#handle.card, tag, bytes), options.signal);
  }

  /**
   * Connects the card again, in another mode or protocol, or after a reset by somebody else: SCardReconnect, which the
   * Web Smart Card API does not have. A connection that a reset had made stale is a good one afterwards.
   */
  async reconnect(
    accessMode: SmartCardAccessMode,
    options: ScardReconnectOptions = {},
  ): Promise<SmartCardProtocol | undefined> {
    const { preferredProtocols, initialization = "leave", signal } = options;
    const protocols = protocolBits(accessMode, preferredProtocols, this.#api.dialect);
    this.#stale = undefined;
    const { protocol } = await this.#call(
      "reconnect",
      () => this.#api.reconnect(this.#handle.card, SHARE_MODE[accessMode], protocols, DISPOSITION[initialization]),
      signal,
    );
    this.#protocol = protocolName(protocol, this.#api.dialect) === undefined ? 0 : protocol;
    return this.activeProtocol;
  }

  disconnect(disposition: SmartCardDisposition = "leave"): Promise<void> {
    if (this.#ended !== undefined) return this.#disconnecting ?? Promise.resolve();
    this.#ended = invalidStateError("the connection has been disconnected");
    // behind what was sent before; and all the same when the context is closed meanwhile
    const before = this.#queue.run(() => Promise.resolve()).catch(() => undefined);
    this.#disconnecting = before.then(() => this.#disconnect(disposition));
    return this.#disconnecting;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  /**
   * The context is closed: everything ends with this error. What cannot be ended goes on, and the card is given back
   * after it.
   *
   * @internal
   */
  async close(error: Error): Promise<void> {
    const isFirst = this.#ended === undefined;
    this.#ended = error;
    this.#queue.close(error);
    if (this.#queue.busy && this.#api.dialect.cancelsCalls) this.#api.cancel(this.#handle.context);
    this.#abandon?.(error);
    // an unfinished transaction may have left anything behind in the card
    if (isFirst) this.#disconnecting = this.#disconnect(this.#inTransaction ? "reset" : "leave");
    const patience = new AbortController();
    await Promise.race([
      this.#disconnecting?.catch(() => undefined),
      delay(this.#manager.clock, CLOSE_PATIENCE_MS, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
  }

  #refusal(): Error | undefined {
    return this.#ended ?? this.#stale;
  }

  /** The error of a code; remembered when nothing else will come any more. */
  #failed(code: number, command: string): Error {
    const error = handleError(code, { command, readerName: this.#readerName }, this.#api.dialect);
    if (isSmartCardError(error) && FINAL.has(error.responseCode)) this.#stale ??= error;
    return error;
  }

  #enqueue<Value>(operation: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return untilAborted(
      this.#queue.run(() => this.#perform(operation), signal),
      signal,
    );
  }

  /** Until the context is closed: what the operation calls then goes on alone, in the lane. */
  #perform<Value>(operation: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#abandon = reject;
      operation().then(resolve, reject);
    });
  }

  /** In the reader's lane, where no other connection's call is; and in a thread that can be spared. */
  #run<Outcome>(call: () => Promise<Outcome>, signal?: AbortSignal): Promise<Outcome> {
    return this.#lane.run(
      this.#owner,
      // nothing blocks who holds the transaction: it is for this that a thread is spared
      () => (this.#inTransaction ? call() : this.#manager.threads.run(call, signal)),
      signal,
    );
  }

  async #call<Outcome extends ScardOutcome>(
    command: string,
    call: () => Promise<Outcome>,
    signal?: AbortSignal,
  ): Promise<Outcome> {
    return this.#enqueue(async () => {
      const outcome = await this.#run(call, signal);
      if (outcome.code !== 0) throw this.#failed(outcome.code, command);
      return outcome;
    }, signal);
  }

  async #begin(signal: AbortSignal | undefined): Promise<void> {
    const { card, context } = this.#handle;
    const cancel = (): void => {
      if (this.#api.dialect.cancelsCalls) this.#api.cancel(context);
    };
    const { code } = await this.#run(async () => {
      signal?.addEventListener("abort", cancel, { once: true });
      try {
        const outcome = await this.#api.beginTransaction(card);
        if (outcome.code !== 0) return outcome;
        if (signal?.aborted === true || this.#ended !== undefined) {
          await this.#api.endTransaction(card, DISPOSITION.leave);
          return outcome;
        }
        this.#inTransaction = true;
        this.#lane.hold(this.#owner);
        return outcome;
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    }, signal);
    signal?.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    if (code !== 0) throw this.#failed(code, "startTransaction");
    this.#keepAlive?.start();
  }

  async #end(disposition: SmartCardDisposition): Promise<void> {
    this.#keepAlive?.stop();
    if (this.#ended !== undefined) throw this.#ended;
    try {
      const call = (): Promise<ScardOutcome> => this.#api.endTransaction(this.#handle.card, DISPOSITION[disposition]);
      const { code } = await this.#queue.run(() => this.#run(call));
      if (code !== 0) throw this.#failed(code, "startTransaction");
    } finally {
      this.#leaveTransaction();
    }
  }

  #leaveTransaction(): void {
    this.#inTransaction = false;
    this.#lane.release(this.#owner);
  }

  async #disconnect(disposition: SmartCardDisposition): Promise<void> {
    this.#keepAlive?.stop();
    let code: number;
    try {
      code = await this.#run(async () => {
        if (this.#inTransaction) await this.#api.endTransaction(this.#handle.card, DISPOSITION.leave);
        return closeCard(this.#api, this.#handle, DISPOSITION[disposition]);
      });
    } finally {
      this.#leaveTransaction();
      this.#manager.leaveLane(this.#readerName);
      this.#onEnd(this);
    }
    if (code === 0) return;
    const call = { command: "disconnect", readerName: this.#readerName };
    const error = handleError(code, call, this.#api.dialect);
    // a card that is gone already needs no disconnecting
    if (!isSmartCardError(error) || !FINAL.has(error.responseCode)) throw callError(code, call, this.#api.dialect);
  }
}
