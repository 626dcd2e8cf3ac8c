import { SCARD } from "@cardwire/ioctl";
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
} from "../scard-api.ts";
import { DEFAULT_POOL_SIZE, LocalThreads, type ScardThreads } from "../threads.ts";
import { type ForeignFunction, type ForeignInterface } from "./foreign-library.ts";
import { type ScardLayout } from "./layout.ts";
import { Memory } from "./memory.ts";
import { processMemory } from "./process-memory.ts";
import { ReaderStates } from "./reader-states.ts";
import { SharedThreads } from "./shared-threads.ts";
import { decodeNames, encodeName } from "./text.ts";

/** Where the functions are, and how they are called. */
export interface ForeignScardOptions {
  /** koffi, or what is like it. */
  readonly foreign: ForeignInterface;
  /** The library's name or path, as the system's loader takes it. */
  readonly library: string;
  readonly layout: ScardLayout;
  /** The host's process, whose threads are counted. */
  readonly processId: number;
  /** How many threads the host's pool has (UV_THREADPOOL_SIZE); 4 unless given. */
  readonly poolSize?: number | undefined;
}

const SCOPE_SYSTEM = 2;
/** MAX_BUFFER_SIZE_EXTENDED of pcsc-lite: more than any response APDU has. */
const RECEIVE_ROOM = 65_548;
/** MAX_BUFFER_SIZE of pcsc-lite, which refuses to be told of more; a longer attribute tells its length. */
const ATTRIBUTE_ROOM = 264;
const NAMES_ROOM = 4_096;
const ATR_ROOM = 36;
/** How many receive buffers are kept for the next calls. */
const KEPT_BUFFERS = 8;

const DWORD_TYPE = { 4: "uint32", 8: "uint64" } as const;
const POINTER = "void *";

/** The PC/SC API in a library of the system, called through a foreign-function interface. */
export class ForeignScardApi implements ScardApi {
  readonly dialect: ScardDialect;
  readonly threads: ScardThreads;
  readonly #layout: ScardLayout;
  readonly #addressOf: (bytes: Uint8Array) => bigint;
  readonly #functions: ReturnType<typeof declareFunctions>;
  readonly #requests = new Map<number, Uint8Array>();
  readonly #buffers: Memory[] = [];
  /** The interface keeps addresses, not what is there: bytes must not be collected before a call has returned. */
  readonly #inFlight = new Set<readonly unknown[]>();
  readonly #waiting = new Set<ScardHandle>();

  /** @throws what the foreign-function interface throws when there is no such library, or a function is missing in it. */
  constructor({ foreign, library, layout, processId, poolSize = DEFAULT_POOL_SIZE }: ForeignScardOptions) {
    this.dialect = layout.dialect;
    this.#layout = layout;
    this.#addressOf = (bytes) => foreign.address(bytes);
    this.#functions = declareFunctions(foreign, library, layout);
    const memory = processMemory(foreign, layout.dialect.platform === "windows", processId);
    this.threads = memory === undefined ? new LocalThreads(poolSize) : new SharedThreads(memory, poolSize);
  }

