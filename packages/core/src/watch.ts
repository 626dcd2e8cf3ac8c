import { delay, untilAborted } from "./abort.ts";
import { type Clock, systemClock } from "./clock.ts";
import { EventStream } from "./event-stream.ts";
import { isSmartCardError, isSmartCardOtherError } from "./smart-card-error.ts";
import {
  PNP_NOTIFICATION,
  type SmartCardContext,
  type SmartCardEvent,
  type SmartCardReaderStateOut,
  type SmartCardWatchOptions,
} from "./smart-card.ts";
import { WatchedReaders } from "./watched-readers.ts";

/** How to watch, and by which clock to wait. */
export interface WatchReadersOptions extends SmartCardWatchOptions {
  /** {@link systemClock} when absent. */
  readonly clock?: Clock;
}

/** How long to wait after looks in vain, in milliseconds: doubling from `first` up to `longest`. */
interface BackOff {
  readonly first: number;
  readonly longest: number;
}

/** Windows stops its service with the last reader, pcscd refuses another version so. */
const SCARD_E_SERVICE_STOPPED = 0x8010_001e;

const SERVICE_BACK_OFF: BackOff = { first: 250, longest: 5_000 };
/** Readers that were listed and are not known a moment later: the resource manager is in the middle of something. */
const UNSETTLED_BACK_OFF: BackOff = { first: 10, longest: 1_000 };
/** Resource managers that report at once what they were told is known (Wine's does) are polled. */
const IDLE_BACK_OFF: BackOff = { first: 10, longest: 250 };

/**
 * Watches every reader of a context by `listReaders` and `getStatusChange`: the `watch` of all transports.
 *
 * Begins with what is already there. Every "card-inserted" is followed by a "card-removed" of the same reader before the
 * next one and before its "reader-detached". A card that was taken away and laid down again between two looks is told
 * by the reader's counter and reported as both; one that came and went between two looks was never seen, and shows in
 * the counter only. A mute card is inserted with an empty answer to reset.
 *
 * While the resource manager is away (response codes "no-service", "system-cancelled", SCARD_E_SERVICE_STOPPED) all
 * readers are detached, "service-lost" is reported once, and it is looked for in growing intervals up to 5 s.
 * The iteration ends when the signal is aborted, when `return` is called, and when the context is closed; any other
 * failure is thrown. Events wait until they are taken.
 */
export function watchReaders(
  context: Pick<SmartCardContext, "listReaders" | "getStatusChange">,
  options: WatchReadersOptions = {},
): AsyncIterableIterator<SmartCardEvent, undefined> {
  const { signal: outer, clock = systemClock } = options;
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;
  const stop = (): void => {
    outer?.removeEventListener("abort", stop);
    stream.abandon();
    stopping.abort();
  };
  const stream = new EventStream<SmartCardEvent>({
    start() {
      if (outer?.aborted === true) {
        stop();
        return;
      }
      outer?.addEventListener("abort", stop, { once: true });
      loop = watchLoop(context, (event) => stream.push(event), clock, stopping.signal).then(
        () => stream.end(),
        (error: unknown) => stream.fail(error),
      );
      void loop.finally(() => outer?.removeEventListener("abort", stop));
    },
    async stop() {
      stop();
      await loop;
    },
  });
  return stream;
}

async function watchLoop(
  context: Pick<SmartCardContext, "listReaders" | "getStatusChange">,
  emit: (event: SmartCardEvent) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const readers = new WatchedReaders(emit);
  let serviceLost = false;
  let listIsOld = true;

  /** One look at everything. True when there was something new. */
  async function look(): Promise<boolean> {
    let news = false;
    if (listIsOld) {
      const names = await untilAborted(context.listReaders(), signal);
      if (serviceLost) emit({ type: "service-restored" });
      serviceLost = false;
      news = readers.list(names);
    }
    const asked = readers.states();
    const pnp = { readerName: PNP_NOTIFICATION, currentState: {}, currentCount: asked.length };
    const states = await context.getStatusChange([...asked, pnp], { signal });
    listIsOld = states.some(callsForList);
    for (const state of states) if (readers.update(state)) news = true;
    return news;
  }

  let inVain = 0;
  for (;;) {
    let backOff = IDLE_BACK_OFF;
    try {
      inVain = (await look()) ? 0 : inVain + 1;
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      if (isServiceLost(error)) {
        backOff = SERVICE_BACK_OFF;
        readers.detachAll();
        if (!serviceLost) {
          emit({ type: "service-lost" });
          inVain = 0;
        }
        serviceLost = true;
      } else if (isUnsettled(error)) backOff = UNSETTLED_BACK_OFF;
      else throw error;
      listIsOld = true;
      inVain++;
    }
    // what was old a moment ago may be right now: only the second look in vain is worth a pause
    const pauses = backOff === SERVICE_BACK_OFF ? inVain : inVain - 1;
    if (pauses > 0) {
      const pauseMs = Math.min(backOff.first * 2 ** (pauses - 1), backOff.longest);
      await delay(clock, pauseMs, signal).catch(() => undefined);
    }
    if (signal.aborted) return;
  }
}

function callsForList({ readerName, eventState }: SmartCardReaderStateOut): boolean {
  return eventState.unknown || (eventState.changed && (readerName === PNP_NOTIFICATION || eventState.unavailable));
}

/** The context was closed by its owner, who wants no error for it. */
function isClosed(error: unknown): boolean {
  return isSmartCardOtherError(error) && error.name === "InvalidStateError" && !isServiceLost(error);
}

function isServiceLost(error: unknown): boolean {
  return (
    isSmartCardError(error, "no-service") ||
    isSmartCardError(error, "system-cancelled") ||
    (isSmartCardOtherError(error) && error.rawCode === SCARD_E_SERVICE_STOPPED)
  );
}

function isUnsettled(error: unknown): boolean {
  return (
    isSmartCardError(error, "unknown-reader") ||
    isSmartCardError(error, "reader-unavailable") ||
    isSmartCardError(error, "not-ready") ||
    isSmartCardError(error, "server-too-busy")
  );
}
