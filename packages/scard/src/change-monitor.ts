import { type Clock, delay, PNP_NOTIFICATION } from "@cardwire/core";
import { SCARD, SCARD_STATE } from "@cardwire/ioctl";
import { type ScardApi, type ScardHandle, type ScardReaderAnswer, type ScardReaderQuestion } from "./scard-api.ts";
import { callError, serviceLostError, tellsLostService } from "./errors.ts";
import { ServiceContext } from "./service-context.ts";
import { type ScardThreads } from "./threads.ts";

/** Called once: with nothing when something has changed, with the error that ended the wait otherwise. */
export type ChangeCallback = (error?: Error) => void;

/**
 * How long one SCardGetStatusChange may wait. It takes a thread of the host's pool, and a process that ends waits for it:
 * SCardCancel ends it before, but may come a moment too early to be heard.
 */
export const SLICE_MS = 1_000;
/** How long to pause after waits that ended at once with nothing new, as Wine's do. */
const IDLE_BACK_OFF = { firstMs: 10, longestMs: 250 };
/** How soon a cancel that was not heard is repeated. */
const CANCEL_AGAIN_MS = 20;

interface Slice {
  readonly code: number;
  readonly questions: readonly ScardReaderQuestion[];
  readonly answers: readonly ScardReaderAnswer[];
}

const CALL = { command: "getStatusChange" };

/**
 * The one SCardGetStatusChange that waits, for all who want to know whether something has changed at any reader. It tells
 * that, and not what: who is told looks again. Nothing waits while nobody listens.
 */
export class ChangeMonitor {
  readonly #api: ScardApi;
  readonly #threads: ScardThreads;
  readonly #clock: Clock;
  readonly #service: ServiceContext;
  readonly #listeners = new Set<ChangeCallback>();
  /** dwCurrentState of each reader, and of the pseudo reader, as the next wait takes it. */
  #known = new Map<string, number>();
  #pnpIsKnown = true;
  #running: Promise<void> | undefined;
  /** Set while SCardGetStatusChange runs. */
  #waiting: ScardHandle | undefined;
  /** Ends the pauses between waits. */
  #pausing: AbortController | undefined;
  #cancelAgain: (() => void) | undefined;

  constructor(api: ScardApi, threads: ScardThreads, clock: Clock) {
    this.#api = api;
    this.#threads = threads;
    this.#clock = clock;
    this.#service = new ServiceContext(api);
  }