  /**
   * Ends what waits in every context, at once and from within a callback that cannot wait: for a process that is about
   * to end and would wait for its threads.
   */
  cancelAll(): void {
    for (const context of this.#waiting) this.cancel(context);
  }

  async establishContext(): Promise<ScardOutcome & { readonly context: ScardHandle }> {
    const { handleSize } = this.#layout;
    const out = new Memory(handleSize);
    const code = await this.#later(this.#functions.establishContext, SCOPE_SYSTEM, null, null, out.bytes);
    return { code, context: out.readPointer(handleSize) };
  }

  async releaseContext(context: ScardHandle): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.releaseContext, context) };
  }

  async isValidContext(context: ScardHandle): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.isValidContext, context) };
  }

  async listReaders(context: ScardHandle): Promise<ScardOutcome & { readonly readerNames: readonly string[] }> {
    const { text } = this.#layout;
    const unit = text === "utf-8" ? 1 : 2;
    let room = NAMES_ROOM;
    for (;;) {
      const names = new Uint8Array(room * unit);
      const length = this.#dword(room);
      const code = await this.#later(this.#functions.listReaders, context, null, names, length.bytes);
      const used = length.readDword();
      if (code === 0) return { code, readerNames: decodeNames(names.subarray(0, used * unit), text) };
      if (code !== SCARD.E_INSUFFICIENT_BUFFER || used <= room) return { code, readerNames: [] };
      room = used;
    }
  }

  async getStatusChange(
    context: ScardHandle,
    timeoutMs: number,
    readers: readonly ScardReaderQuestion[],
  ): Promise<ScardOutcome & { readonly readers: readonly ScardReaderAnswer[] }> {
    const states = new ReaderStates(this.#layout, readers, this.#addressOf);
    if (timeoutMs > 0) this.#waiting.add(context);
    try {
      const code = await this.#later(this.#functions.getStatusChange, context, timeoutMs, states.bytes, readers.length);
      return { code, readers: states.answers() };
    } finally {
      this.#waiting.delete(context);
    }
  }

  cancel(context: ScardHandle): number {
    return Number(this.#functions.cancel(context));
  }

  async connect(
    context: ScardHandle,
    readerName: string,
    shareMode: number,
    preferredProtocols: number,
  ): Promise<ScardConnectOutcome> {
    const { handleSize, text } = this.#layout;
    const name = encodeName(readerName, text);
    const card = new Memory(handleSize);
    const protocol = this.#dword(0);
    this.#waiting.add(context);
    try {
      const code = await this.#later(
        this.#functions.connect,
        ...[context, name, shareMode, preferredProtocols, card.bytes, protocol.bytes],
      );
      return { code, card: card.readPointer(handleSize), protocol: protocol.readDword() };
    } finally {
      this.#waiting.delete(context);
    }
  }

  async reconnect(
    card: ScardHandle,
    shareMode: number,
    preferredProtocols: number,
    initialization: number,
  ): Promise<ScardOutcome & { readonly protocol: number }> {
    const protocol = this.#dword(0);
    const code = await this.#later(
      this.#functions.reconnect,
      ...[card, shareMode, preferredProtocols, initialization, protocol.bytes],
    );
    return { code, protocol: protocol.readDword() };
  }

  async disconnect(card: ScardHandle, disposition: number): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.disconnect, card, disposition) };
  }

  async status(card: ScardHandle): Promise<ScardStatusOutcome> {
    const names = new Memory(NAMES_ROOM * 2);
    const namesLength = this.#dword(NAMES_ROOM);
    const state = this.#dword(0);
    const protocol = this.#dword(0);
    const answerToReset = new Memory(ATR_ROOM);
    const length = this.#dword(ATR_ROOM);
    const code = await this.#later(
      this.#functions.status,
      ...[card, names.bytes, namesLength.bytes, state.bytes, protocol.bytes, answerToReset.bytes, length.bytes],
    );
    const used = length.readDword();
    return {
      code,
      state: state.readDword(),
      protocol: protocol.readDword(),
      answerToReset: answerToReset.bytes.slice(0, used > ATR_ROOM ? 0 : used),
    };
  }

  async transmit(card: ScardHandle, protocol: number, command: Uint8Array): Promise<ScardBytesOutcome> {
    const buffer = this.#buffers.pop() ?? new Memory(RECEIVE_ROOM);
    const length = this.#dword(RECEIVE_ROOM);
    const code = await this.#later(
      this.#functions.transmit,
      ...[card, this.#ioRequest(protocol), command, command.length, null, buffer.bytes, length.bytes],
    );
    return this.#take(code, buffer, length.readDword());
  }

  async beginTransaction(card: ScardHandle): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.beginTransaction, card) };
  }

  async endTransaction(card: ScardHandle, disposition: number): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.endTransaction, card, disposition) };
  }

  async control(card: ScardHandle, controlCode: number, input: Uint8Array): Promise<ScardBytesOutcome> {
    const buffer = this.#buffers.pop() ?? new Memory(RECEIVE_ROOM);
    const length = this.#dword(0);
    const code = await this.#later(
      this.#functions.control,
      ...[card, controlCode, orNull(input), input.length, buffer.bytes, RECEIVE_ROOM, length.bytes],
    );
    return this.#take(code, buffer, length.readDword());
  }

  async getAttrib(card: ScardHandle, attributeId: number): Promise<ScardBytesOutcome> {
    let room = ATTRIBUTE_ROOM;
    for (;;) {
      const value = new Uint8Array(room);
      const length = this.#dword(room);
      const code = await this.#later(this.#functions.getAttrib, card, attributeId, value, length.bytes);
      const used = length.readDword();
      if (code !== SCARD.E_INSUFFICIENT_BUFFER || used <= room || used > RECEIVE_ROOM)
        return { code, bytes: code === 0 ? value.slice(0, used) : new Uint8Array(0) };
      room = used;
    }
  }

  async setAttrib(card: ScardHandle, attributeId: number, value: Uint8Array): Promise<ScardOutcome> {
    return { code: await this.#later(this.#functions.setAttrib, card, attributeId, orNull(value), value.length) };
  }

  /** A call by a thread of the host's pool. */
  #later(call: ForeignFunction, ...values: readonly unknown[]): Promise<number> {
    this.#inFlight.add(values);
    return new Promise((resolve, reject) => {
      call.async(...values, (error: Error | null, result: unknown) => {
        this.#inFlight.delete(values);
        if (error === null) resolve(Number(result));
        else reject(error);
      });
    });
  }

  #dword(value: number): Memory {
    const { dwordSize } = this.#layout;
    const memory = new Memory(dwordSize);
    memory.writeDword(0, dwordSize, value);
    return memory;
  }

  /** SCARD_IO_REQUEST: the protocol, and the length of the struct. */
  #ioRequest(protocol: number): Uint8Array {
    let request = this.#requests.get(protocol);
    if (request === undefined) {
      const { dwordSize } = this.#layout;
      const memory = new Memory(dwordSize * 2);
      memory.writeDword(0, dwordSize, protocol);
      memory.writeDword(dwordSize, dwordSize, dwordSize * 2);
      this.#requests.set(protocol, (request = memory.bytes));
    }
    return request;
  }

  /** What was received, and the buffer back. */
  #take(code: number, buffer: Memory, length: number): ScardBytesOutcome {
    const bytes = buffer.bytes.slice(0, code === 0 && length <= RECEIVE_ROOM ? length : 0);
    if (this.#buffers.length < KEPT_BUFFERS) this.#buffers.push(buffer);
    return { code, bytes };
  }
}

