import {
  abortReason,
  type Clock,
  invalidStateError,
  type SmartCardAccessMode,
  type SmartCardConnectOptions,
  type SmartCardContext,
  type SmartCardEvent,
  type SmartCardGetStatusChangeOptions,
  type SmartCardProtocol,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
  type SmartCardWatchOptions,
  systemClock,
  untilAborted,
  watchReaders,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { type CardHandle, closeCard, openCard } from "./card-handle.ts";
import { ScardConnection } from "./connection.ts";
import { callError } from "./errors.ts";
import { LinkedSignal } from "./linked-signal.ts";
import { type ResourceManager, resourceManagerOf } from "./resource-manager.ts";
import { type ScardApi } from "./scard-api.ts";
import { statusChange } from "./status-change.ts";
import { DISPOSITION, protocolBits, protocolName, SHARE_MODE } from "./terms/call-terms.ts";

/** How a context behaves. */
export interface ScardContextOptions {
  /**
   * Keeps transactions from being idle. Windows resets a card when its transaction has been idle for five seconds; with
   * this the card's status is asked for every two seconds meanwhile. Off unless given: a program that forgets to end a
   * transaction keeps every other away from the card.
   */
  readonly keepTransactionsAlive?: boolean;
  /** The host's own unless given. */
  readonly clock?: Clock;
}

/** What {@link ScardContext.connect} resolves to. */
export interface ScardConnectResult {
  readonly connection: ScardConnection;
  readonly activeProtocol?: SmartCardProtocol;
}

/**
 * The readers of the resource manager behind a {@link ScardApi}. Making one calls nothing. All contexts over one API
 * share what waits for changes, and every card connection has a SCARDCONTEXT of its own: no call holds up another.
 * Nothing keeps the process alive but calls that are waited for.
 */
export class ScardContext implements SmartCardContext {
  readonly #load: () => Promise<ScardApi>;
  readonly #clock: Clock;
  readonly #keepTransactionsAlive: boolean;
  readonly #connections = new Set<ScardConnection>();
  readonly #closing = new AbortController();
  #cancelling = new AbortController();
  #manager: Promise<ResourceManager> | undefined;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(load: () => Promise<ScardApi>, options: ScardContextOptions = {}) {
    this.#load = load;
    this.#clock = options.clock ?? systemClock;
    this.#keepTransactionsAlive = options.keepTransactionsAlive ?? false;
  }

  async listReaders(): Promise<string[]> {
    const manager = await this.#open();
    return [...(await this.#untilClosed(manager.listReaders()))];
  }

  async getStatusChange(
    readerStates: readonly SmartCardReaderStateIn[],
    options: SmartCardGetStatusChangeOptions = {},
  ): Promise<SmartCardReaderStateOut[]> {
    options.signal?.throwIfAborted();
    const manager = await this.#open();
    return statusChange(manager, readerStates, options, [this.#closing.signal, this.#cancelling.signal]);
  }

  async connect(
    readerName: string,
    accessMode: SmartCardAccessMode,
    options: SmartCardConnectOptions = {},
  ): Promise<ScardConnectResult> {
    const { preferredProtocols, signal } = options;
    signal?.throwIfAborted();
    const manager = await this.#open();
    const { dialect } = manager.api;
    const request = {
      readerName,
      shareMode: SHARE_MODE[accessMode],
      protocols: protocolBits(accessMode, preferredProtocols, dialect),
    };
    const owner = {};
    const lane = manager.enterLane(readerName);
    const linked = new LinkedSignal([signal, this.#closing.signal]);
    const opening = lane.run(
      owner,
      () => manager.threads.run(() => openCard(manager.api, request, linked.signal), linked.signal),
      linked.signal,
    );
    let handle: CardHandle;
    try {
      handle = await untilAborted(opening, linked.signal);
    } catch (error) {
      // a card that is connected when nobody waits for it any more
      const late = opening.then((unwanted) =>
        lane.run(owner, () => closeCard(manager.api, unwanted, DISPOSITION.leave)),
      );
      void late
        .catch(() => undefined)
        .finally(() => {
          manager.leaveLane(readerName);
        });
      throw error;
    } finally {
      linked.unlink();
    }
    // a reader whose protocol nobody asked for may tell the one of somebody else's connection
    const isNone = accessMode === "direct" && preferredProtocols === undefined;
    const protocol = isNone || protocolName(handle.protocol, dialect) === undefined ? 0 : handle.protocol;
    const connection = new ScardConnection({
      manager,
      lane,
      owner,
      readerName,
      handle,
      protocol,
      keepTransactionsAlive: this.#keepTransactionsAlive,
      onEnd: (ended) => this.#connections.delete(ended),
    });
    if (this.#closing.signal.aborted) {
      const error = abortReason(this.#closing.signal);
      await connection.close(error);
      throw error;
    }
    this.#connections.add(connection);
    const { activeProtocol } = connection;
    return activeProtocol === undefined ? { connection } : { connection, activeProtocol };
  }

  /** Ends every `getStatusChange` that waits, with SCARD_E_CANCELLED: SCardCancel. */
  cancel(): void {
    const cancelling = this.#cancelling;
    this.#cancelling = new AbortController();
    cancelling.abort(callError(SCARD.E_CANCELLED, { command: "getStatusChange" }, { platform: "windows" }));
  }

  watch(options: SmartCardWatchOptions = {}): AsyncIterableIterator<SmartCardEvent> {
    return watchReaders(this, { ...options, clock: this.#clock });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const error = invalidStateError("the context has been closed");
    this.#closing.abort(error);
    const connections = [...this.#connections];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.close(error)));
    const manager = await this.#manager?.catch(() => undefined);
    await manager?.release();
  }

  async #open(): Promise<ResourceManager> {
    this.#closing.signal.throwIfAborted();
    this.#manager ??= this.#load().then(
      (api) => {
        const manager = resourceManagerOf(api, this.#clock);
        manager.retain();
        return manager;
      },
      (error: unknown) => {
        this.#manager = undefined;
        throw error;
      },
    );
    const manager = await this.#manager;
    this.#closing.signal.throwIfAborted();
    return manager;
  }

  #untilClosed<Value>(promise: Promise<Value>): Promise<Value> {
    return untilAborted(promise, this.#closing.signal);
  }
}

/** A context over the functions of the PC/SC API. They may be loaded when the first of them is called. */
export function createScardContext(
  api: ScardApi | (() => Promise<ScardApi>),
  options: ScardContextOptions = {},
): ScardContext {
  return new ScardContext(typeof api === "function" ? api : () => Promise.resolve(api), options);
}
