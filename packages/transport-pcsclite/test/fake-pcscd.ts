import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A kind of daemon: what pcsc-lite's releases do differently. */
export interface FakeDaemonKind {
  readonly name: string;
  /** The version of the protocol that it calls its own, 4.x. */
  readonly minor: number;
  /** Which other minor versions it takes from clients, and behaves by. */
  readonly accepts: readonly number[];
  readonly slots: number;
}

export const DAEMON_KINDS: readonly FakeDaemonKind[] = [
  { name: "1.8.10", minor: 3, accepts: [], slots: 16 },
  { name: "1.9.9", minor: 4, accepts: [], slots: 16 },
  { name: "2.3.3", minor: 5, accepts: [], slots: 16 },
  { name: "2.3.3 of Fedora", minor: 5, accepts: [], slots: 48 },
  { name: "2.4.1", minor: 5, accepts: [4, 6, 7], slots: 16 },
  { name: "2.5.1", minor: 6, accepts: [4, 5], slots: 5 },
  { name: "one to come that takes no older client", minor: 7, accepts: [], slots: 21 },
];

export interface FakeCard {
  readonly atr: Uint8Array;
  readonly mute?: boolean;
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A reader of the fake daemon. */
export class FakeReader {
  readonly name: string;
  readonly attributes = new Map<number, Uint8Array>();
  readonly controls = new Map<number, (data: Uint8Array) => Uint8Array>();
  card: FakeCard | undefined;
  eventCounter = 0;
  /** Users, −1 for an exclusive one. */
  sharing = 0;
  protocol = 0;
  /** The handle that has a transaction. */
  lock = 0;

  constructor(name: string) {
    this.name = name;
  }

  get state(): number {
    if (this.card === undefined) return 0x02;
    return this.card.mute === true ? 0x0c : 0x34;
  }
}

interface Handle {
  readonly reader: FakeReader;
  readonly exclusive: boolean;
  /** What happened to its card: SCARD_W_RESET_CARD, SCARD_W_REMOVED_CARD, 0. */
  event: number;
}

interface Client {
  readonly socket: Socket;
  readonly handles: Map<number, Handle>;
  received: Buffer;
  busy: boolean;
  closed: boolean;
  /** Answers of a client that asked for less than 4.6. */
  old: boolean;
  waiting: boolean;
}

const SHARING_VIOLATION = 0x8010_000b;
const NOT_TRANSACTED = 0x8010_0016;
const REMOVED = 0x8010_0069;
const RESET = 0x8010_0068;
const POLL_MS = 5;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** pcscd as its socket shows it, for one kind of daemon, with readers and cards that a test moves. */
export class FakePcscd {
  readonly kind: FakeDaemonKind;
  readonly readers: FakeReader[] = [];
  readonly socketPath: string;
  /** The commands that came, by number, in their order. */
  readonly commands: number[] = [];
  /** Changes what is sent; an answer that is undefined is not sent. May be set at any time. */
  onAnswer: ((answer: Buffer, command: number) => Buffer | undefined) | undefined;
  /** Sends answers in pieces of so many bytes. */
  pieceLength = Infinity;
  readonly #folder: string;
  readonly #clients = new Set<Client>();
  #server: Server | undefined;
  #nextHandle = 0x1000;