function orNull(bytes: Uint8Array): Uint8Array | null {
  return bytes.length === 0 ? null : bytes;
}

function declareFunctions(foreign: ForeignInterface, library: string, layout: ScardLayout) {
  const { convention, textSuffix, controlFunction } = layout;
  const loaded = foreign.load(library);
  const dword = DWORD_TYPE[layout.dwordSize];
  const handle = DWORD_TYPE[layout.handleSize];
  // LONG may have 64 bits: 32 of them are the code
  const declare = (name: string, ...parameters: string[]): ForeignFunction =>
    loaded.func(convention, name, "uint32", parameters);
  return {
    establishContext: declare("SCardEstablishContext", dword, POINTER, POINTER, POINTER),
    releaseContext: declare("SCardReleaseContext", handle),
    isValidContext: declare("SCardIsValidContext", handle),
    listReaders: declare(`SCardListReaders${textSuffix}`, handle, POINTER, POINTER, POINTER),
    getStatusChange: declare(`SCardGetStatusChange${textSuffix}`, handle, dword, POINTER, dword),
    cancel: declare("SCardCancel", handle),
    connect: declare(`SCardConnect${textSuffix}`, handle, POINTER, dword, dword, POINTER, POINTER),
    reconnect: declare("SCardReconnect", handle, dword, dword, dword, POINTER),
    disconnect: declare("SCardDisconnect", handle, dword),
    status: declare(`SCardStatus${textSuffix}`, handle, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER),
    transmit: declare("SCardTransmit", handle, POINTER, POINTER, dword, POINTER, POINTER, POINTER),
    beginTransaction: declare("SCardBeginTransaction", handle),
    endTransaction: declare("SCardEndTransaction", handle, dword),
    control: declare(controlFunction, handle, dword, POINTER, dword, POINTER, dword, POINTER),
    getAttrib: declare("SCardGetAttrib", handle, dword, POINTER, POINTER),
    setAttrib: declare("SCardSetAttrib", handle, dword, POINTER, dword),
  };
}
