import { concatBytes } from "@cardwire/core";
import { protocolViolation } from "./errors.ts";
import { BlockExchange } from "./exchange.ts";
import { connectDaemon, type Daemon, type DaemonLink, retryIfLost } from "./handshake.ts";
import { type PcscdSocket } from "./pcscd-socket.ts";
import { COMMAND, emptyRequest, MAX_SLOTS, READER_STATE_LENGTH, SIZED_STATES_MINOR } from "./protocol.ts";
import { parseReaderStates, type ReaderState } from "./reader-state.ts";

/** A daemon that grows its array of slots while it sends them is asked again, so many times. */
const ATTEMPTS = 3;

/** The connection over which a context learns with whom it talks, and what state the readers are in. */
export class StateLink {
  readonly #path: string;
  #current: DaemonLink | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** True while there is a connection, as far as we know. */
  get connected(): boolean {
    return this.#current !== undefined;
  }

  /** Whom we talk to; connects unless that is so already. */
  daemon(): Promise<Daemon> {
    return this.#connect().daemon;
  }

  /** The readers as they are now. */
  async readerStates(): Promise<ReaderState[]> {
    return retryIfLost(this.#current !== undefined, async () => {
      for (let attempt = 1; ; attempt++) {
        const { socket, daemon } = this.#connect();
        const { minor, slots } = await daemon;
        const array = minor < SIZED_STATES_MINOR ? await askStates(socket, slots) : await askSizedStates(socket);
        if (array !== undefined) return parseReaderStates(array);
        const error = protocolViolation("GET_READERS_STATE_SIZE", "size", 0, "it changes with every look");
        socket.destroy(error);
        if (attempt === ATTEMPTS) throw error;
      }
    });
  }

  /** Ends the connection, and with it what waits for an answer. The next call connects again. */
  drop(error: Error): void {
    this.#current?.socket.destroy(error);
  }

  #connect(): DaemonLink {
    this.#current ??= connectDaemon(this.#path, (socket) => {
      if (this.#current?.socket === socket) this.#current = undefined;
    });
    return this.#current;
  }
}

/** All slots of a daemon whose number of slots is known. */
function askStates(socket: PcscdSocket, slots: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const states = new BlockExchange("GET_READERS_STATE", slots * READER_STATE_LENGTH, resolve, reject);
    socket.send(emptyRequest(COMMAND.getReadersState), states);
  });
}

/**
 * All slots of a daemon whose array can grow: between the answer to its size and the array itself, too, which does not
 * say how long it is. So the size is asked on both sides; undefined when it was not the same, and the connection must
 * not be used any more, since what was taken for the size may be the start of a record.
 */
function askSizedStates(socket: PcscdSocket): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return new Promise((resolve, reject) => {
    const name = "GET_READERS_STATE_SIZE";
    let slots = 0;
    let array = new Uint8Array(0);
    const states = new BlockExchange("GET_READERS_STATE_ARRAY", 0, (block) => (array = block), reject);
    const before = new BlockExchange(
      name,
      4,
      (block) => {
        slots = word(block);
        if (slots < 1 || slots > MAX_SLOTS) throw protocolViolation(name, "size", 0, `${slots} slots`);
        states.length = slots * READER_STATE_LENGTH;
      },
      reject,
    );
    const after = new BlockExchange(
      name,
      4,
      (block) => {
        resolve(word(block) === slots ? array : undefined);
      },
      reject,
    );
    socket.send(
      concatBytes(
        emptyRequest(COMMAND.getReadersStateSize),
        emptyRequest(COMMAND.getReadersStateArray),
        emptyRequest(COMMAND.getReadersStateSize),
      ),
      before,
    );
    socket.expect(states);
    socket.expect(after);
  });
}

function word(block: Uint8Array<ArrayBuffer>): number {
  return new Uint32Array(block.buffer)[0] ?? 0;
}
