import {
  abortReason,
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
  untilAborted,
  watchReaders,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { ChangeLink } from "./change-link.ts";
import { PcscliteConnection } from "./connection.ts";
import { callError } from "./errors.ts";
import { retryIfLost } from "./handshake.ts";
import { openCard } from "./open-card.ts";
import { StateLink } from "./state-link.ts";
import { statusChange } from "./status-change.ts";

/** Where pcscd is, and how patient to be. */
export interface PcscliteOptions {
  /** pcscd's Unix socket; the environment's PCSCLITE_CSOCK_NAME, or /run/pcscd/pcscd.comm, unless given. */
  readonly socketPath?: string;
  /**
   * Whether a call waits while another program holds a transaction on the card, or is refused with
   * "sharing-violation". It waits, unless the environment has PCSCLITE_NO_BLOCKING, as with pcsc-lite's own library.
   */
  readonly waitForOthers?: boolean;
}

/** What {@link PcscliteContext.connect} resolves to. */
export interface PcscliteConnectResult {
  readonly connection: PcscliteConnection;
  readonly activeProtocol?: SmartCardProtocol;
}

const DEFAULT_SOCKET = "/run/pcscd/pcscd.comm";

/**
 * The readers of a running pcscd. Making one does nothing; each call connects as far as it needs to, and calls again
 * when pcscd has been away. Every card connection has a connection to pcscd of its own, and so has the wait for changes:
 * no call holds up another. Nothing keeps the process alive but calls that are waited for.
 */
export class PcscliteContext implements SmartCardContext {
  readonly #path: string;
  readonly #waitForOthers: boolean;
  readonly #states: StateLink;
  readonly #changes: ChangeLink;
  readonly #connections = new Set<PcscliteConnection>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: PcscliteOptions = {}) {
    const { env } = process;
    this.#path = options.socketPath ?? env["PCSCLITE_CSOCK_NAME"] ?? DEFAULT_SOCKET;
    this.#waitForOthers = options.waitForOthers ?? env["PCSCLITE_NO_BLOCKING"] === undefined;
    this.#states = new StateLink(this.#path);
    this.#changes = new ChangeLink(this.#path);
  }

  async listReaders(): Promise<string[]> {
    this.#refuseClosed();
    const readers = await this.#states.readerStates();
    return readers.map(({ name }) => name);
  }

  async getStatusChange(
    readerStates: readonly SmartCardReaderStateIn[],
    options: SmartCardGetStatusChangeOptions = {},
  ): Promise<SmartCardReaderStateOut[]> {
    this.#refuseClosed();
    options.signal?.throwIfAborted();
    return statusChange({ states: this.#states, changes: this.#changes }, readerStates, options);
  }

  async connect(
    readerName: string,
    accessMode: SmartCardAccessMode,
    options: SmartCardConnectOptions = {},
  ): Promise<PcscliteConnectResult> {
    this.#refuseClosed();
    const { preferredProtocols, signal } = options;
    signal?.throwIfAborted();
    const opened = await retryIfLost(this.#states.connected, () =>
      openCard({
        path: this.#path,
        daemon: untilAborted(this.#states.daemon(), signal),
        readerName,
        accessMode,
        preferredProtocols,
        signals: signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal],
        onOtherVersion: (error) => {
          this.#states.drop(error);
        },
      }),
    );
    const connection = new PcscliteConnection({
      ...opened,
      states: this.#states,
      readerName,
      waitForOthers: this.#waitForOthers,
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
    this.#changes.drop(callError(SCARD.E_CANCELLED, { command: "getStatusChange" }));
  }

  watch(options?: SmartCardWatchOptions): AsyncIterableIterator<SmartCardEvent> {
    return watchReaders(this, options);
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
    this.#changes.drop(error);
    this.#states.drop(error);
    const connections = [...this.#connections];
    this.#connections.clear();
    await Promise.all(connections.map((connection) => connection.close(error)));
  }

  #refuseClosed(): void {
    this.#closing.signal.throwIfAborted();
  }
}

/** A context over the pcscd that runs on this machine. It connects to nothing before it is asked for something. */
export function createPcscliteContext(options: PcscliteOptions = {}): PcscliteContext {
  return new PcscliteContext(options);
}
