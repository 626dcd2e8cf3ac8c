import { SCARD } from "@cardwire/ioctl";
import { establishError } from "./errors.ts";
import { type ScardApi, type ScardHandle, type ScardOutcome } from "./scard-api.ts";

/** What a context that is as it should be answers to a list, a look and a wait. */
const FORESEEN: ReadonlySet<number> = new Set([
  SCARD.S_SUCCESS,
  SCARD.E_TIMEOUT,
  SCARD.E_CANCELLED,
  SCARD.E_NO_READERS_AVAILABLE,
  SCARD.E_UNKNOWN_READER,
  SCARD.E_READER_UNAVAILABLE,
]);

/** How many new contexts one call may use up. */
const MOST_CONTEXTS = 3;

/**
 * One SCARDCONTEXT, established when it is first needed, and again when the resource manager has been away: Windows stops
 * its service with the last reader, and a context does not outlive its service.
 */
export class ServiceContext {
  readonly #api: ScardApi;
  #context: Promise<ScardHandle> | undefined;

  constructor(api: ScardApi) {
    this.#api = api;
  }

  /**
   * Makes a call with the context. A context whose answer is not one of a good context is replaced by a new one: its
   * resource manager has been away; or it is one of pcsc-lite 2.5, whose library takes an event that comes at the wrong
   * moment for the answer to its question, and is out of step from then on.
   *
   * @throws SmartCardError "no-service" when there is no resource manager.
   */
  async run<Outcome extends ScardOutcome>(call: (context: ScardHandle) => Promise<Outcome>): Promise<Outcome> {
    let newContexts = 0;
    for (;;) {
      if (this.#context === undefined) newContexts++;
      this.#context ??= this.#establish();
      const establishing = this.#context;
      const outcome = await call(await establishing);
      if (FORESEEN.has(outcome.code)) return outcome;
      await this.#drop(establishing);
      if (newContexts === MOST_CONTEXTS) return outcome;
    }
  }

  /** Gives the context back. The next call establishes another. */
  async release(): Promise<void> {
    const context = this.#context;
    if (context !== undefined) await this.#drop(context);
  }

  async #establish(): Promise<ScardHandle> {
    try {
      const { code, context } = await this.#api.establishContext();
      if (code !== 0) throw establishError(code, this.#api.dialect);
      return context;
    } catch (error) {
      this.#context = undefined;
      throw error;
    }
  }

  async #drop(establishing: Promise<ScardHandle>): Promise<void> {
    if (this.#context === establishing) this.#context = undefined;
    const context = await establishing.catch(() => undefined);
    if (context !== undefined) await this.#api.releaseContext(context);
  }
}
