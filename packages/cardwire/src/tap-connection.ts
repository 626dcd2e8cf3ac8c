import {
  type BytesSource,
  invalidStateError,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardContext,
  type SmartCardDisposition,
  type SmartCardError,
  type SmartCardOtherError,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
} from "@cardwire/core";
import { SCARD, smartCardErrorFromCode } from "@cardwire/ioctl";

/**
 * A shared connection that is made when it is first needed. Once made it is never made again: a card that was removed,
 * or reset by somebody else, leaves a connection that says so for ever. A connect that failed (another program holds
 * the card) is tried again by the next call.
 */
export class TapConnection implements SmartCardConnection {
  readonly #context: SmartCardContext;
  readonly #reader: string;
  readonly #leaving = new AbortController();
  #connecting: Promise<SmartCardConnection> | undefined;
  #end: "removed" | "closed" | undefined;
  /** Of this connection, that are running. */
  #transactions = 0;

  constructor(context: SmartCardContext, reader: string) {
    this.#context = context;
    this.#reader = reader;
  }

  /** Aborted when the card has been removed or the connection closed. */
  get gone(): AbortSignal {
    return this.#leaving.signal;
  }

  /** The card has been taken away: whatever waits for it gives up. */
  cardRemoved(): void {
    this.#finish("removed");
  }

  /** Connects, if that has not happened yet. */
  async open(): Promise<void> {
    await this.#connect();
  }

  async transmit(sendBuffer: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array> {
    return (await this.#connect()).transmit(sendBuffer, options);
  }

  async startTransaction(
    // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- as in the contract
    transaction: () => Promise<SmartCardDisposition | undefined | void>,
    options?: SmartCardTransactionOptions,
  ): Promise<void> {
    const connection = await this.#connect();
    await connection.startTransaction(async () => {
      this.#transactions++;
      try {
        return await transaction();
      } finally {
        this.#transactions--;
      }
    }, options);
  }

  /**
   * Runs work in a transaction, unless one is running already: so that no other program comes between commands that
   * belong together. Work that fails does not reset the card.
   */
  async together<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#transactions > 0) return work();
    let outcome: { readonly value: Result } | { readonly error: unknown } | undefined;
    try {
      await this.startTransaction(
        async () => {
          try {
            outcome = { value: await work() };
          } catch (error) {
            outcome = { error };
          }
        },
        { signal: signal === undefined ? this.gone : AbortSignal.any([signal, this.gone]) },
      );
    } catch (error) {
      // what the work says of a card that was pulled says more than that the transaction could not be ended
      if (outcome === undefined || "value" in outcome)
        throw this.#end === undefined ? error : this.#endError(this.#end, error);
    }
    if (outcome === undefined) throw invalidStateError("the transaction did not run", { readerName: this.#reader });
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  async status(): Promise<SmartCardConnectionStatus> {
    return (await this.#connect()).status();
  }

  async control(controlCode: number, data: BytesSource, options?: SmartCardCallOptions): Promise<Uint8Array> {
    return (await this.#connect()).control(controlCode, data, options);
  }

  async getAttribute(tag: number, options?: SmartCardCallOptions): Promise<Uint8Array> {
    return (await this.#connect()).getAttribute(tag, options);
  }

  async setAttribute(tag: number, value: BytesSource, options?: SmartCardCallOptions): Promise<void> {
    return (await this.#connect()).setAttribute(tag, value, options);
  }

  async disconnect(disposition?: SmartCardDisposition): Promise<void> {
    this.#finish("closed");
    const connecting = this.#connecting;
    if (connecting === undefined) return;
    let connection: SmartCardConnection;
    try {
      connection = await connecting;
    } catch {
      return; // never connected: whoever asked for the connection was told why
    }
    await connection.disconnect(disposition);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect("leave");
  }

  #finish(end: "removed" | "closed"): void {
    this.#end ??= end;
    this.#leaving.abort();
  }

  async #connect(): Promise<SmartCardConnection> {
    if (this.#end !== undefined) throw this.#endError(this.#end);
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#open();
    this.#connecting = connecting;
    try {
      return await connecting;
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
  }

  async #open(): Promise<SmartCardConnection> {
    try {
      const { connection } = await this.#context.connect(this.#reader, "shared", {
        preferredProtocols: ["t1", "t0"],
        signal: this.gone,
      });
      return connection;
    } catch (error) {
      throw this.#end === undefined ? error : this.#endError(this.#end, error);
    }
  }

  #endError(end: "removed" | "closed", cause?: unknown): SmartCardError | SmartCardOtherError {
    const details = { readerName: this.#reader, cause };
    return end === "removed"
      ? smartCardErrorFromCode(SCARD.W_REMOVED_CARD, details)
      : invalidStateError("this tap has been closed", details);
  }
}
