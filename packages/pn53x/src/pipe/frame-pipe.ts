import { abortReason, type Clock, delay, SerialQueue, systemClock } from "@cardwire/core";
import { ackFrame, type FrameForm, nackFrame, PN53X_FRAMES } from "../frame/frame.ts";
import { type FrameEvent, FrameReader } from "../frame/frame-reader.ts";
import { isPn53xError, Pn53xError } from "../pn53x-error.ts";
import type { ByteLink } from "./byte-link.ts";
import { DEFAULT_TIMEOUT_MS, type Pn53xExchangeOptions, type Pn53xPipe } from "./pipe.ts";

/** How frames are sent over a link. */
export interface FramePipeOptions {
  /** For messages and traces. */
  readonly name?: string;
  readonly clock?: Clock;
  /** How long the chip may take over its ACK: 200 ms unless given (a chip takes 15 ms at most, a host longer). */
  readonly ackTimeoutMs?: number;
  /** Whose frames they are: those of PN532 and PN533 unless given. */
  readonly form?: FrameForm;
}

/** How often a frame is sent again that was not acknowledged, or asked for again that came damaged. */
const REPETITIONS = 2;

/** Between an ACK that ends a command and the next command, so that the chip has time to hear it. */
const ABORT_PAUSE_MS = 1;

/** A pipe of frames, with acknowledgements (UM0701-02 section 6.2.2). */
export interface FramePipe extends Pn53xPipe {
  /** Sends an ACK: what the chip is doing ends, and whatever it has still to say is dropped. */
  cancel(): Promise<void>;
}

/** Frames over a serial port or a pair of bulk endpoints. */
export function createFramePipe(link: ByteLink, options: FramePipeOptions = {}): FramePipe {
  return new Pipe(link, options);
}

class Pipe implements FramePipe {
  readonly name: string;
  readonly maxCommandBytes: number;
  readonly maxAnswerBytes: number;
  readonly #form: FrameForm;
  readonly #link: ByteLink;
  readonly #clock: Clock;
  readonly #ackTimeoutMs: number;
  readonly #queue = new SerialQueue();
  readonly #reader: FrameReader;
  readonly #stopListening: () => void;
  #events: FrameEvent[] = [];
  #wake: (() => void) | undefined;
  #ended: Pn53xError | undefined;
  #closing: Promise<void> | undefined;

  constructor(link: ByteLink, options: FramePipeOptions) {
    const { name = "PN53x frames", clock = systemClock, ackTimeoutMs = 200, form = PN53X_FRAMES } = options;
    this.name = name;
    this.#form = form;
    this.#reader = new FrameReader(form);
    this.maxCommandBytes = this.maxAnswerBytes = form.maxDataBytes;
    this.#link = link;
    this.#clock = clock;
    this.#ackTimeoutMs = ackTimeoutMs;
    this.#stopListening = link.listen(
      (bytes) => {
        // a chip says nothing unasked: what comes between commands is noise, and is not kept
        if (!this.#queue.busy) return;
        this.#events.push(...this.#reader.push(bytes));
        this.#wake?.();
      },
      (reason) => this.#end(new Pn53xError("CLOSED", `${this.name} has gone`, { cause: reason })),
    );
  }

  exchange(command: Uint8Array, options: Pn53xExchangeOptions = {}): Promise<Uint8Array> {
    return this.#queue.run(() => this.#exchange(command, options), options.signal);
  }

  cancel(): Promise<void> {
    return this.#queue.run(() => this.#abandon());
  }

  async #exchange(
    command: Uint8Array,
    { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: Pn53xExchangeOptions,
  ): Promise<Uint8Array> {
    const frame = this.#form.encode(command);
    // whatever comes before the command is sent belongs to another one
    this.#forget();
    try {
      const early = await this.#send(frame, signal);
      return early ?? (await this.#receive(command, timeoutMs, signal));
    } catch (error) {
      if (error === signal?.reason || isPn53xError(error, "NO_ANSWER")) await this.#abandon().catch(() => undefined);
      throw error;
    }
  }

  /** Sends until the chip acknowledges. An answer that overtakes a lost ACK is as good. */
  async #send(frame: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    for (let repetition = 0; ; repetition++) {
      await this.#write(frame);
      const dueMs = this.#clock.now() + this.#ackTimeoutMs;
      let event: FrameEvent | undefined;
      do event = await this.#next(dueMs, signal);
      while (event?.kind === "damaged");
      if (event?.kind === "ack") return undefined;
      if (event?.kind === "error") throw syntaxError();
      if (event?.kind === "information") return event.data;
      if (repetition === REPETITIONS) throw new Pn53xError("NO_ANSWER", "the chip does not acknowledge");
    }
  }

  async #receive(command: Uint8Array, timeoutMs: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const dueMs = this.#clock.now() + timeoutMs;
    for (let damaged = 0; ;) {
      const event = await this.#next(dueMs, signal);
      switch (event?.kind) {
        case undefined:
          throw new Pn53xError("NO_ANSWER", `no answer within ${timeoutMs} ms`);
        case "error":
          throw syntaxError();
        case "information":
          // the answer to a command that was given up may still come
          if (event.data[1] === undefined || event.data[1] === (command[1] ?? 0) + 1) return event.data;
          break;
        case "damaged":
          if (!this.#form.repeatsOnNack || damaged++ === REPETITIONS)
            throw new Pn53xError("PROTOCOL", `the answer comes damaged: wrong ${event.reason}`);
          this.#forget();
          await this.#write(nackFrame());
          break;
        case "ack":
        case "nack":
          break;
      }
    }
  }

  async #abandon(): Promise<void> {
    await this.#write(ackFrame());
    await delay(this.#clock, ABORT_PAUSE_MS);
    this.#forget();
  }

  #forget(): void {
    this.#events = [];
    this.#reader.reset();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    try {
      await this.#link.write(bytes);
    } catch (error) {
      throw new Pn53xError("CLOSED", `${this.name} takes no bytes`, { cause: error });
    }
  }

  /** The next event, or nothing when the time is over. */
  #next(dueMs: number, signal: AbortSignal | undefined): Promise<FrameEvent | undefined> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const event = this.#events.shift();
        if (signal?.aborted === true) reject(abortReason(signal));
        else if (event !== undefined) resolve(event);
        else if (this.#ended !== undefined) reject(this.#ended);
        else return false;
        return true;
      };
      if (look()) return;
      const finish = (): void => {
        this.#wake = undefined;
        cancelTimer();
        signal?.removeEventListener("abort", wake);
      };
      const wake = (): void => {
        if (look()) finish();
      };
      const cancelTimer = this.#clock.schedule(Math.max(0, dueMs - this.#clock.now()), () => {
        finish();
        resolve(undefined);
      });
      this.#wake = wake;
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  #end(error: Pn53xError): void {
    this.#ended ??= error;
    this.#queue.close(this.#ended);
    this.#wake?.();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end(new Pn53xError("CLOSED", `${this.name} has been closed`));
    await this.#queue.idle();
    this.#stopListening();
    await this.#link.close();
  }
}

function syntaxError(): Pn53xError {
  return new Pn53xError("SYNTAX", "the chip does not understand the command");
}
