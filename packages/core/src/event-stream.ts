interface Waiter<Event> {
  resolve(result: IteratorResult<Event, undefined>): void;
  reject(error: unknown): void;
}

/** What runs behind an {@link EventStream}. */
export interface EventSource {
  /** Called once, when the first event is asked for. */
  start(): void;
  /** Called when the consumer leaves; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** An async iterator over events that are pushed. Events wait for a slow consumer; nothing starts before the first `next`. */
export class EventStream<Event> implements AsyncIterableIterator<Event, undefined>, AsyncDisposable {
  readonly #source: EventSource;
  readonly #waiters: Waiter<Event>[] = [];
  #events: Event[] = [];
  #state: "new" | "running" | "ended" = "new";
  #failure: { readonly error: unknown } | undefined;

  constructor(source: EventSource) {
    this.#source = source;
  }

  push(event: Event): void {
    if (this.#state === "ended") return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#events.push(event);
    else waiter.resolve({ done: false, value: event });
  }

  /** The iteration ends after the events that still wait. */
  end(): void {
    this.#state = "ended";
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
  }

  /** The iteration ends at once: what nobody has taken is dropped. */
  abandon(): void {
    this.#events = [];
    this.end();
  }

  /** The iteration throws after the events that still wait, and has then ended. */
  fail(error: unknown): void {
    if (this.#state === "ended") return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#failure = { error };
    else waiter.reject(error);
    this.end();
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    if (this.#state === "new") {
      this.#state = "running";
      this.#source.start();
    }
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      return Promise.resolve().then(() => {
        throw error;
      });
    }
    if (this.#state === "ended") return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  async return(): Promise<IteratorResult<Event, undefined>> {
    this.abandon();
    this.#failure = undefined;
    await this.#source.stop();
    return { done: true, value: undefined };
  }

  async throw(error?: unknown): Promise<IteratorResult<Event, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
