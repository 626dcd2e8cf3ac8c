import { PNP_NOTIFICATION } from "@cardwire/core";
import { PCSCLITE_READER_STATE, SCARD, SCARD_READER_STATE, SCARD_STATE, WIN32 } from "@cardwire/ioctl";
import { WINDOWS_DIALECT } from "../src/dialects.ts";
import {
  type ScardApi,
  type ScardBytesOutcome,
  type ScardConnectOutcome,
  type ScardDialect,
  type ScardHandle,
  type ScardOutcome,
  type ScardReaderAnswer,
  type ScardReaderQuestion,
  type ScardStatusOutcome,
} from "../src/scard-api.ts";
import { type FakeCard } from "./fake-card.ts";

/** One of the readers of a {@link FakeResourceManager}. */
export interface FakeReader {
  readonly name: string;
  card: FakeCard | undefined;
  /** Insertions and removals. */
  count: number;
  readonly attributes: Map<number, Uint8Array>;
  readonly controls: Map<number, (input: Uint8Array) => Uint8Array>;
  /** The connection that holds a transaction. */
  transaction: FakeConnection | undefined;
  readonly connections: Set<FakeConnection>;
}

interface FakeConnection {
  readonly reader: FakeReader;
  readonly context: bigint;
  readonly exclusive: boolean;
  protocol: number;
  /** What every call answers from now on; 0 while all is well. */
  stale: number;
}

interface FakeContext {
  /** Set while SCardGetStatusChange waits. */
  wait: ((code: number) => void) | undefined;
}

const EMPTY = new Uint8Array(0);

/** A resource manager in memory, as the PC/SC API shows it. Looks closely at how it is called. */
export class FakeResourceManager implements ScardApi {
  readonly dialect: ScardDialect;
  readonly readers: FakeReader[] = [];
  /** Code to answer a function with, once, instead of what it would do. */
  readonly lapses: { readonly name: keyof ScardApi; readonly code: number }[] = [];
  /** The functions that were called, in their order. */
  readonly calls: string[] = [];
  /** Calls that have not returned. */
  pending = 0;
  mostPending = 0;
  /** As Wine does: SCardGetStatusChange does not compare, and never waits for readers. */
  comparesNothing = false;
  knowsPnp = true;
  isRunning = true;
  readonly #contexts = new Map<bigint, FakeContext>();
  readonly #cards = new Map<bigint, FakeConnection>();
  #changes: (() => void)[] = [];
  #nextHandle = 0xcd01_0000_0000_0001n;

  constructor(dialect: ScardDialect = WINDOWS_DIALECT) {
    this.dialect = dialect;
  }

  get openContexts(): number {
    return this.#contexts.size;
  }

  get openCards(): number {
    return this.#cards.size;
  }

  /** SCardGetStatusChange calls that wait. */
  get waits(): number {
    return [...this.#contexts.values()].filter(({ wait }) => wait !== undefined).length;
  }

  addReader(name: string): FakeReader {
    const reader: FakeReader = {
      name,
      card: undefined,
      count: 0,
      attributes: new Map(),
      controls: new Map(),
      transaction: undefined,
      connections: new Set(),
    };
    this.readers.push(reader);
    this.#tell();
    return reader;
  }

  removeReader(reader: FakeReader): void {
    this.readers.splice(this.readers.indexOf(reader), 1);
    this.#spoil(reader, SCARD.E_READER_UNAVAILABLE);
    this.#tell();
  }

  insert(reader: FakeReader, card: FakeCard): void {
    reader.card = card;
    reader.count++;
    this.#tell();
  }

  remove(reader: FakeReader): void {
    if (reader.card === undefined) return;
    reader.card = undefined;
    reader.count++;
    this.#spoil(reader, SCARD.W_REMOVED_CARD);
    this.#tell();
  }

  /** As when the service stops: every call that waits ends, and no handle is good any more. */
  stop(code: number = SCARD.E_SERVICE_STOPPED): void {
    this.isRunning = false;
    for (const { wait } of this.#contexts.values()) wait?.(code);
    this.#contexts.clear();
    this.#cards.clear();
    for (const reader of this.readers) {
      reader.transaction = undefined;
      reader.connections.clear();
    }
    this.#tell();
  }

  start(): void {
    this.isRunning = true;
  }

  establishContext(): Promise<ScardOutcome & { readonly context: ScardHandle }> {
    return this.#call("establishContext", () => {
      if (!this.isRunning) return { code: SCARD.E_NO_SERVICE, context: 0n };
      const context = this.#nextHandle++;
      this.#contexts.set(context, { wait: undefined });
      return { code: 0, context };
    });
  }