  constructor(kind: FakeDaemonKind) {
    this.kind = kind;
    this.#folder = mkdtempSync(join(tmpdir(), "cardwire-fake-"));
    this.socketPath = join(this.#folder, "pcscd.comm");
  }

  get connections(): number {
    return this.#clients.size;
  }

  async start(): Promise<void> {
    const server = createServer((socket) => {
      this.#accept(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.socketPath, resolve));
  }

  /** Ends as if killed: connections break, and nobody listens any more. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const client of this.#clients) client.socket.destroy();
    for (const reader of this.readers) Object.assign(reader, { sharing: 0, lock: 0, protocol: 0, eventCounter: 0 });
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  addReader(name: string): FakeReader {
    const reader = new FakeReader(name);
    const free = this.readers.findIndex(({ name: taken }) => taken === "");
    if (free < 0) this.readers.push(reader);
    else this.readers[free] = reader;
    this.signal();
    return reader;
  }

  /** Leaves a free slot behind. */
  removeReader(reader: FakeReader): void {
    this.readers[this.readers.indexOf(reader)] = new FakeReader("");
    for (const { handles } of this.#clients)
      for (const [number, handle] of handles)
        if (handle.reader === reader) handles.set(number, { ...handle, event: -1 });
    this.signal();
  }

  insert(reader: FakeReader, card: FakeCard): void {
    reader.card = card;
    reader.protocol = 0;
    reader.eventCounter = (reader.eventCounter + 1) & 0xffff;
    this.signal();
  }

  remove(reader: FakeReader): void {
    if (reader.card === undefined) return;
    reader.card = undefined;
    reader.lock = 0;
    reader.eventCounter = (reader.eventCounter + 1) & 0xffff;
    this.#happen(reader, REMOVED);
    this.signal();
  }

  /** Tells those who wait that something has changed. */
  signal(rv = 0): void {
    for (const client of this.#clients) {
      if (!client.waiting) continue;
      client.waiting = false;
      this.#send(client, 0, words(0, rv));
    }
  }

  #happen(reader: FakeReader, event: number): void {
    for (const { handles } of this.#clients)
      for (const handle of handles.values()) if (handle.reader === reader) handle.event = event;
  }

  #accept(socket: Socket): void {
    const client: Client = {
      socket,
      handles: new Map(),
      received: Buffer.alloc(0),
      busy: false,
      closed: false,
      old: this.kind.minor < 6,
      waiting: false,
    };
    this.#clients.add(client);
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      client.received = Buffer.concat([client.received, chunk]);
      void this.#pump(client);
    });
    socket.on("close", () => {
      client.closed = true;
      this.#clients.delete(client);
      for (const [number, handle] of client.handles) this.#release(number, handle);
    });
  }

  async #pump(client: Client): Promise<void> {
    if (client.busy) return;
    client.busy = true;
    while (client.received.length >= 8 && !client.closed) {
      const size = client.received.readUInt32LE(0);
      const command = client.received.readUInt32LE(4);
      const body = client.received.subarray(8, 8 + size);
      const extra = command === 0x09 ? body.readUInt32LE(12) : command === 0x0a ? body.readUInt32LE(8) : 0;
      if (client.received.length < 8 + size + extra) break;
      const data = Uint8Array.from(client.received.subarray(8 + size, 8 + size + extra));
      client.received = client.received.subarray(8 + size + extra);
      this.commands.push(command);
      const answer = await this.#answer(client, command, Buffer.from(body), data);
      if (answer === undefined) {
        client.socket.destroy();
        return;
      }
      if (answer.length > 0) this.#send(client, command, answer);
    }
    client.busy = false;
  }

  #send(client: Client, command: number, answer: Buffer): void {
    const sent = this.onAnswer === undefined ? answer : this.onAnswer(answer, command);
    if (sent === undefined || client.closed) return;
    for (let offset = 0; offset < sent.length; offset += this.pieceLength)
      client.socket.write(sent.subarray(offset, offset + this.pieceLength));
  }

