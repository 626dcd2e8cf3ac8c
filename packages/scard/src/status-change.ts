import {
  delay,
  type SmartCardGetStatusChangeOptions,
  type SmartCardReaderStateIn,
  type SmartCardReaderStateOut,
  untilAborted,
} from "@cardwire/core";
import { SCARD } from "@cardwire/ioctl";
import { callError } from "./errors.ts";
import { LinkedSignal } from "./linked-signal.ts";
import {
  isUnaware,
  type ReaderReport,
  reportDetached,
  reportIgnored,
  reportPnp,
  reportReader,
} from "./reader-report.ts";
import { type ReaderLook, type ResourceManager } from "./resource-manager.ts";
import { isPnpNotification } from "./terms/reader-terms.ts";

/** How long a look may take that is not to wait for anything. */
const ANSWER_PATIENCE_MS = 500;
/** How long a record may look half written, and how often to look again: pcscd's poll and some. */
const SETTLE_MS = 410;
const SETTLE_POLL_MS = 25;

const CALL = { command: "getStatusChange" };

/** `getStatusChange`: looks, and looks again whenever something has changed, until it is news to the caller. */
export async function statusChange(
  manager: ResourceManager,
  asked: readonly SmartCardReaderStateIn[],
  { timeout, signal }: SmartCardGetStatusChangeOptions,
  ends: readonly AbortSignal[],
): Promise<SmartCardReaderStateOut[]> {
  if (asked.every(({ currentState }) => currentState.ignore === true))
    return asked.map(({ readerName }) => reportIgnored(readerName).out);

  const { clock } = manager;
  const { dialect } = manager.api;
  const linked = new LinkedSignal([signal, ...ends]);
  const timeoutError = callError(SCARD.E_TIMEOUT, CALL, dialect);
  const stopTimer =
    timeout === undefined
      ? undefined
      : clock.schedule(timeout > 0 ? timeout : ANSWER_PATIENCE_MS, () => {
          linked.abort(timeoutError);
        });
  const look = new NewsLook(manager, asked);
  const wait = async (): Promise<SmartCardReaderStateOut[]> => {
    if (timeout === 0 || asked.some(isUnaware)) {
      const news = await look.news(linked.signal);
      if (news !== undefined) return news;
      if (timeout === 0) throw timeoutError;
    }
    for (;;) {
      let unsubscribe: (() => void) | undefined;
      const change = new Promise<void>((resolve, reject) => {
        unsubscribe = manager.monitor.subscribe((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
      // nobody looks at it while the look goes on
      change.catch(() => undefined);
      try {
        const news = await look.news(linked.signal);
        if (news !== undefined) return news;
        await untilAborted(change, linked.signal);
      } finally {
        unsubscribe?.();
      }
    }
  };

  try {
    return await untilAborted(wait(), linked.signal);
  } catch (error) {
    if (error === timeoutError && look.unsettled !== undefined) return look.unsettled;
    throw error;
  } finally {
    stopTimer?.();
    linked.unlink();
  }
}

/** Looks at readers for somebody who believes something of them. */
class NewsLook {
  readonly #manager: ResourceManager;
  readonly #asked: readonly SmartCardReaderStateIn[];
  readonly #names: readonly string[];
  #knownCount: number | undefined;
  /** What has changed, though it may be half written still. */
  unsettled: SmartCardReaderStateOut[] | undefined;

  constructor(manager: ResourceManager, asked: readonly SmartCardReaderStateIn[]) {
    this.#manager = manager;
    this.#asked = asked;
    const names = asked.filter(({ currentState }) => currentState.ignore !== true).map(({ readerName }) => readerName);
    this.#names = [...new Set(names)];
  }

  /** What is other than the caller believes; undefined when all is as it was. */
  async news(signal: AbortSignal): Promise<SmartCardReaderStateOut[] | undefined> {
    const { clock } = this.#manager;
    const startedAt = clock.now();
    for (;;) {
      const reports = this.#compare(await this.#manager.look(this.#names));
      signal.throwIfAborted();
      const states = reports.map(({ out }) => out);
      this.unsettled = states.some(({ eventState }) => eventState.changed) ? states : undefined;
      if (this.unsettled === undefined || reports.every(({ settled }) => settled)) return this.unsettled;
      if (clock.now() - startedAt >= SETTLE_MS) return this.unsettled;
      await delay(clock, SETTLE_POLL_MS, signal);
    }
  }

  #compare({ readerNames, answers }: ReaderLook): ReaderReport[] {
    const isFirst = this.#knownCount === undefined;
    const knownCount = (this.#knownCount ??= readerNames.length);
    return this.#asked.map((asked) => {
      const { readerName, currentCount } = asked;
      if (asked.currentState.ignore === true) return reportIgnored(readerName);
      const answer = answers.get(readerName);
      if (answer !== undefined) return reportReader(asked, answer);
      if (isPnpNotification(readerName)) return reportPnp(readerName, currentCount ?? knownCount, readerNames.length);
      if (!isFirst) return reportDetached(readerName);
      throw callError(SCARD.E_UNKNOWN_READER, { ...CALL, readerName }, this.#manager.api.dialect);
    });
  }
}
