import { NdefError } from "../wire/errors.ts";

/** Reads a payload from front to back. What is missing is named by field and offset. */
export class PayloadReader {
  readonly #bytes: Uint8Array;
  #offset: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#offset = start;
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  byte(field: string): number {
    return this.#number(1, field);
  }

  /** Two bytes, most significant first. */
  uint16(field: string): number {
    return this.#number(2, field);
  }

  /** Two bytes, least significant first. */
  uint16LE(field: string): number {
    const value = this.#number(2, field);
    return ((value & 0xff) << 8) | (value >>> 8);
  }

  bytes(length: number, field: string): Uint8Array {
    if (this.left < length)
      throw new NdefError("TOO_SHORT", `needs ${length} bytes, ${this.left} are left`, { field, offset: this.#offset });
    this.#offset += length;
    return this.#bytes.slice(this.#offset - length, this.#offset);
  }

  rest(): Uint8Array {
    return this.bytes(this.left, "rest");
  }

  /** @throws NdefError LEFT_OVER when bytes are left. */
  end(field: string): void {
    if (this.left > 0)
      throw new NdefError("LEFT_OVER", `${this.left} bytes are left over`, { field, offset: this.#offset });
  }

  #number(length: number, field: string): number {
    let value = 0;
    for (const byte of this.bytes(length, field)) value = value * 256 + byte;
    return value;
  }
}
