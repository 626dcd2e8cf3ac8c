import { FormatError } from "@cardwire/core";

/** Takes a message apart from its beginning, and names the field that is missing. */
export class Fields {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws FormatError TOO_SHORT. */
  byte(field: string): number {
    const value = this.#bytes[this.#at];
    if (value === undefined)
      throw new FormatError("TOO_SHORT", `${this.#bytes.length} bytes are there`, { field, offset: this.#at });
    this.#at++;
    return value;
  }

  /** Two bytes, most significant first. @throws FormatError TOO_SHORT. */
  word(field: string): number {
    return (this.byte(field) << 8) | this.byte(field);
  }

  /** A copy of the next bytes. @throws FormatError TOO_SHORT. */
  bytes(length: number, field: string): Uint8Array {
    if (this.left < length)
      throw new FormatError("TOO_SHORT", `needs ${length} bytes, ${this.left} are left`, { field, offset: this.#at });
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.left, "rest");
  }

  /** @throws FormatError LEFT_OVER. */
  end(field: string): void {
    if (this.left > 0)
      throw new FormatError("LEFT_OVER", `${this.left} bytes are left over`, { field, offset: this.#at });
  }

  /** @throws FormatError INVALID_VALUE about the byte that was read last. */
  refuse(field: string, message: string): never {
    throw new FormatError("INVALID_VALUE", message, { field, offset: this.#at - 1 });
  }
}

/** @throws FormatError for a number that is no byte. */
export function requireByte(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff)
    throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field });
  return value;
}

/** @throws FormatError for a number that does not fit two bytes. */
export function requireWord(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new FormatError("INVALID_VALUE", `${value} does not fit two bytes`, { field });
  return value;
}
