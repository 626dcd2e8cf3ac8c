import { protocolViolation } from "./errors.ts";
import { type Layout, MAX_BUFFER } from "./protocol.ts";

/** Where a fixed body is put together. One for a connection: its replies come one after the other. */
export interface Scratch {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

/** The longest fixed body. */
const SCRATCH_LENGTH = 280;

export function createScratch(): Scratch {
  const buffer = new ArrayBuffer(SCRATCH_LENGTH);
  return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
}

/** Copies what is there of a field, up to its end. Gives the field's new fill. */
function fill(field: Uint8Array, have: number, length: number, bytes: Uint8Array, offset: number, end: number): number {
  const count = Math.min(length - have, end - offset);
  // a loop beats subarray and set for the few bytes of most messages
  if (count <= 64) for (let index = 0; index < count; index++) field[have + index] = bytes[offset + index] ?? 0;
  else field.set(bytes.subarray(offset, offset + count), have);
  return have + count;
}

/** An answer that is waited for. Answers come in the order of the requests. */
export abstract class Exchange {
  abstract readonly name: string;
  /** The one that was sent after this. */
  next: Exchange | undefined;
  /** Whether the process has to wait for it. */
  readonly keepsAlive: boolean = true;
  /** Set when the last byte has been taken. */
  complete = false;
  /** How many bytes have been taken. */
  abstract readonly taken: number;
  /** Takes what belongs to this answer of the bytes from `offset` to `end`, and gives the offset behind it. */
  abstract consume(bytes: Uint8Array, offset: number, end: number, scratch: Scratch): number;
  /** There will be no more bytes. */
  abstract fail(error: Error): void;
}

/** The answer to a call: a body, and what it announces. */
export abstract class CallExchange extends Exchange {
  readonly #layout: Layout;
  #have = 0;
  #payload: Uint8Array<ArrayBuffer> | undefined;
  #filled = 0;

  constructor(layout: Layout) {
    super();
    this.#layout = layout;
  }

  get name(): string {
    return this.#layout.name;
  }

  get taken(): number {
    return this.#have + this.#filled;
  }

  /** Looks at the whole body. Gives how many bytes follow; undefined when it has dealt with the answer. */
  protected abstract onBody(words: Uint32Array, scratch: Scratch): number | undefined;

  protected abstract onPayload(payload: Uint8Array<ArrayBuffer>): void;

  consume(bytes: Uint8Array, offset: number, end: number, scratch: Scratch): number {
    let at = offset;
    const { length } = this.#layout;
    if (this.#have < length) {
      const have = fill(scratch.bytes, this.#have, length, bytes, at, end);
      at += have - this.#have;
      this.#have = have;
      if (have < length) return at;
      const follows = this.onBody(scratch.words, scratch);
      if (follows === undefined) {
        this.complete = true;
        return at;
      }
      this.#payload = new Uint8Array(follows);
    }
    const payload = this.#payload;
    if (payload === undefined) return at;
    const filled = fill(payload, this.#filled, payload.length, bytes, at, end);
    at += filled - this.#filled;
    this.#filled = filled;
    if (filled === payload.length) {
      this.complete = true;
      this.onPayload(payload);
    }
    return at;
  }
}

/** A call whose answer is its body; resolves to what `pick` takes from it. */
export class BodyExchange<Value> extends CallExchange {
  readonly #pick: (words: Uint32Array, scratch: Scratch) => Value;
  readonly #resolve: (value: Value) => void;
  readonly fail: (error: Error) => void;

  constructor(
    layout: Layout,
    pick: (words: Uint32Array, scratch: Scratch) => Value,
    resolve: (value: Value) => void,
    reject: (error: Error) => void,
  ) {
    super(layout);
    this.#pick = pick;
    this.#resolve = resolve;
    this.fail = reject;
  }

  protected onBody(words: Uint32Array, scratch: Scratch): undefined {
    this.#resolve(this.#pick(words, scratch));
    return undefined;
  }

  protected onPayload(): void {
    // there is none
  }
}

/** TRANSMIT and CONTROL: resolves to the bytes, or to the code when it is not 0. */
export class BytesExchange extends CallExchange {
  readonly #rv: number;
  readonly #received: number;
  readonly #field: string;
  readonly #resolve: (outcome: Uint8Array<ArrayBuffer> | number) => void;
  readonly fail: (error: Error) => void;

  constructor(
    layout: Layout,
    received: number,
    resolve: (outcome: Uint8Array<ArrayBuffer> | number) => void,
    reject: (error: Error) => void,
  ) {
    super(layout);
    this.#rv = layout.rv;
    this.#received = received;
    this.#field = layout.words[received] ?? "";
    this.#resolve = resolve;
    this.fail = reject;
  }

  protected onBody(words: Uint32Array): number | undefined {
    const rv = words[this.#rv] ?? 0;
    if (rv !== 0) {
      this.#resolve(rv);
      return undefined;
    }
    const length = words[this.#received] ?? 0;
    if (length > MAX_BUFFER)
      throw protocolViolation(this.name, this.#field, this.#received * 4, `${length} is over ${MAX_BUFFER}`);
    return length;
  }

  protected onPayload(payload: Uint8Array<ArrayBuffer>): void {
    this.#resolve(payload);
  }
}

/** An answer of a known number of bytes without a code, such as the states of all slots. */
export class BlockExchange extends Exchange {
  readonly name: string;
  /** May be set until the first byte arrives. */
  length: number;
  readonly #resolve: (block: Uint8Array<ArrayBuffer>) => void;
  readonly fail: (error: Error) => void;
  #block: Uint8Array<ArrayBuffer> | undefined;
  #have = 0;

  constructor(
    name: string,
    length: number,
    resolve: (block: Uint8Array<ArrayBuffer>) => void,
    reject: (error: Error) => void,
  ) {
    super();
    this.name = name;
    this.length = length;
    this.#resolve = resolve;
    this.fail = reject;
  }

  get taken(): number {
    return this.#have;
  }

  consume(bytes: Uint8Array, offset: number, end: number): number {
    this.#block ??= new Uint8Array(this.length);
    const have = fill(this.#block, this.#have, this.length, bytes, offset, end);
    const at = offset + have - this.#have;
    this.#have = have;
    if (have === this.length) {
      this.complete = true;
      this.#resolve(this.#block);
    }
    return at;
  }
}