  releaseContext(context: ScardHandle): Promise<ScardOutcome> {
    return this.#call("releaseContext", () => {
      const known = this.#contexts.get(context);
      if (known === undefined) return { code: WIN32.INVALID_HANDLE };
      if (known.wait !== undefined) throw new Error("a context is released while a call waits in it");
      this.#contexts.delete(context);
      for (const [card, connection] of this.#cards)
        if (connection.context === context) throw new Error(`a context is released with card ${card} connected`);
      return { code: 0 };
    });
  }

  isValidContext(context: ScardHandle): Promise<ScardOutcome> {
    return this.#call("isValidContext", () => ({ code: this.#contexts.has(context) ? 0 : WIN32.INVALID_HANDLE }));
  }

  listReaders(context: ScardHandle): Promise<ScardOutcome & { readonly readerNames: readonly string[] }> {
    return this.#call("listReaders", (lapse) => {
      const readerNames = this.readers.map(({ name }) => name);
      const code = lapse ?? this.#contextCode(context);
      if (code !== 0) return { code, readerNames: [] };
      return { code: readerNames.length === 0 ? SCARD.E_NO_READERS_AVAILABLE : 0, readerNames };
    });
  }

  getStatusChange(
    context: ScardHandle,
    timeoutMs: number,
    questions: readonly ScardReaderQuestion[],
  ): Promise<ScardOutcome & { readonly readers: readonly ScardReaderAnswer[] }> {
    return this.#call("getStatusChange", async (lapse) => {
      if (timeoutMs > 2_000) throw new Error(`a wait of ${timeoutMs} ms`);
      const known = this.#contexts.get(context);
      if (lapse !== undefined || known === undefined) return { code: lapse ?? WIN32.INVALID_HANDLE, readers: [] };
      if (known.wait !== undefined) throw new Error("two calls wait in one context");
      for (const { readerName } of questions)
        if (
          !this.readers.some(({ name }) => name === readerName) &&
          !(this.knowsPnp && readerName === PNP_NOTIFICATION)
        )
          return { code: SCARD.E_UNKNOWN_READER, readers: [] };
      let code = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const answers = (): ScardReaderAnswer[] => questions.map((question) => this.#answer(question));
      const isNews = (): boolean => answers().some(({ eventState }) => (eventState & SCARD_STATE.CHANGED) !== 0);
      if (timeoutMs > 0 && !isNews())
        code = await new Promise<number>((resolve) => {
          known.wait = resolve;
          timer = setTimeout(() => {
            resolve(SCARD.E_TIMEOUT);
          }, timeoutMs);
          const look = (): void => {
            if (known.wait !== resolve) return;
            if (isNews()) resolve(0);
            else this.#changes.push(look);
          };
          this.#changes.push(look);
        });
      else if (!isNews()) code = SCARD.E_TIMEOUT;
      clearTimeout(timer);
      known.wait = undefined;
      return { code, readers: answers() };
    });
  }

  cancel(context: ScardHandle): number {
    this.calls.push("cancel");
    this.#contexts.get(context)?.wait?.(SCARD.E_CANCELLED);
    return 0;
  }

  connect(
    context: ScardHandle,
    readerName: string,
    shareMode: number,
    preferredProtocols: number,
  ): Promise<ScardConnectOutcome> {
    return this.#call("connect", async (lapse) => {
      const refused = (code: number): ScardConnectOutcome => ({ code, card: 0n, protocol: 0 });
      if (lapse !== undefined) return refused(lapse);
      const reader = this.readers.find(({ name }) => name === readerName);
      if (this.#contextCode(context) !== 0) return refused(this.#contextCode(context));
      if (reader === undefined) return refused(SCARD.E_UNKNOWN_READER);
      while (reader.transaction !== undefined) await this.#change();
      const users = [...reader.connections].filter(({ stale }) => stale === 0);
      const exclusive = shareMode === 1;
      if (users.some((user) => user.exclusive) || (exclusive && users.length > 0))
        return refused(SCARD.E_SHARING_VIOLATION);
      const { card } = reader;
      const isDirect = shareMode === 3;
      if (!isDirect && card === undefined)
        return refused(this.dialect.platform === "windows" ? SCARD.W_REMOVED_CARD : SCARD.E_NO_SMARTCARD);
      if (!isDirect && card?.mute === true) return refused(SCARD.W_UNRESPONSIVE_CARD);
      const protocol = isDirect ? 0 : preferredProtocols & (card?.protocols ?? 0);
      if (!isDirect && protocol === 0) return refused(SCARD.E_PROTO_MISMATCH);
      const handle = this.#nextHandle++;
      const connection = { reader, context, exclusive, protocol: protocol & -protocol, stale: 0 };
      this.#cards.set(handle, connection);
      reader.connections.add(connection);
      this.#tell();
      return { code: 0, card: handle, protocol: connection.protocol };
    });
  }

  reconnect(
    card: ScardHandle,
    _shareMode: number,
    preferredProtocols: number,
    initialization: number,
  ): Promise<ScardOutcome & { readonly protocol: number }> {
    return this.#onCard(
      "reconnect",
      card,
      (connection) => {
        if (initialization !== 0) this.#spoil(connection.reader, SCARD.W_RESET_CARD, connection);
        connection.protocol = preferredProtocols & (connection.reader.card?.protocols ?? 0);
        return { code: 0, protocol: connection.protocol };
      },
      (connection) => {
        if (connection.stale === SCARD.W_RESET_CARD) connection.stale = 0;
      },
    );
  }

  disconnect(card: ScardHandle, disposition: number): Promise<ScardOutcome> {
    return this.#call("disconnect", () => {
      const connection = this.#cards.get(card);
      if (connection === undefined) return { code: SCARD.E_INVALID_HANDLE };
      this.#cards.delete(card);
      const { reader, stale } = connection;
      reader.connections.delete(connection);
      if (reader.transaction === connection) reader.transaction = undefined;
      if (stale === 0 && disposition !== 0) this.#spoil(reader, SCARD.W_RESET_CARD, connection);
      this.#tell();
      return { code: stale };
    });
  }

  status(card: ScardHandle): Promise<ScardStatusOutcome> {
    return this.#onCard("status", card, ({ reader, protocol }) => {
      const isWindows = this.dialect.platform === "windows";
      const present = isWindows
        ? SCARD_READER_STATE.SPECIFIC
        : PCSCLITE_READER_STATE.PRESENT | PCSCLITE_READER_STATE.POWERED | PCSCLITE_READER_STATE.NEGOTIABLE;
      const absent = isWindows ? SCARD_READER_STATE.ABSENT : PCSCLITE_READER_STATE.ABSENT;
      return {
        code: 0,
        state: reader.card === undefined ? absent : present,
        protocol,
        answerToReset: reader.card?.answerToReset ?? EMPTY,
      };
    });
  }

  transmit(card: ScardHandle, _protocol: number, command: Uint8Array): Promise<ScardBytesOutcome> {
    return this.#onCard("transmit", card, async (connection) => {
      const bytes = await connection.reader.card?.answer(command);
      return { code: connection.stale, bytes: bytes?.slice() ?? EMPTY };
    });
  }

  beginTransaction(card: ScardHandle): Promise<ScardOutcome> {
    return this.#onCard("beginTransaction", card, (connection) => {
      connection.reader.transaction = connection;
      return { code: 0 };
    });
  }

  endTransaction(card: ScardHandle, disposition: number): Promise<ScardOutcome> {
    return this.#onCard("endTransaction", card, (connection) => {
      if (connection.reader.transaction !== connection) return { code: SCARD.E_NOT_TRANSACTED };
      connection.reader.transaction = undefined;
      if (disposition !== 0) this.#spoil(connection.reader, SCARD.W_RESET_CARD, connection);
      this.#tell();
      return { code: 0 };
    });
  }

  control(card: ScardHandle, controlCode: number, input: Uint8Array): Promise<ScardBytesOutcome> {
    return this.#onCard("control", card, ({ reader }) => {
      const control = reader.controls.get(controlCode);
      if (control === undefined) return { code: WIN32.INVALID_FUNCTION, bytes: EMPTY };
      return { code: 0, bytes: control(input) };
    });
  }

  getAttrib(card: ScardHandle, attributeId: number): Promise<ScardBytesOutcome> {
    return this.#onCard("getAttrib", card, ({ reader }) => {
      const bytes = reader.attributes.get(attributeId);
      return bytes === undefined ? { code: WIN32.NOT_SUPPORTED, bytes: EMPTY } : { code: 0, bytes: bytes.slice() };
    });
  }

  setAttrib(card: ScardHandle, attributeId: number, value: Uint8Array): Promise<ScardOutcome> {
    return this.#onCard("setAttrib", card, ({ reader }) => {
      reader.attributes.set(attributeId, value.slice());
      return { code: 0 };
    });
  }

  #contextCode(context: ScardHandle): number {
    return this.#contexts.has(context) ? 0 : WIN32.INVALID_HANDLE;
  }

  async #call<Outcome extends ScardOutcome>(
    name: keyof ScardApi,
    run: (lapse: number | undefined) => Outcome | Promise<Outcome>,
  ): Promise<Outcome> {
    this.calls.push(name);
    this.mostPending = Math.max(this.mostPending, ++this.pending);
    const lapse = this.lapses.findIndex((planned) => planned.name === name);
    try {
      // a thread of the pool takes it a moment later
      await Promise.resolve();
      return await run(lapse < 0 ? undefined : this.lapses.splice(lapse, 1)[0]?.code);
    } finally {
      this.pending--;
    }
  }

  #onCard<Outcome extends ScardOutcome>(
    name: keyof ScardApi,
    card: ScardHandle,
    run: (connection: FakeConnection) => Outcome | Promise<Outcome>,
    before?: (connection: FakeConnection) => void,
  ): Promise<Outcome> {
    return this.#call(name, async (lapse) => {
      const refused = (code: number): Outcome => ({ code, bytes: EMPTY, answerToReset: EMPTY }) as unknown as Outcome;
      if (lapse !== undefined) return refused(lapse);
      const connection = this.#cards.get(card);
      if (connection === undefined) return refused(this.isRunning ? WIN32.INVALID_HANDLE : SCARD.E_SERVICE_STOPPED);
      before?.(connection);
      while (connection.stale === 0 && (connection.reader.transaction ?? connection) !== connection)
        await this.#change();
      return connection.stale === 0 ? run(connection) : refused(connection.stale);
    });
  }

  #answer({ readerName, currentState }: ScardReaderQuestion): ScardReaderAnswer {
    if (readerName === PNP_NOTIFICATION) {
      const state = this.readers.length << 16;
      const isNews = state !== (currentState & ~SCARD_STATE.CHANGED) >>> 0;
      return { eventState: state | (isNews ? SCARD_STATE.CHANGED : 0), answerToReset: EMPTY };
    }
    const reader = this.readers.find(({ name }) => name === readerName);
    if (reader === undefined) {
      const state = SCARD_STATE.UNKNOWN | SCARD_STATE.UNAVAILABLE | SCARD_STATE.CHANGED;
      return { eventState: state, answerToReset: EMPTY };
    }
    const users = [...reader.connections].filter(({ stale }) => stale === 0);
    const flags =
      (reader.card === undefined ? SCARD_STATE.EMPTY : SCARD_STATE.PRESENT) |
      (reader.card?.mute === true ? SCARD_STATE.MUTE : 0) |
      (users.length > 0 ? SCARD_STATE.INUSE : 0) |
      (users.some(({ exclusive }) => exclusive) ? SCARD_STATE.EXCLUSIVE : 0);
    const state = ((reader.count << 16) | flags) >>> 0;
    const isNews = this.comparesNothing || state !== (currentState & ~SCARD_STATE.CHANGED) >>> 0;
    const answerToReset = reader.card?.mute === true ? EMPTY : (reader.card?.answerToReset ?? EMPTY);
    return { eventState: isNews ? (state | SCARD_STATE.CHANGED) >>> 0 : state, answerToReset };
  }

  /** Makes the connections of a reader stale. */
  #spoil(reader: FakeReader, code: number, except?: FakeConnection): void {
    reader.transaction = undefined;
    for (const connection of reader.connections)
      if (connection !== except && connection.stale === 0) connection.stale = code;
    this.#tell();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changes.push(resolve));
  }

  #tell(): void {
    const changes = this.#changes;
    this.#changes = [];
    for (const change of changes) change();
  }
}
