import { type BytesSource } from "./bytes.ts";
import { invalidStateError } from "./smart-card-error.ts";
import {
  type SmartCardAccessMode,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardConnectOptions,
  type SmartCardConnectResult,
  type SmartCardContext,
  type SmartCardDisposition,
  type SmartCardEvent,
  type SmartCardGetStatusChangeOptions,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
  type SmartCardWatchOptions,
} from "./smart-card.ts";

/**
 * The same context with the manners of the draft: where we queue a call that overlaps another of the same context, this
 * rejects it with an InvalidStateError; so it does with the calls of other connections to a reader in which a connection
 * of this context holds a transaction, and with every call of a connection that is disconnected. For testing that a
 * program will run on `navigator.smartCard`.
 *
 * `watch`, `close` and `Symbol.asyncDispose`, which the draft does not have, are handed through.
 */
export function strict(context: SmartCardContext): SmartCardContext {
  return new StrictContext(context);
}

/** What the draft keeps per context. */
class ContextState {
  #operations = 0;
  #idle: (() => void)[] = [];
  /** [[activeReaderTransactions]] */
  readonly transactions = new Map<string, StrictConnection>();

  get busy(): boolean {
    return this.#operations > 0;
  }

  /** @throws SmartCardOtherError InvalidStateError when there is one already. */
  begin(): void {
    if (this.busy) throw invalidStateError("an operation of this context is in progress");
    this.#operations++;
  }

  /** For the end of a transaction, which nobody can refuse. */
  beginAnyway(): void {
    this.#operations++;
  }

  end(): void {
    this.#operations--;
    if (!this.busy) for (const resolve of this.#idle.splice(0)) resolve();
  }

  idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  async run<Value>(operation: () => Promise<Value>): Promise<Value> {
    this.begin();
    try {
      return await operation();
    } finally {
      this.end();
    }
  }
}

class StrictContext implements SmartCardContext {
  readonly #inner: SmartCardContext;
  readonly #state = new ContextState();

  constructor(inner: SmartCardContext) {
    this.#inner = inner;
  }

  listReaders(): Promise<string[]> {
    return this.#state.run(() => this.#inner.listReaders());
  }

  getStatusChange(
    readerStates: readonly SmartCardReaderStateIn[],
    options?: SmartCardGetStatusChangeOptions,
  ): Promise<SmartCardReaderStateOut[]> {
    return this.#state.run(() => this.#inner.getStatusChange(readerStates, options));
  }

  async connect(
    readerName: string,
    accessMode: SmartCardAccessMode,
    options?: SmartCardConnectOptions,
  ): Promise<SmartCardConnectResult> {
    if (this.#state.transactions.has(readerName)) throw inTransaction(readerName);
    const { connection, ...rest } = await this.#state.run(() => this.#inner.connect(readerName, accessMode, options));
    return { connection: new StrictConnection(connection, readerName, this.#state), ...rest };
  }

  watch(options?: SmartCardWatchOptions): AsyncIterableIterator<SmartCardEvent> {
    return this.#inner.watch(options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner[Symbol.asyncDispose]();
  }
}

class StrictConnection implements SmartCardConnection {
  readonly #inner: SmartCardConnection;
  readonly #readerName: string;
  readonly #state: ContextState;
  #connected = true;

  constructor(inner: SmartCardConnection, readerName: string, state: ContextState) {
    this.#inner = inner;
    this.#readerName = readerName;
    this.#state = state;
  }

  async disconnect(disposition?: SmartCardDisposition): Promise<void> {
    await this.#run(() => this.#inner.disconnect(disposition));
    this.#connected = false;
  }

  transmit(sendBuffer: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array> {
    return this.#run(() => this.#inner.transmit(sendBuffer, options));
  }

  async startTransaction(
    transaction: Parameters<SmartCardConnection["startTransaction"]>[0],
    options?: SmartCardTransactionOptions,
  ): Promise<void> {
    const state = this.#state;
    if (state.busy) throw invalidStateError("an operation of this context is in progress");
    if (state.transactions.has(this.#readerName)) throw inTransaction(this.#readerName);
    this.#check();
    const callback = { overlapped: false };
    state.begin();
    try {
      await this.#inner.startTransaction(async () => {
        state.transactions.set(this.#readerName, this);
        state.end();
        try {
          return await transaction();
        } finally {
          // the inner connection sees its own operations only, the draft all of the context
          callback.overlapped = state.busy;
          await state.idle();
          state.beginAnyway();
        }
      }, options);
    } finally {
      state.transactions.delete(this.#readerName);
      state.end();
    }
    if (callback.overlapped)
      throw invalidStateError("the transaction's callback returned while an operation of the context was running");
  }

  status(): Promise<SmartCardConnectionStatus> {
    return this.#run(() => this.#inner.status());
  }

  control(controlCode: number, data: BytesSource, options?: SmartCardCallOptions): Promise<Uint8Array> {
    return this.#run(() => this.#inner.control(controlCode, data, options));
  }

  getAttribute(tag: number, options?: SmartCardCallOptions): Promise<Uint8Array> {
    return this.#run(() => this.#inner.getAttribute(tag, options));
  }

  setAttribute(tag: number, value: BytesSource, options?: SmartCardCallOptions): Promise<void> {
    return this.#run(() => this.#inner.setAttribute(tag, value, options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#inner[Symbol.asyncDispose]();
  }

  #check(): void {
    const holder = this.#state.transactions.get(this.#readerName);
    if (holder !== undefined && holder !== this) throw inTransaction(this.#readerName);
    if (!this.#connected) throw invalidStateError("the connection is disconnected", { readerName: this.#readerName });
  }

  #run<Value>(operation: () => Promise<Value>): Promise<Value> {
    return this.#state.run(() => {
      this.#check();
      return operation();
    });
  }
}

function inTransaction(readerName: string): Error {
  return invalidStateError("a connection of this context holds a transaction in this reader", { readerName });
}
