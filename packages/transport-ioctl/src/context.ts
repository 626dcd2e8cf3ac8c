import {
  abortReason,
  invalidStateError,
  PNP_NOTIFICATION,
  type SmartCardAccessMode,
  type SmartCardConnectOptions,
  type SmartCardConnectResult,
  type SmartCardContext,
  type SmartCardEvent,
  type SmartCardGetStatusChangeOptions,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
  type SmartCardWatchOptions,
  untilAborted,
  watchReaders,
} from "@cardwire/core";
import type { IoctlConnection } from "./connection.ts";
import { scardError } from "./errors.ts";
import { reportPnp, reportReader } from "./reader-flags.ts";
import type { ResourceManager } from "./resource-manager.ts";

export class IoctlContext implements SmartCardContext {
  readonly #manager: ResourceManager;
  readonly #left: () => void;
  readonly #connections = new Set<IoctlConnection>();
  /** The calls that wait, each with the signal that ends it. */
  readonly #waiting = new Set<AbortController>();
  #refusal: Error | undefined;
  #closed: Promise<void> | undefined;

  /** @param left told when the context has been closed. */
  constructor(manager: ResourceManager, left: () => void) {
    this.#manager = manager;
    this.#left = left;
  }

  listReaders(): Promise<string[]> {
    return this.#while(undefined, async (signal) => {
      await untilAborted(this.#manager.ready(), signal);
      return this.#manager.readerNames;
    });
  }

  getStatusChange(
    readerStates: readonly SmartCardReaderStateIn[],
    options: SmartCardGetStatusChangeOptions = {},
  ): Promise<SmartCardReaderStateOut[]> {
    const asked = [...readerStates];
    return this.#while(options.signal, async (signal) => {
      await untilAborted(this.#manager.ready(), signal);
      const names = this.#manager.readerNames;
      for (const { readerName, currentState } of asked)
        if (readerName !== PNP_NOTIFICATION && currentState.ignore !== true && !names.includes(readerName))
          throw scardError("E_UNKNOWN_READER", readerName, "getStatusChange");
      return this.#nextChange(asked, names.length, options.timeout, signal);
    });
  }

  /** @param readerCount what a caller of the pseudo reader who gives no count knows. */
  async #nextChange(
    asked: readonly SmartCardReaderStateIn[],
    readerCount: number,
    timeoutMs: number | undefined,
    signal: AbortSignal,
  ): Promise<SmartCardReaderStateOut[]> {
    // aborted since it was looked at last: no event will tell of that any more
    signal.throwIfAborted();
    const manager = this.#manager;
    const report = (): SmartCardReaderStateOut[] =>
      asked.map((state) =>
        state.readerName === PNP_NOTIFICATION && state.currentState.ignore !== true
          ? reportPnp(state.readerName, state.currentCount ?? readerCount, manager.readerNames.length)
          : reportReader(state, manager.snapshot(state.readerName)),
      );
    const states = report();
    if (states.every(({ eventState }) => eventState.ignore) || states.some(({ eventState }) => eventState.changed))
      return states;
    const [first] = asked;
    const timeUp = (): Error => scardError("E_TIMEOUT", first?.readerName ?? "", "getStatusChange");
    if (timeoutMs !== undefined && timeoutMs <= 0) throw timeUp();
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        unsubscribe();
        cancelTimeout?.();
        signal.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        leave();
        reject(abortReason(signal));
      };
      const unsubscribe = manager.onChange(() => {
        if (manager.failure !== undefined) {
          leave();
          reject(manager.failure);
          return;
        }
        const now = report();
        if (!now.some(({ eventState }) => eventState.changed)) return;
        leave();
        resolve(now);
      });
      const cancelTimeout =
        timeoutMs === undefined || !Number.isFinite(timeoutMs)
          ? undefined
          : manager.clock.schedule(timeoutMs, () => {
              leave();
              reject(timeUp());
            });
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  connect(
    readerName: string,
    accessMode: SmartCardAccessMode,
    options: SmartCardConnectOptions = {},
  ): Promise<SmartCardConnectResult> {
    const { preferredProtocols, signal: outer } = options;
    return this.#while(outer, async (signal) => {
      await untilAborted(this.#manager.ready(), signal);
      const reader = this.#manager.reader(readerName);
      if (reader === undefined) throw scardError("E_UNKNOWN_READER", readerName, "connect");
      const connecting = reader.connect(readerName, accessMode, preferredProtocols, signal);
      const connection = await untilAborted(connecting, signal);
      if (this.#refusal !== undefined) {
        await connection.disconnect();
        throw this.#refusal;
      }
      this.#connections.add(connection);
      connection.onEnded = () => this.#connections.delete(connection);
      const { activeProtocol } = connection;
      return activeProtocol === undefined ? { connection } : { connection, activeProtocol };
    });
  }

  watch(options: SmartCardWatchOptions = {}): AsyncIterableIterator<SmartCardEvent> {
    return watchReaders(this, { ...options, clock: this.#manager.clock });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const refusal = invalidStateError("the context is closed");
    this.#refusal = refusal;
    for (const waiting of [...this.#waiting]) waiting.abort(refusal);
    const connections = [...this.#connections];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.abandon(refusal)));
    this.#left();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Runs a call that ends with the caller's signal, with that signal's reason, and with the context. */
  async #while<Value>(outer: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    if (this.#refusal !== undefined) throw this.#refusal;
    outer?.throwIfAborted();
    const own = new AbortController();
    const abort = (): void => {
      if (outer !== undefined) own.abort(abortReason(outer));
    };
    outer?.addEventListener("abort", abort, { once: true });
    this.#waiting.add(own);
    try {
      return await call(own.signal);
    } finally {
      this.#waiting.delete(own);
      outer?.removeEventListener("abort", abort);
    }
  }
}
