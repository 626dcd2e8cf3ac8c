import { UsageError } from "./errors.ts";
import { invalidStateError } from "./smart-card-error.ts";
import { type SmartCardConnection, type SmartCardDisposition, type SmartCardTransactionOptions } from "./smart-card.ts";

/** What a transport knows of its own transactions. */
export interface TransactionSteps {
  /** Takes the reader. The signal ends the wait for somebody else's transaction. */
  begin(signal: AbortSignal | undefined): Promise<void>;
  /** Gives the reader back, after what it is told to do with the card. */
  end(disposition: SmartCardDisposition): Promise<void>;
  /** The connection's operations that run or wait: a `SerialQueue`. */
  readonly operations: { readonly busy: boolean; idle(): Promise<void> };
}

type TransactionCallback = Parameters<SmartCardConnection["startTransaction"]>[0];

const DISPOSITIONS: ReadonlySet<unknown> = new Set<SmartCardDisposition>(["leave", "reset", "unpower", "eject"]);

/**
 * `startTransaction` of the Web Smart Card API for one connection: the callback's promise decides how the transaction
 * ends, and it ends whatever happens in the callback.
 *
 * One connection has one transaction at a time. A second is rejected and not queued: inside a callback that waits for it,
 * it would wait for ever.
 */
export class ConnectionTransactions {
  readonly #steps: TransactionSteps;
  #active = false;

  constructor(steps: TransactionSteps) {
    this.#steps = steps;
  }

  /** True from the call of {@link run} until the reader has been given back. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * Ends with the disposition that the callback resolves to, "leave" for undefined. Ends with "reset" when the callback
   * rejects, and rejects with its reason. When the callback returns while an operation of the connection still runs, the
   * transaction ends after that, and this rejects with an InvalidStateError.
   */
  async run(transaction: TransactionCallback, options: SmartCardTransactionOptions = {}): Promise<void> {
    if (this.#active) throw invalidStateError("this connection has a transaction already");
    this.#active = true;
    try {
      await this.#steps.begin(options.signal);
      await this.#perform(transaction);
    } finally {
      this.#active = false;
    }
  }

  async #perform(transaction: TransactionCallback): Promise<void> {
    const { operations } = this.#steps;
    let failure: { readonly reason: unknown } | undefined;
    let disposition: SmartCardDisposition = "reset";
    try {
      const wanted = (await transaction()) ?? "leave";
      if (!DISPOSITIONS.has(wanted)) throw new UsageError(`a transaction cannot end with "${wanted}"`);
      disposition = wanted;
    } catch (reason) {
      failure = { reason };
    }
    if (operations.busy) {
      failure ??= {
        reason: invalidStateError("the transaction's callback returned while an operation of its was running"),
      };
      await operations.idle();
    }
    try {
      await this.#steps.end(disposition);
    } catch (reason) {
      failure ??= { reason };
    }
    if (failure !== undefined) throw failure.reason;
  }
}
