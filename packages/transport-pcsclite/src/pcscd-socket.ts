import { connect, type Socket } from "node:net";
import { connectionLost, protocolViolation, refused, unreachable } from "./errors.ts";
import { BodyExchange, createScratch, type Exchange, type Scratch } from "./exchange.ts";
import { type Layout, type Request } from "./protocol.ts";

/** A read takes what fits; longer answers take several. */
const READ_LENGTH = 16_384;

/**
 * pcscd has hardly a queue for those who come (its `listen` asks for one place): a connect that does not block is told
 * EAGAIN where one that blocks would wait. So it is tried again, for as long as a daemon that lives may take.
 */
const BUSY_RETRY_MS = 5;
const BUSY_PATIENCE_MS = 10_000;

/**
 * One connection to pcscd. Requests go out in one write each and may follow each other before an answer; answers are
 * taken apart as their bytes come. It holds the process while an answer is waited for, and at no other time.
 */
export class PcscdSocket {
  readonly #path: string;
  #socket: Socket;
  readonly #buffer: Uint8Array = new Uint8Array(READ_LENGTH);
  #busySince: number | undefined;
  readonly #scratch: Scratch = createScratch();
  readonly #opened: Promise<void>;
  #onOpened: (() => void) | undefined;
  #onFailed: ((error: Error) => void) | undefined;
  #first: Exchange | undefined;
  #last: Exchange | undefined;
  #holds = 0;
  /** Something has come from the other end. */
  #answered = false;
  #open = false;
  #failure: Error | undefined;
  #cause: unknown;
  readonly #onClose: ((error: Error) => void) | undefined;

  /** @param onClose told once when an open connection ends, whoever ended it. */
  constructor(path: string, onClose?: (error: Error) => void) {
    this.#path = path;
    this.#onClose = onClose;
    this.#opened = new Promise((resolve, reject) => {
      this.#onOpened = resolve;
      this.#onFailed = reject;
    });
    // the connection's end is told to whoever asks next
    this.#opened.catch(() => undefined);
    this.#socket = this.#connect();
  }

  #connect(): Socket {
    const buffer = this.#buffer;
    const socket = connect({
      path: this.#path,
      // one buffer for all reads: the default allocates 64 kB for each
      onread: {
        buffer,
        callback: (length) => {
          this.#take(buffer, length);
          return true;
        },
      },
    });
    socket.on("connect", () => {
      this.#open = true;
      this.#onOpened?.();
      this.#holdOrNot();
    });
    socket.on("error", (error) => {
      this.#cause = error;
    });
    socket.on("close", () => {
      if (this.#isBusy()) setTimeout(() => this.#connectAgain(), BUSY_RETRY_MS);
      else this.#end(this.#lost());
    });
    return socket;
  }

  /** Whether the daemon is there and has just no place for one more who comes. */
  #isBusy(): boolean {
    const { code } = (this.#cause ?? {}) as NodeJS.ErrnoException;
    if (this.#open || this.#failure !== undefined || code !== "EAGAIN") return false;
    this.#busySince ??= performance.now();
    return performance.now() - this.#busySince < BUSY_PATIENCE_MS;
  }

  #connectAgain(): void {
    if (this.#failure === undefined) this.#socket = this.#connect();
  }

  /** Resolves when the connection stands. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Why the connection has ended; undefined while it has not. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Sends a request. The exchange is given its answer, or the reason for which there is none. */
  send(bytes: Uint8Array, exchange: Exchange): void {
    if (this.#failure !== undefined) {
      exchange.fail(this.#failure);
      return;
    }
    this.expect(exchange);
    this.#socket.write(bytes);
  }

  /** Waits for an answer to what has been sent already. */
  expect(exchange: Exchange): void {
    if (this.#failure !== undefined) {
      exchange.fail(this.#failure);
      return;
    }
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    if (exchange.keepsAlive) this.hold();
  }

  /** Calls, and gives what `pick` takes from the answer. */
  call<Value>(request: Request, layout: Layout, pick: (words: Uint32Array, scratch: Scratch) => Value): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.send(request.bytes, new BodyExchange(layout, pick, resolve, reject));
    });
  }

  /** Calls, and gives the code that the answer has. */
  callForCode(request: Request, layout: Layout): Promise<number> {
    return this.call(request, layout, (words) => words[layout.rv] ?? 0);
  }

  /** Keeps the process alive until as many calls of `release`. */
  hold(): void {
    if (this.#holds++ === 0) this.#holdOrNot();
  }

  release(): void {
    if (--this.#holds === 0) this.#holdOrNot();
  }

  /** Ends the connection: pcscd lets go of all that was had through it. What waits is given this error. */
  destroy(error: Error): void {
    this.#socket.destroy();
    this.#end(error);
  }

  #holdOrNot(): void {
    // a connection that does not stand yet is always waited for
    if (!this.#open) return;
    if (this.#holds > 0) this.#socket.ref();
    else this.#socket.unref();
  }

  #take(bytes: Uint8Array, length: number): void {
    if (this.#failure !== undefined) return;
    this.#answered = true;
    let offset = 0;
    try {
      while (offset < length) {
        const exchange = this.#first;
        if (exchange === undefined)
          throw protocolViolation("nothing", "size", 0, `${length - offset} bytes that nobody asked for`);
        offset = exchange.consume(bytes, offset, length, this.#scratch);
        if (exchange.complete) this.#shift(exchange);
      }
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #shift(exchange: Exchange): void {
    this.#first = exchange.next;
    if (this.#first === undefined) this.#last = undefined;
    if (exchange.keepsAlive) this.release();
  }

  #lost(): Error {
    if (!this.#open) return unreachable(this.#path, this.#cause);
    if (!this.#answered) return refused(this.#path);
    const waiting = this.#first;
    if (waiting === undefined) return connectionLost(undefined, this.#cause);
    const during =
      waiting.taken === 0
        ? `instead of an answer to ${waiting.name}`
        : `after ${waiting.taken} bytes of its answer to ${waiting.name}`;
    return connectionLost(during, this.#cause);
  }

  #end(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#onFailed?.(error);
    let exchange = this.#first;
    this.#first = this.#last = undefined;
    for (; exchange !== undefined; exchange = exchange.next) exchange.fail(error);
    this.#onClose?.(error);
  }
}
