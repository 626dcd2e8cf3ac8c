import { type TapEvent, tapEvents, type TapsOptions } from "./taps.ts";

/** The event of a type; some events share a form. */
export type TapEventOf<Type extends TapEvent["type"], Event = TapEvent> = Event extends { readonly type: infer Types }
  ? Type extends Types
    ? Event & { readonly type: Type }
    : never
  : never;

/** The listeners of a {@link TapWatcher}, by what they listen for. */
export type TapListeners = {
  readonly [Type in TapEvent["type"]]: (event: TapEventOf<Type>) => unknown;
} & {
  /** What a listener threw, or why the watching ended. */
  readonly error: (error: unknown) => unknown;
  /** The watching is over; nothing comes any more. */
  readonly end: () => unknown;
};

/** Taps for those who like listeners. */
export interface TapWatcher extends AsyncDisposable {
  /** Adds a listener. It may be asynchronous: a rejection is an "error". @returns the watcher, for the next one. */
  on<Type extends keyof TapListeners>(type: Type, listener: TapListeners[Type]): TapWatcher;
  off<Type extends keyof TapListeners>(type: Type, listener: TapListeners[Type]): TapWatcher;
  /** Resolves when the watching is over; rejects with what ended it, and with errors that nobody listens for. */
  readonly done: Promise<void>;
  /** Ends the watching, and closes its taps. */
  close(): Promise<void>;
}

type Listener = (argument?: unknown) => unknown;

/**
 * Calls listeners with what happens at the machine's readers: {@link tapEvents} the other way round. It begins behind the
 * code that adds the first listeners, and ends with the signal or `close()`.
 */
export function watchTaps(options: TapsOptions = {}): TapWatcher {
  return new Watcher(options);
}

class Watcher implements TapWatcher {
  readonly done: Promise<void>;
  readonly #listeners = new Map<keyof TapListeners, Set<Listener>>();
  readonly #events: ReturnType<typeof tapEvents>;
  #fail: ((error: unknown) => void) | undefined;

  constructor(options: TapsOptions) {
    this.#events = tapEvents(options);
    const failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.done = Promise.race([this.#run(), failed]);
  }

  on<Type extends keyof TapListeners>(type: Type, listener: TapListeners[Type]): this {
    const listeners = this.#listeners.get(type) ?? new Set();
    // each event goes to the listeners of its own type
    listeners.add(listener as Listener);
    this.#listeners.set(type, listeners);
    return this;
  }

  off<Type extends keyof TapListeners>(type: Type, listener: TapListeners[Type]): this {
    this.#listeners.get(type)?.delete(listener as Listener);
    return this;
  }

  async close(): Promise<void> {
    await this.#events.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    try {
      for await (const event of this.#events) this.#call(event.type, event);
    } catch (error) {
      this.#error(error);
    } finally {
      this.#call("end");
    }
  }

  #call(type: keyof TapListeners, argument?: unknown): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])])
      try {
        const result = listener(argument);
        if (result instanceof Promise)
          result.catch((error: unknown) => {
            this.#error(error);
          });
      } catch (error) {
        this.#error(error);
      }
  }

  #error(error: unknown): void {
    const listeners = this.#listeners.get("error");
    if (listeners === undefined || listeners.size === 0) this.#fail?.(error);
    else for (const listener of [...listeners]) listener(error);
  }
}
