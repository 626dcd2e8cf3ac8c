import { concatBytes } from "@cardwire/core";
import { protocolViolation } from "./errors.ts";
import { BlockExchange, Exchange, type Scratch } from "./exchange.ts";
import { connectDaemon, type DaemonLink, retryIfLost, versionRequest } from "./handshake.ts";
import { type PcscdSocket } from "./pcscd-socket.ts";
import {
  COMMAND,
  emptyRequest,
  MAJOR,
  READER_STATE_LENGTH,
  SIGNAL_LENGTH,
  SIZED_STATES_MINOR,
  VERSION,
  WAIT_SENDS_STATES_MINOR,
} from "./protocol.ts";
import { parseReaderStates, type ReaderState } from "./reader-state.ts";

/** Our place in pcscd's list of those who want to know of the next change. */
export class Registration {
  readonly #socket: PcscdSocket;
  readonly #waiting = new Set<(error: Error | undefined) => void>();
  #over = false;
  #error: Error | undefined;

  constructor(socket: PcscdSocket) {
    this.#socket = socket;
  }

  /** True once something has changed: then it is used up. */
  get over(): boolean {
    return this.#over;
  }

  /** Calls back when something changes, or with the reason for which that will not be known. Returns what cancels. */
  onChange(callback: (error: Error | undefined) => void): () => void {
    if (this.#over) {
      callback(this.#error);
      return () => undefined;
    }
    // only those who wait keep the process alive, not the place in the list
    this.#socket.hold();
    this.#waiting.add(callback);
    return () => {
      if (this.#waiting.delete(callback)) this.#socket.release();
    };
  }

  end(error?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    const waiting = [...this.#waiting];
    // before the calls: what cancels them releases, too
    this.#waiting.clear();
    for (const callback of waiting) {
      this.#socket.release();
      callback(error);
    }
  }
}

/**
 * The signal that something changed: timeOut (0), rv. Where WAIT is not answered with the states, the version is asked
 * for behind it, whose answer says that WAIT has been heard; the signal may come before it. The first word tells them
 * apart.
 */
class SignalExchange extends Exchange {
  readonly name = "WAIT_READER_STATE_CHANGE";
  override readonly keepsAlive = false;
  readonly #registration: Registration;
  readonly #onHeard: (() => void) | undefined;
  readonly #onFailed: ((error: Error) => void) | undefined;
  #heard: boolean;
  #signalled = false;
  #have = 0;

  constructor(registration: Registration, onHeard?: () => void, onFailed?: (error: Error) => void) {
    super();
    this.#registration = registration;
    this.#onHeard = onHeard;
    this.#onFailed = onFailed;
    this.#heard = onHeard === undefined;
  }

  get taken(): number {
    return this.#have;
  }

  consume(bytes: Uint8Array, offset: number, end: number, { bytes: field, words }: Scratch): number {
    for (let at = offset; at < end; at++) {
      field[this.#have++] = bytes[at] ?? 0;
      const isVersion = words[0] === MAJOR;
      if (this.#have < (isVersion ? VERSION.length : SIGNAL_LENGTH)) continue;
      this.#have = 0;
      this.#onAnswer(isVersion, words);
      if (this.#heard && this.#signalled) {
        this.complete = true;
        return at + 1;
      }
    }
    return end;
  }

  #onAnswer(isVersion: boolean, words: Uint32Array): void {
    if (isVersion && !this.#heard) {
      this.#heard = true;
      this.#onHeard?.();
    } else if (words[0] === 0 && !this.#signalled) {
      this.#signalled = true;
      this.#registration.end();
    } else throw protocolViolation(this.name, "timeOut", 0, `${words[0] ?? 0} where 0 belongs`);
  }

  fail(error: Error): void {
    this.#registration.end(error);
    this.#onFailed?.(error);
  }
}

/** A registration, and the readers as they were when it was made, where pcscd tells. */
export interface Registered {
  readonly registration: Registration;
  readonly states: ReaderState[] | undefined;
}

/**
 * The connection over which a context waits for changes. It does nothing else: a signal can come at any time, and
 * between the answers to other calls it could not be told from them.
 */
export class ChangeLink {
  readonly #path: string;
  #current: DaemonLink | undefined;
  #registering: Promise<Registered> | undefined;
  #registration: Registration | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes sure that the next change will be told. `states` are there only when they are newer than this call: a place
   * in the list that is held already is used again.
   */
  async register(): Promise<Registered> {
    if (this.#registering !== undefined)
      return { registration: (await this.#registering).registration, states: undefined };
    if (this.#registration?.over === false) return { registration: this.#registration, states: undefined };
    const registering = retryIfLost(this.#current !== undefined, () => this.#register());
    this.#registering = registering;
    try {
      const registered = await registering;
      this.#registration = registered.registration;
      return registered;
    } finally {
      this.#registering = undefined;
    }
  }

  drop(error: Error): void {
    this.#current?.socket.destroy(error);
  }

  async #register(): Promise<Registered> {
    const { socket, daemon } = this.#connect();
    const { minor, slots } = await daemon;
    const registration = new Registration(socket);
    const wait = emptyRequest(COMMAND.waitReaderStateChange);
    if (minor >= WAIT_SENDS_STATES_MINOR && minor < SIZED_STATES_MINOR) {
      const block = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
        const length = slots * READER_STATE_LENGTH;
        socket.send(wait, new BlockExchange("WAIT_READER_STATE_CHANGE", length, resolve, reject));
        socket.expect(new SignalExchange(registration));
      });
      return { registration, states: parseReaderStates(block) };
    }
    socket.hold();
    try {
      await new Promise<void>((resolve, reject) => {
        const both = concatBytes(wait, versionRequest(minor).bytes);
        socket.send(both, new SignalExchange(registration, resolve, reject));
      });
    } finally {
      socket.release();
    }
    return { registration, states: undefined };
  }

  #connect(): DaemonLink {
    this.#current ??= connectDaemon(this.#path, (socket) => {
      if (this.#current?.socket === socket) this.#current = undefined;
    });
    return this.#current;
  }
}
