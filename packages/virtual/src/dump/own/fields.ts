import { type MaybeBytes, readHex } from "../bits.ts";
import type { DumpError, DumpErrorCode } from "../errors.ts";
import type { UnreadRange } from "../model.ts";
import type { JsonFile } from "../proxmark/json-file.ts";

/** One object of a file of our own, read field by field; errors name the path and the line. */
export class OwnFields {
  readonly #file: JsonFile;
  readonly #path: string;

  constructor(file: JsonFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#file.get(this.#at(name)) !== undefined;
  }

  object(name: string): OwnFields {
    const value = this.#file.get(this.#at(name));
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.damaged(name, "is no object");
    return new OwnFields(this.#file, this.#at(name));
  }

  /** The objects of a list. */
  list(name: string): OwnFields[] {
    return this.#array(name).map((value, index) => {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw this.damaged(`${name}.${index}`, "is no object");
      return new OwnFields(this.#file, `${this.#at(name)}.${index}`);
    });
  }

  string(name: string): string {
    return this.#file.string(this.#at(name));
  }

  integer(name: string, max: number): number {
    return this.#integer(name, this.#file.get(this.#at(name)), max);
  }

  integers(name: string, max: number): number[] {
    return this.#array(name).map((value, index) => this.#integer(`${name}.${index}`, value, max));
  }

  boolean(name: string): boolean {
    return this.#boolean(name, this.#file.get(this.#at(name)));
  }

  booleans(name: string): boolean[] {
    return this.#array(name).map((value, index) => this.#boolean(`${name}.${index}`, value));
  }

  bytes(name: string, length: number): Uint8Array {
    return this.#file.bytes(this.#at(name), length);
  }

  anyBytes(name: string): Uint8Array {
    return this.#file.anyBytes(this.#at(name));
  }

  /** Runs of bytes of one length each, joined or apart. */
  byteLines(name: string): Uint8Array[] {
    return this.#array(name).map((value, index) => {
      const hex: MaybeBytes | undefined = typeof value === "string" ? readHex(value) : undefined;
      if (hex === undefined || hex.unread.length > 0)
        throw this.damaged(`${name}.${index}`, "is no run of bytes in hexadecimal");
      return hex.bytes;
    });
  }

  /** What was not read of a memory of so many bytes. @throws DumpError PARTIAL where that may not be. */
  unread(memoryBytes: number): UnreadRange[] {
    const ranges = this.list("unread").map((range) => {
      const found = { offset: range.integer("offset", memoryBytes), length: range.integer("length", memoryBytes) };
      if (found.length === 0 || found.offset + found.length > memoryBytes)
        throw this.damaged("unread", `names bytes behind the ${memoryBytes} of the memory`);
      return found;
    });
    for (const [index, { offset }] of ranges.entries()) {
      const before = ranges[index - 1];
      if (before !== undefined && before.offset + before.length > offset)
        throw this.damaged("unread", "is out of order");
    }
    return ranges;
  }

  optional<Value>(name: string, read: (name: string) => Value): Value | undefined {
    return this.has(name) ? read(name) : undefined;
  }

  damaged(name: string, message: string): DumpError {
    return this.error("DAMAGED", name, message);
  }

  error(code: DumpErrorCode, name: string, message: string): DumpError {
    return this.#file.error(code, this.#at(name), message);
  }

  get allowPartial(): boolean {
    return this.#file.allowPartial;
  }

  #array(name: string): unknown[] {
    const value = this.#file.get(this.#at(name));
    if (!Array.isArray(value)) throw this.damaged(name, value === undefined ? "is missing" : "is no list");
    return value;
  }

  #integer(name: string, value: unknown, max: number): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max) return value;
    throw this.damaged(name, value === undefined ? "is missing" : `is no whole number up to ${max}`);
  }

  #boolean(name: string, value: unknown): boolean {
    if (typeof value === "boolean") return value;
    throw this.damaged(name, value === undefined ? "is missing" : "is neither true nor false");
  }

  #at(name: string): string {
    return `${this.#path}.${name}`;
  }
}
