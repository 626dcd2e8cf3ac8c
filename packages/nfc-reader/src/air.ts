import {
  type RfDialogue,
  type RfFrontEnd,
  type RfLink,
  type RfReply,
  type RfRequest,
  runDialogue,
  type TraceSink,
  traceTimeUs,
} from "@cardwire/core";

/** The front end threw or rejected; its error is the cause. Never leaves this package. */
export class FrontEndFailure extends Error {
  override readonly name = "FrontEndFailure";
}

/**
 * How a waiting request can be called off: registers what to do then, and gives back how to take it off the register.
 */
export type Cancellable = (cancel: () => void) => () => void;

function asFailure(error: unknown): FrontEndFailure {
  return new FrontEndFailure("the front end failed", { cause: error });
}

/**
 * The air between the reader and the tag: one conversation at a time, the others wait their turn. What runs on a link
 * that answers at once is over when the call returns.
 */
export class Air {
  readonly #frontEnd: RfFrontEnd;
  readonly #link: RfLink;
  readonly #waiters: (() => void)[] = [];
  #busy = false;
  #draining = false;

  constructor(frontEnd: RfFrontEnd, trace: TraceSink | undefined) {
    this.#frontEnd = frontEnd;
    this.#link = {
      exchange: trace === undefined ? (request) => this.#exchange(request) : (request) => this.#traced(request, trace),
    };
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  /** Runs a dialogue. Only within {@link enter}. @throws FrontEndFailure, or a defect of the dialogue. */
  run<Result>(dialogue: RfDialogue<Result>): Result | Promise<Result> {
    return runDialogue(dialogue, this.#link);
  }

  /**
   * Does a job as soon as nobody else is on the air: now, when nobody is.
   *
   * @param cancellable for a job that may be called off while it waits; it then ends with `cancelled`. A job that has
   * begun is finished.
   */
  enter<Result>(
    job: () => Result | Promise<Result>,
    cancelled?: Result,
    cancellable?: Cancellable,
  ): Result | Promise<Result> {
    return this.#busy ? this.#wait(job, cancelled, cancellable) : this.#begin(job);
  }

  #begin<Result>(job: () => Result | Promise<Result>): Result | Promise<Result> {
    this.#busy = true;
    let result: Result | Promise<Result>;
    try {
      result = job();
    } catch (error) {
      this.#leave();
      throw error;
    }
    if (result instanceof Promise) return this.#finish(result);
    this.#leave();
    return result;
  }

  async #finish<Result>(result: Promise<Result>): Promise<Result> {
    try {
      return await result;
    } finally {
      this.#leave();
    }
  }

  #wait<Result>(
    job: () => Result | Promise<Result>,
    cancelled: Result | undefined,
    cancellable: Cancellable | undefined,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      let unregister: (() => void) | undefined;
      const turn = (): void => {
        unregister?.();
        try {
          resolve(this.#begin(job));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      this.#waiters.push(turn);
      if (cancellable !== undefined && cancelled !== undefined)
        unregister = cancellable(() => {
          this.#waiters.splice(this.#waiters.indexOf(turn), 1);
          resolve(cancelled);
        });
    });
  }

  #leave(): void {
    this.#busy = false;
    if (this.#draining) return;
    // a loop, not a recursion: a thousand waiters on a link that answers at once are no deeper stack than one
    this.#draining = true;
    while (!this.isBusy) {
      const turn = this.#waiters.shift();
      if (turn === undefined) break;
      turn();
    }
    this.#draining = false;
  }

  #exchange(request: RfRequest): RfReply | Promise<RfReply> {
    let reply: RfReply | Promise<RfReply>;
    try {
      reply = this.#frontEnd.exchange(request);
    } catch (error) {
      throw asFailure(error);
    }
    return "then" in reply
      ? reply.catch((error: unknown) => {
          throw asFailure(error);
        })
      : reply;
  }

  #traced(request: RfRequest, trace: TraceSink): RfReply | Promise<RfReply> {
    trace({ layer: "rf", direction: "down", timeUs: traceTimeUs(), request });
    const reply = this.#exchange(request);
    const up = (received: RfReply): RfReply => {
      trace({ layer: "rf", direction: "up", timeUs: traceTimeUs(), reply: received });
      return received;
    };
    return reply instanceof Promise ? reply.then(up) : up(reply);
  }
}
