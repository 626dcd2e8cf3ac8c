import { type ScardApi, type ScardHandle, type ScardOutcome } from "./scard-api.ts";
import { callError, tellsLostService } from "./errors.ts";

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
   * Makes a call with the context. A context from before that turns out to be lost is replaced by a new one, once.
   *
   * @throws SmartCardError "no-service" when there is no resource manager.
   */
  async run<Outcome extends ScardOutcome>(call: (context: ScardHandle) => Promise<Outcome>): Promise<Outcome> {
    for (;;) {
      const isNew = this.#context === undefined;
      this.#context ??= this.#establish();
      const establishing = this.#context;
      const context = await establishing;
      const outcome = await call(context);
      if (outcome.code === 0 || !(await this.#isLost(context, outcome.code))) return outcome;
      await this.#drop(establishing);
      if (isNew) return outcome;
    }
  }

  /** Gives the context back. The next call establishes another. */
  async release(): Promise<void> {
    const context = this.#context;
    if (context !== undefined) await this.#drop(context);
  }

  /** Codes of the transport below (RPC on Windows) are many: the context itself tells whether it is good still. */
  async #isLost(context: ScardHandle, code: number): Promise<boolean> {
    if (tellsLostService(code)) return true;
    const isScardCode = code >>> 16 === 0x8010;
    return !isScardCode && (await this.#api.isValidContext(context)).code !== 0;
  }

  async #establish(): Promise<ScardHandle> {
    try {
      const { code, context } = await this.#api.establishContext();
      if (code !== 0) throw callError(code, { command: "establishContext" }, this.#api.dialect);
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
