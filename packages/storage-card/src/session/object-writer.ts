import { concatBytes } from "@cardwire/core";
import { SessionTag } from "./data-objects.ts";

/** Collects the data objects of a response. */
export class ObjectWriter {
  readonly #limit: number;
  #length = 0;
  #parts: Uint8Array[] = [];

  /** @param limit how many bytes may be collected. */
  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** Appends an object whose length is one plain byte. False, and nothing appended, when it does not fit. */
  append(tag: number, value: Uint8Array): boolean {
    const tagBytes = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
    return this.#add(Uint8Array.of(...tagBytes, value.length & 0xff), value);
  }

  /** Appends an object whose length has the form of ISO/IEC 8825-1. */
  appendBer(tag: number, value: Uint8Array): boolean {
    const tagBytes = tag > 0xff ? [tag >> 8, tag & 0xff] : [tag];
    const { length } = value;
    const lengthBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return this.#add(Uint8Array.of(...tagBytes, ...lengthBytes), value);
  }

  #add(header: Uint8Array, value: Uint8Array): boolean {
    const length = this.#length + header.length + value.length;
    if (length > this.#limit) return false;
    this.#length = length;
    this.#parts.push(header, value);
    return true;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return concatBytes(...this.#parts);
  }
}

/**
 * The value of the error object: which object failed (1-based, 00 for none) and how.
 *
 * @param failed the object's number; counted in one byte, as the field is.
 */
export function errorObjectValue(failed: number, statusWord: number): Uint8Array {
  return Uint8Array.of(failed & 0xff, statusWord >> 8, statusWord & 0xff);
}

/** The error object itself. */
export function errorObject(failed: number, statusWord: number): Uint8Array {
  return Uint8Array.of(SessionTag.ERROR, 3, ...errorObjectValue(failed, statusWord));
}