  /** Calls back at the next change after this call, or sooner. Gives what ends the subscription. */
  subscribe(callback: ChangeCallback): () => void {
    this.#listeners.add(callback);
    this.#running ??= this.#run();
    return () => {
      this.#listeners.delete(callback);
      if (this.#listeners.size === 0) this.#interrupt();
    };
  }

  /** Waits until nothing runs any more, and gives the context back; unless somebody listens again. */
  async release(): Promise<void> {
    await this.#running;
    if (this.#running === undefined) await this.#service.release();
  }

  #tell(error?: Error): void {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const callback of listeners) callback(error);
  }

  async #run(): Promise<void> {
    let inVain = 0;
    try {
      while (this.#listeners.size > 0) {
        const startedAt = this.#clock.now();
        if (await this.#wait()) {
          inVain = 0;
          this.#tell();
        } else if (this.#clock.now() - startedAt >= IDLE_BACK_OFF.longestMs) inVain = 0;
        else if (this.#listeners.size > 0)
          await this.#pause(Math.min(IDLE_BACK_OFF.firstMs * 2 ** inVain++, IDLE_BACK_OFF.longestMs));
      }
    } catch (error) {
      this.#known.clear();
      this.#tell(error as Error);
    } finally {
      this.#running = undefined;
      if (this.#listeners.size > 0) this.#running = this.#run();
    }
  }

  /** Waits, no longer than a slice. True when something is new. */
  async #wait(): Promise<boolean> {
    let refused = "";
    for (;;) {
      const { code, questions, answers } = await this.#service.run((context) => this.#slice(context));
      if (code === SCARD.E_CANCELLED) return false;
      if (code === 0 || code === SCARD.E_TIMEOUT || code === SCARD.E_NO_READERS_AVAILABLE)
        return this.#learn(questions, answers);
      if (tellsLostService(code)) throw serviceLostError(code, CALL, this.#api.dialect);
      const isUnknown = code === SCARD.E_UNKNOWN_READER || code === SCARD.E_READER_UNAVAILABLE;
      if (!isUnknown || !this.#pnpIsKnown) throw callError(code, CALL, this.#api.dialect);
      // a reader that went away between the two calls is not listed again: else it is the pseudo reader
      const names = questions.map(({ readerName }) => readerName).join("\0");
      if (names === refused) this.#pnpIsKnown = false;
      refused = names;
    }
  }

  async #slice(context: ScardHandle): Promise<Slice> {
    const { code, readerNames } = await this.#api.listReaders(context);
    if (code !== 0 && code !== SCARD.E_NO_READERS_AVAILABLE) return { code, questions: [], answers: [] };
    const questions = this.#ask(readerNames);
    if (this.#listeners.size === 0) return { code: SCARD.E_CANCELLED, questions, answers: [] };
    if (questions.length === 0) {
      await this.#pause(SLICE_MS);
      return { code: SCARD.E_TIMEOUT, questions, answers: [] };
    }
    // while another thread of the process waits, this one looks now and then
    const mayWait = this.#threads.take("wait");
    this.#waiting = context;
    try {
      const { code, readers } = await this.#api.getStatusChange(context, mayWait ? SLICE_MS : 0, questions);
      return { code, questions, answers: readers };
    } finally {
      if (mayWait) this.#threads.giveBack("wait");
      this.#waiting = undefined;
      this.#stopCancelling();
    }
  }

  #ask(readerNames: readonly string[]): ScardReaderQuestion[] {
    const names = this.#pnpIsKnown ? [...readerNames, PNP_NOTIFICATION] : readerNames;
    return names.map((readerName) => ({
      readerName,
      currentState: this.#known.get(readerName) ?? SCARD_STATE.UNAWARE,
    }));
  }

  /** Takes what a wait has written. True when it differs from what was known. */
  #learn(questions: readonly ScardReaderQuestion[], answers: readonly ScardReaderAnswer[]): boolean {
    const known = new Map<string, number>();
    let hasNews = questions.length !== this.#known.size;
    questions.forEach(({ readerName, currentState }, index) => {
      const eventState = answers[index]?.eventState ?? 0;
      // 0: nothing was written
      const state = eventState === 0 ? currentState : (eventState & ~SCARD_STATE.CHANGED) >>> 0;
      if (state !== this.#known.get(readerName)) hasNews = true;
      // what is unknown is asked for anew, should it come back
      if ((state & SCARD_STATE.UNKNOWN) === 0) known.set(readerName, state);
      else hasNews = true;
    });
    this.#known = known;
    return hasNews;
  }

  async #pause(ms: number): Promise<void> {
    this.#pausing = new AbortController();
    await delay(this.#clock, ms, this.#pausing.signal).catch(() => undefined);
    this.#pausing = undefined;
  }

  /** Nobody listens any more. A cancel before the wait has begun, in its thread, is not heard: it is repeated. */
  #interrupt(): void {
    this.#pausing?.abort();
    this.#stopCancelling();
    if (this.#waiting === undefined) return;
    this.#api.cancel(this.#waiting);
    this.#cancelAgain = this.#clock.schedule(CANCEL_AGAIN_MS, () => {
      if (this.#listeners.size === 0) this.#interrupt();
    });
  }

  #stopCancelling(): void {
    this.#cancelAgain?.();
    this.#cancelAgain = undefined;
  }
}