  /** undefined hangs up. */
  async #answer(client: Client, command: number, body: Buffer, data: Uint8Array): Promise<Buffer | undefined> {
    const { kind } = this;
    switch (command) {
      case 0x11:
        return this.#version(client, body);
      case 0x01:
        body.writeUInt32LE(0x1234_5678, 4);
        return body;
      case 0x02:
        return body;
      case 0x12:
        return this.#states(kind.minor < 6 ? kind.slots : 16);
      case 0x13: {
        const states = client.old && kind.minor >= 4 ? this.#states(kind.minor < 6 ? kind.slots : 16) : Buffer.alloc(0);
        client.waiting = true;
        return states;
      }
      case 0x14:
        if (!client.waiting) return Buffer.alloc(0);
        client.waiting = false;
        return words(0, 0);
      case 0x16:
        return kind.minor >= 6 ? words(kind.slots) : undefined;
      case 0x17:
        return kind.minor >= 6 ? this.#states(kind.slots) : undefined;
      case 0x04:
        return this.#connect(client, body);
    }
    const handle = client.handles.get(body.length >= 4 ? body.readUInt32LE(0) : 0);
    return handle === undefined ? undefined : this.#handleCall(client, handle, command, body, data);
  }

  #version(client: Client, body: Buffer): Buffer {
    const { minor, accepts } = this.kind;
    const asked = body.readUInt32LE(4);
    const fine = body.readUInt32LE(0) === 4 && (asked === minor || accepts.includes(asked));
    if (fine) client.old = Math.min(asked, minor) < 6;
    return words(4, minor, fine ? 0 : 0x8010_001e);
  }

  #states(slots: number): Buffer {
    const array = Buffer.alloc(slots * 184);
    this.readers.slice(0, slots).forEach((reader, index) => {
      if (reader.name === "") return;
      const offset = index * 184;
      const atr = reader.card?.mute === true ? new Uint8Array(0) : (reader.card?.atr ?? new Uint8Array(0));
      array.write(reader.name, offset, "utf8");
      array.writeUInt32LE(reader.eventCounter, offset + 128);
      array.writeUInt32LE(reader.state, offset + 132);
      array.writeInt32LE(reader.sharing, offset + 136);
      array.set(atr, offset + 140);
      array.writeUInt32LE(atr.length, offset + 176);
      array.writeUInt32LE(reader.protocol, offset + 180);
    });
    return array;
  }

  async #connect(client: Client, body: Buffer): Promise<Buffer> {
    const name = body.subarray(4, 132);
    const share = body.readUInt32LE(132);
    const protocols = body.readUInt32LE(136);
    const readerName = name.subarray(0, name.indexOf(0)).toString("utf8");
    const reader = this.readers.find((candidate) => candidate.name === readerName);
    const answer = (rv: number, card = 0, protocol = 0): Buffer => {
      body.writeUInt32LE(card, 140);
      body.writeUInt32LE(protocol, 144);
      body.writeUInt32LE(rv, 148);
      return body;
    };
    if (share < 1 || share > 3) return answer(0x8010_0011);
    if (share !== 3 && (protocols & 7) === 0) return answer(0x8010_000f);
    if (reader === undefined || readerName === "") return answer(0x8010_0009);
    if (reader.sharing < 0) return answer(SHARING_VIOLATION);
    while (reader.lock !== 0) {
      await pause(POLL_MS);
      if (client.closed) return body;
    }
    if (share !== 3) {
      if (reader.card === undefined) return answer(0x8010_000c);
      if (reader.card.mute === true) return answer(0x8010_0067);
      if ((protocols & 4) !== 0) reader.protocol = 4;
      else if ((protocols & 2) === 0) return answer(0x8010_000f);
      else reader.protocol = 2;
    }
    const exclusive = share === 1;
    if (exclusive && reader.sharing > 0) return answer(SHARING_VIOLATION);
    const card = this.#nextHandle++;
    client.handles.set(card, { reader, exclusive, event: 0 });
    if (exclusive) reader.lock = card;
    reader.sharing = exclusive ? -1 : reader.sharing + 1;
    return answer(0, card, reader.protocol);
  }

  async #handleCall(
    client: Client,
    handle: Handle,
    command: number,
    body: Buffer,
    data: Uint8Array,
  ): Promise<Buffer | undefined> {
    const { reader } = handle;
    const number = body.readUInt32LE(0);
    const rvAt = body.length - 4;
    const answer = (rv: number): Buffer => {
      body.writeUInt32LE(rv, rvAt);
      return body;
    };
    if (handle.event === -1 && command !== 0x06) return answer(0x8010_0011);
    const locked = reader.lock !== 0 && reader.lock !== number;
    switch (command) {
      case 0x05: {
        if (locked) return answer(SHARING_VIOLATION);
        handle.event = 0;
        if (body.readUInt32LE(12) !== 0) {
          this.#happen(reader, RESET);
          handle.event = 0;
        }
        reader.protocol = (body.readUInt32LE(8) & 4) !== 0 ? 4 : 2;
        body.writeUInt32LE(reader.protocol, 16);
        return answer(reader.card === undefined ? 0x8010_000c : 0);
      }
      case 0x06: {
        const disposition = body.readUInt32LE(4);
        client.handles.delete(number);
        this.#release(number, handle);
        if (disposition !== 0 && reader.card !== undefined) this.#happen(reader, RESET);
        return answer(0);
      }
      case 0x07:
        if (handle.event !== 0) return answer(handle.event);
        if (locked) {
          await pause(POLL_MS);
          return answer(SHARING_VIOLATION);
        }
        reader.lock = number;
        return answer(0);
      case 0x08:
        if (handle.event !== 0) return answer(handle.event);
        if (reader.lock !== number) return answer(NOT_TRANSACTED);
        if (body.readUInt32LE(4) !== 0) this.#happen(reader, RESET);
        if (!handle.exclusive) reader.lock = 0;
        return answer(0);
      case 0x09: {
        if (locked) return answer(SHARING_VIOLATION);
        if (handle.event !== 0) return answer(handle.event);
        const { card } = reader;
        if (card === undefined) return answer(0x8010_000c);
        if (body.readUInt32LE(4) !== reader.protocol) return answer(0x8010_000f);
        const response = await card.transmit(data);
        body.writeUInt32LE(response.length, 24);
        return Buffer.concat([answer(0), response]);
      }
      case 0x0a: {
        if (locked) return answer(SHARING_VIOLATION);
        const control = reader.controls.get(body.readUInt32LE(4));
        if (control === undefined) return answer(0x8010_001f);
        const response = control(data);
        body.writeUInt32LE(response.length, 16);
        return Buffer.concat([answer(0), response]);
      }
      case 0x0b:
        if (locked) return answer(SHARING_VIOLATION);
        return answer(handle.event);
      case 0x0f: {
        if (locked) return answer(SHARING_VIOLATION);
        const value = reader.attributes.get(body.readUInt32LE(4));
        if (value === undefined) return answer(0x8010_001f);
        body.set(value, 8);
        body.writeUInt32LE(value.length, 272);
        return answer(0);
      }
      case 0x10: {
        if (locked) return answer(SHARING_VIOLATION);
        const tag = body.readUInt32LE(4);
        if (!reader.attributes.has(tag)) return answer(0x8010_001f);
        reader.attributes.set(tag, Uint8Array.from(body.subarray(8, 8 + body.readUInt32LE(272))));
        return answer(0);
      }
      default:
        return undefined;
    }
  }

  #release(number: number, { reader, exclusive }: Handle): void {
    if (reader.lock === number) reader.lock = 0;
    reader.sharing = exclusive ? 0 : Math.max(0, reader.sharing - 1);
    this.signal();
  }
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}
