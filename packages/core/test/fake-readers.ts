import {
  invalidStateError,
  PNP_NOTIFICATION,
  SmartCardError,
  type SmartCardGetStatusChangeOptions,
  type SmartCardReaderStateFlagsOut,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
} from "../src/index.ts";

const NOTHING: SmartCardReaderStateFlagsOut = {
  ignore: false,
  changed: false,
  unavailable: false,
  unknown: false,
  empty: false,
  present: false,
  exclusive: false,
  inuse: false,
  mute: false,
  unpowered: false,
};

const COMPARED = ["unavailable", "empty", "present", "exclusive", "inuse", "mute", "unpowered"] as const;

export interface FakeReader {
  atr: Uint8Array | undefined;
  count: number;
  flags: Partial<SmartCardReaderStateFlagsOut>;
}

/** Readers as `listReaders` and `getStatusChange` see them, set by hand. */
export class FakeReaders {
  readonly readers = new Map<string, FakeReader>();
  /** What both calls reject with, while it is set. */
  failure: Error | undefined;
  /** Set by a test that plays a resource manager without counters. */
  counts = true;
  /** Set by a test that plays a resource manager that never waits. */
  waits = true;
  waiting = 0;
  calls: string[] = [];
  readonly #listeners = new Set<() => void>();

  change(action?: () => void): void {
    action?.();
    for (const listener of [...this.#listeners]) listener();
  }

  attach(name: string): FakeReader {
    const reader: FakeReader = { atr: undefined, count: 0, flags: {} };
    this.change(() => this.readers.set(name, reader));
    return reader;
  }

  detach(name: string): void {
    this.change(() => this.readers.delete(name));
  }

  insert(name: string, atr: readonly number[], notify = true): void {
    const reader = this.#named(name);
    reader.atr = Uint8Array.from(atr);
    reader.count++;
    if (notify) this.change();
  }

  remove(name: string, notify = true): void {
    const reader = this.#named(name);
    reader.atr = undefined;
    reader.count++;
    if (notify) this.change();
  }

  listReaders(): Promise<string[]> {
    this.calls.push("listReaders");
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve([...this.readers.keys()]);
  }

  getStatusChange(
    asked: readonly SmartCardReaderStateIn[],
    { signal }: SmartCardGetStatusChangeOptions = {},
  ): Promise<SmartCardReaderStateOut[]> {
    this.calls.push("getStatusChange");
    const attempt = (): SmartCardReaderStateOut[] | undefined => {
      if (this.failure !== undefined) throw this.failure;
      const states = asked.map((state) => this.#state(state));
      return !this.waits || states.some(({ eventState }) => eventState.changed) ? states : undefined;
    };
    for (const { readerName } of asked)
      if (readerName !== PNP_NOTIFICATION && !this.readers.has(readerName))
        return Promise.reject(
          new SmartCardError("unknown-reader", readerName, { rawCode: 0x80100009, symbol: "SCARD_E_UNKNOWN_READER" }),
        );
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.waiting--;
        this.#listeners.delete(listener);
        signal?.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        finish();
        reject(signal?.reason as Error);
      };
      const listener = (): void => {
        try {
          const states = attempt();
          if (states === undefined) return;
          finish();
          resolve(states);
        } catch (error) {
          finish();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.waiting++;
      this.#listeners.add(listener);
      if (signal?.aborted === true) abort();
      else {
        signal?.addEventListener("abort", abort);
        listener();
      }
    });
  }

  closed(): Error {
    return invalidStateError("the context is closed");
  }

  #named(name: string): FakeReader {
    const reader = this.readers.get(name);
    if (reader === undefined) throw new Error(`no reader ${name}`);
    return reader;
  }

  #state({ readerName, currentState, currentCount }: SmartCardReaderStateIn): SmartCardReaderStateOut {
    if (readerName === PNP_NOTIFICATION)
      return {
        readerName,
        eventState: { ...NOTHING, changed: currentCount !== this.readers.size },
        eventCount: this.readers.size,
      };
    const reader = this.readers.get(readerName);
    if (reader === undefined)
      return { readerName, eventState: { ...NOTHING, changed: true, unknown: true, unavailable: true }, eventCount: 0 };
    const present = reader.atr !== undefined;
    const flags = { ...NOTHING, present, empty: !present, ...reader.flags };
    const eventCount = this.counts ? reader.count % 0x10000 : 0;
    const changed =
      currentState.unaware === true ||
      (currentCount !== undefined && currentCount !== eventCount) ||
      COMPARED.some((flag) => (currentState[flag] ?? false) !== flags[flag]);
    return {
      readerName,
      eventState: { ...flags, changed },
      eventCount,
      ...(reader.atr === undefined ? undefined : { answerToReset: reader.atr }),
    };
  }
}
