import { EventStream, type SmartCardContext, type SmartCardEvent } from "@cardwire/core";
import { openContext, type OpenContextOptions } from "./open-context.ts";
import type { Tap } from "./tap.ts";
import { TapCard } from "./tap-card.ts";

/** What happens at the machine's readers, with cards already asked who they are. */
export type TapEvent =
  | { readonly type: "tap"; readonly reader: string; readonly tap: Tap }
  | { readonly type: "card-removed"; readonly reader: string; readonly tap: Tap }
  | { readonly type: "reader-attached" | "reader-detached"; readonly reader: string }
  /** The smart-card service went away or came back. Its readers were detached before. */
  | { readonly type: "service-lost" | "service-restored" };

/** Which readers to look at, and until when. */
export interface TapsOptions extends OpenContextOptions {
  /** Aborting ends the iteration without an error. */
  readonly signal?: AbortSignal;
  /** Only readers with this name, with a name that matches, or that the function wants. Every reader when absent. */
  readonly reader?: string | RegExp | ((name: string) => boolean);
  /** A context to look through; it is not closed at the end. Without one, one is opened, and closed at the end. */
  readonly context?: SmartCardContext;
}

/** An iteration that also ends with `await using`. */
export interface TapStream<Event> extends AsyncIterableIterator<Event, undefined>, AsyncDisposable {
  /** Ends the iteration and closes its taps; resolves when nothing runs any more. */
  return(): Promise<IteratorResult<Event, undefined>>;
}

/**
 * The cards laid on the readers of this machine, beginning with those that lie there already.
 *
 * A card always arrives: what did not work is in its `problems`. Taps of one reader come in their order; a card that is
 * slow to say what it is does not hold up other readers. A lost smart-card service, or reader, is waited for. The
 * iteration ends with the signal, with `break`, and when the context is closed; every tap is closed then.
 *
 * @throws NoTransportError from the first `next()` where the machine has no smart-card service, with what to do.
 */
export function taps(options: TapsOptions = {}): TapStream<Tap> {
  return tapStream<Tap>(options, (event, stream) => {
    if (event.type === "tap") stream.push(event.tap);
  });
}

/** Like {@link taps}, with everything else that happens at the readers. A tap comes before its "card-removed". */
export function tapEvents(options: TapsOptions = {}): TapStream<TapEvent> {
  return tapStream<TapEvent>(options, (event, stream) => {
    stream.push(event);
  });
}

function tapStream<Event>(
  options: TapsOptions,
  take: (event: TapEvent, stream: EventStream<Event>) => void,
): TapStream<Event> {
  const stopping = new AbortController();
  const { signal } = options;
  let watching: Promise<void> | undefined;
  const stop = (): void => {
    signal?.removeEventListener("abort", stop);
    stream.abandon();
    stopping.abort();
  };
  const stream = new EventStream<Event>({
    start() {
      if (signal?.aborted === true) {
        stop();
        return;
      }
      signal?.addEventListener("abort", stop, { once: true });
      watching = watch(options, stopping.signal, (event) => {
        take(event, stream);
      })
        .then(
          () => {
            stream.end();
          },
          (error: unknown) => {
            stream.fail(error);
          },
        )
        .finally(() => signal?.removeEventListener("abort", stop));
    },
    async stop() {
      stop();
      await watching;
    },
  });
  return stream;
}

async function watch(options: TapsOptions, signal: AbortSignal, emit: (event: TapEvent) => void): Promise<void> {
  const context = options.context ?? (await openContext(options));
  const slots = new ReaderSlots(context, emit);
  const wanted = readerFilter(options.reader);
  try {
    for await (const event of context.watch({ signal })) {
      if ("readerName" in event && !wanted(event.readerName)) continue;
      slots.take(event);
    }
  } finally {
    await slots.close();
    if (options.context === undefined) await context.close();
  }
}

function readerFilter(reader: TapsOptions["reader"]): (name: string) => boolean {
  if (reader === undefined) return () => true;
  if (typeof reader === "function") return reader;
  if (typeof reader === "string") return (name) => name === reader;
  return (name) => {
    reader.lastIndex = 0; // a global expression remembers where it stood
    return reader.test(name);
  };
}

/** What lies on each reader, and the work that is still to be done there in order. */
class ReaderSlots {
  readonly #context: SmartCardContext;
  readonly #emit: (event: TapEvent) => void;
  readonly #cards = new Map<string, TapCard>();
  readonly #work = new Map<string, Promise<void>>();
  #barrier = Promise.resolve();

  constructor(context: SmartCardContext, emit: (event: TapEvent) => void) {
    this.#context = context;
    this.#emit = emit;
  }

  take(event: SmartCardEvent): void {
    switch (event.type) {
      case "card-inserted": {
        const reader = event.readerName;
        const tap = new TapCard(this.#context, reader, event.answerToReset);
        this.#cards.set(reader, tap);
        this.#enqueue(reader, async () => {
          await tap.arrive();
          this.#emit({ type: "tap", reader, tap });
        });
        break;
      }
      case "card-removed": {
        const reader = event.readerName;
        const tap = this.#cards.get(reader);
        if (tap === undefined) break;
        this.#cards.delete(reader);
        // at once, not in its turn: whatever still waits for the card shall give up
        tap.connection.cardRemoved();
        this.#enqueue(reader, async () => {
          this.#emit({ type: "card-removed", reader, tap });
          await tap.close();
        });
        break;
      }
      case "reader-attached":
      case "reader-detached": {
        const { type, readerName: reader } = event;
        this.#enqueue(reader, () => {
          this.#emit({ type, reader });
          return Promise.resolve();
        });
        break;
      }
      default:
        this.#enqueueBehindAll(() => {
          this.#emit(event);
        });
    }
  }

  async close(): Promise<void> {
    // first of all the taps are closed: that ends what the rest still waits for
    const closing = Array.from(this.#cards.values(), (tap) => tap.close());
    await Promise.all([...closing, this.#barrier, ...this.#work.values()]);
  }

  #enqueue(reader: string, work: () => Promise<void>): void {
    const last = (this.#work.get(reader) ?? this.#barrier).then(work);
    this.#work.set(reader, last);
    void last.then(() => {
      if (this.#work.get(reader) === last) this.#work.delete(reader);
    });
  }

  /** What concerns all readers comes after what came before it at any of them. */
  #enqueueBehindAll(work: () => void): void {
    this.#barrier = Promise.all([this.#barrier, ...this.#work.values()]).then(work);
    this.#work.clear();
  }
}
