import { concatBytes, isSmartCardError } from "@cardwire/core";
import { protocolViolation, versionMismatch } from "./errors.ts";
import { Exchange, type Scratch } from "./exchange.ts";
import { PcscdSocket } from "./pcscd-socket.ts";
import {
  COMMAND,
  createRequest,
  emptyRequest,
  MAJOR,
  MAX_SLOTS,
  NEWEST_MINOR,
  OLDEST_MINOR,
  READER_STATE_LENGTH,
  type Request,
  SIZED_STATES_MINOR,
  VERSION,
} from "./protocol.ts";

/** What has to be known of a daemon to understand it. */
export interface Daemon {
  /** The version of the protocol that is spoken: the smaller of the one asked for and the one answered. */
  readonly minor: number;
  /** How many slots it answers for: compiled in, and not announced before 4.6. 0 where it says so itself. */
  readonly slots: number;
}

const SERVICE_STOPPED = 0x8010_001e;
const VERSION_LENGTH = VERSION.length;

export function versionRequest(minor: number): Request {
  const request = createRequest(VERSION);
  request.words[0] = MAJOR;
  request.words[1] = minor;
  return request;
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly rv: number;
}

function pickVersion(words: Uint32Array): Version {
  return { major: words[0] ?? 0, minor: words[1] ?? 0, rv: words[2] ?? 0 };
}

function askVersion(socket: PcscdSocket, minor: number): Promise<Version> {
  return socket.call(versionRequest(minor), VERSION, pickVersion);
}

/**
 * Agrees on a version. Daemons up to 2.4.0 take their own and no other, and leave the connection open for a second try;
 * later ones take older clients too, and answer with their own number all the same.
 *
 * @throws SmartCardOtherError InvalidStateError (SCARD_E_SERVICE_STOPPED) with both numbers.
 */
async function negotiate(socket: PcscdSocket, newest = NEWEST_MINOR): Promise<number> {
  let asked = newest;
  let answer = await askVersion(socket, asked);
  if (answer.rv === SERVICE_STOPPED && answer.major === MAJOR && answer.minor >= OLDEST_MINOR) {
    asked = answer.minor;
    answer = await askVersion(socket, asked);
  }
  const { major, minor, rv } = answer;
  const spoken = Math.min(asked, minor);
  if (rv !== 0 || major !== MAJOR || spoken < OLDEST_MINOR)
    throw versionMismatch(`${MAJOR}.${asked}`, `${major}.${minor}`);
  return spoken;
}

/**
 * Finds out how many slots a daemon has that does not say it: asks for the states and for the version in one go. The
 * version's answer, which no record looks like, ends the records.
 */
class SlotProbe extends Exchange {
  readonly name = "GET_READERS_STATE";
  readonly #minor: number;
  readonly #resolve: (slots: number) => void;
  readonly fail: (error: Error) => void;
  readonly #record = new Uint8Array(READER_STATE_LENGTH);
  #have = 0;
  #slots = 0;

  constructor(minor: number, resolve: (slots: number) => void, reject: (error: Error) => void) {
    super();
    this.#minor = minor;
    this.#resolve = resolve;
    this.fail = reject;
  }

  get taken(): number {
    return this.#slots * READER_STATE_LENGTH + this.#have;
  }

  consume(bytes: Uint8Array, offset: number, end: number, scratch: Scratch): number {
    for (let at = offset; at < end; at++) {
      this.#record[this.#have++] = bytes[at] ?? 0;
      if (this.#have === VERSION_LENGTH && this.#isVersion(scratch)) {
        this.complete = true;
        this.#resolve(this.#slots);
        return at + 1;
      }
      if (this.#have < READER_STATE_LENGTH) continue;
      this.#have = 0;
      if (++this.#slots > MAX_SLOTS)
        throw protocolViolation(this.name, "readerStates", this.taken, `more than ${MAX_SLOTS} slots`);
    }
    return end;
  }

  #isVersion({ bytes, words }: Scratch): boolean {
    bytes.set(this.#record.subarray(0, VERSION_LENGTH));
    const { major, minor, rv } = pickVersion(words);
    return major === MAJOR && minor >= this.#minor && minor < 0x100 && rv === 0;
  }
}

function probeSlots(socket: PcscdSocket, minor: number): Promise<number> {
  const both = concatBytes(emptyRequest(COMMAND.getReadersState), versionRequest(minor).bytes);
  return new Promise((resolve, reject) => {
    socket.send(both, new SlotProbe(minor, resolve, reject));
  });
}

async function handshake(socket: PcscdSocket): Promise<Daemon> {
  await socket.opened;
  const minor = await negotiate(socket);
  return { minor, slots: minor >= SIZED_STATES_MINOR ? 0 : await probeSlots(socket, minor) };
}

/** A connection, and whom it is to. */
export interface DaemonLink {
  readonly socket: PcscdSocket;
  readonly daemon: Promise<Daemon>;
}

/**
 * Connects and finds out whom we talk to.
 *
 * @param onClose told when the connection has ended, or has come to nothing.
 */
export function connectDaemon(path: string, onClose: (socket: PcscdSocket) => void): DaemonLink {
  const socket = new PcscdSocket(path, () => {
    onClose(socket);
  });
  const daemon = handshake(socket);
  daemon.catch((error: unknown) => {
    socket.destroy(error as Error);
  });
  return { socket, daemon };
}

/**
 * Does something that may be done twice. A connection that was left open may have died with a daemon that has a
 * successor by now: that is worth one more try, with a new one.
 *
 * @param reused such a connection is used.
 */
export async function retryIfLost<Value>(reused: boolean, operation: () => Promise<Value>): Promise<Value> {
  try {
    return await operation();
  } catch (error) {
    if (!reused || !isSmartCardError(error, "no-service")) throw error;
    return operation();
  }
}
