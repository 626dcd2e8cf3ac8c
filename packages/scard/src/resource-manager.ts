import { type Clock, SerialQueue } from "@cardwire/core";
import { SCARD, SCARD_STATE } from "@cardwire/ioctl";
import { type ScardApi, type ScardOutcome, type ScardReaderAnswer } from "./scard-api.ts";
import { ChangeMonitor } from "./change-monitor.ts";
import { callError, type FailedCall, serviceLostError, tellsLostService } from "./errors.ts";
import { ReaderLane } from "./reader-lane.ts";
import { ServiceContext } from "./service-context.ts";
import { ThreadQueue } from "./thread-queue.ts";
import { LocalThreads } from "./threads.ts";

/** All readers by their names, and how those are that were asked for. */
export interface ReaderLook {
  readonly readerNames: readonly string[];
  readonly answers: ReadonlyMap<string, ScardReaderAnswer>;
}

/** How often readers may vanish between a list and a look at them. */
const MOST_LOOKS = 5;

/**
 * What all contexts over one {@link ScardApi} share: the context that looks, the one that waits, and the lanes of the
 * readers. However many contexts a program makes, two SCARDCONTEXTs and one waiting thread do for all of them.
 */
export class ResourceManager {
  readonly api: ScardApi;
  readonly clock: Clock;
  readonly monitor: ChangeMonitor;
  /** Where calls get their threads that may block. */
  readonly threads: ThreadQueue;
  readonly #service: ServiceContext;
  readonly #queue = new SerialQueue();
  readonly #lanes = new Map<string, { readonly lane: ReaderLane<object>; users: number }>();
  #users = 0;

  constructor(api: ScardApi, clock: Clock) {
    this.api = api;
    this.clock = clock;
    const threads = api.threads ?? new LocalThreads();
    this.monitor = new ChangeMonitor(api, threads, clock);
    this.threads = new ThreadQueue(threads, clock);
    this.#service = new ServiceContext(api);
  }

  /** A context begins to use it. */
  retain(): void {
    this.#users++;
  }

  /** A context has been closed. With the last one the SCARDCONTEXTs are given back. */
  async release(): Promise<void> {
    if (--this.#users > 0) return;
    await this.monitor.release();
    if (this.#users === 0) await this.#queue.run(() => this.#service.release());
  }

  /** The calls of one reader, for one more user. Who does no more there says so with {@link leaveLane}. */
  enterLane(readerName: string): ReaderLane<object> {
    let entry = this.#lanes.get(readerName);
    if (entry === undefined) this.#lanes.set(readerName, (entry = { lane: new ReaderLane(), users: 0 }));
    entry.users++;
    return entry.lane;
  }

  leaveLane(readerName: string): void {
    const entry = this.#lanes.get(readerName);
    if (entry !== undefined && --entry.users === 0) this.#lanes.delete(readerName);
  }

  /** The names of all readers. */
  async listReaders(): Promise<readonly string[]> {
    const { readerNames } = await this.look([]);
    return readerNames;
  }

  /** How the readers are now: of those whose names are listed, in one call. */
  async look(wanted: readonly string[]): Promise<ReaderLook> {
    const call = { command: wanted.length === 0 ? "listReaders" : "getStatusChange" };
    for (let round = 1; ; round++) {
      const answers = new Map<string, ScardReaderAnswer>();
      let readerNames: readonly string[] = [];
      const { code } = await this.#queue.run(() =>
        this.#service.run(async (context) => {
          const list = await this.api.listReaders(context);
          readerNames = list.code === 0 ? list.readerNames : [];
          if (list.code !== 0) return list.code === SCARD.E_NO_READERS_AVAILABLE ? { code: 0 } : list;
          const listed = wanted.filter((name) => readerNames.includes(name));
          if (listed.length === 0) return list;
          const questions = listed.map((readerName) => ({ readerName, currentState: SCARD_STATE.UNAWARE }));
          const outcome = await this.api.getStatusChange(context, 0, questions);
          listed.forEach((name, index) => {
            const answer = outcome.readers[index];
            if (answer !== undefined) answers.set(name, answer);
          });
          return outcome;
        }),
      );
      if (code === 0 || code === SCARD.E_TIMEOUT) return { readerNames, answers };
      const isRace = code === SCARD.E_UNKNOWN_READER || code === SCARD.E_READER_UNAVAILABLE;
      if (!isRace || round === MOST_LOOKS) throw this.#error({ code }, call);
    }
  }

  #error({ code }: ScardOutcome, call: FailedCall): Error {
    const { dialect } = this.api;
    return tellsLostService(code) ? serviceLostError(code, call, dialect) : callError(code, call, dialect);
  }
}

const managers = new WeakMap<ScardApi, ResourceManager>();

/** The one resource manager of an API. */
export function resourceManagerOf(api: ScardApi, clock: Clock): ResourceManager {
  let manager = managers.get(api);
  if (manager === undefined) managers.set(api, (manager = new ResourceManager(api, clock)));
  return manager;
}
