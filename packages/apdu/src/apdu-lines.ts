import { viewOf } from "./view.ts";

/** One piece of an APDU in words. */
export interface ApduLine {
  /** Offset of the bytes in the APDU. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** The field's name, such as "INS" or "key type". */
  readonly field: string;
  /** What the bytes mean, in English; empty where the name says it all. */
  readonly meaning: string;
}

/** Takes an APDU apart from its beginning to its end, so that no byte is left out and none is told twice. */
export class ApduLines {
  readonly all: ApduLine[] = [];
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, or as many as there are. */
  take(length: number, field: string, meaning: string): this {
    const end = Math.min(this.#bytes.length, this.#offset + length);
    if (end > this.#offset) {
      this.all.push({ offset: this.#offset, bytes: viewOf(this.#bytes, this.#offset, end), field, meaning });
      this.#offset = end;
    }
    return this;
  }

  /** All bytes that are left. */
  rest(field: string, meaning: string): this {
    return this.take(this.left, field, meaning);
  }
}
