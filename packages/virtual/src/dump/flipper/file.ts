import { type MaybeBytes, readHex } from "../bits.ts";
import { DumpError } from "../errors.ts";

interface Entry {
  readonly value: string;
  readonly line: number;
}

/** How values of a Flipper file are read. */
export interface FlipperReadOptions {
  /** True: bytes that were never read (`??`) are allowed, and said in `unread`. */
  readonly allowPartial: boolean;
}

/** A text file of `Key: value` lines, as the Flipper Zero writes it. Errors name line and key. */
export class FlipperFile {
  readonly allowPartial: boolean;
  readonly #entries = new Map<string, Entry>();
  readonly #lastLine: number;

  /** @throws DumpError DAMAGED for a line that is neither `Key: value` nor a comment, or a key that stands twice. */
  constructor(text: string, options: FlipperReadOptions) {
    this.allowPartial = options.allowPartial;
    const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
    while (lines.at(-1)?.trim() === "") lines.pop();
    this.#lastLine = lines.length;
    let inDrawing = false;
    for (const [index, raw] of lines.entries()) {
      const line = index + 1;
      if (raw.trim() === "" || raw.startsWith("#")) continue;
      const colon = raw.indexOf(":");
      if (colon < 1) {
        // FeliCa files have a drawing of the card's directory, for people
        if (inDrawing) continue;
        throw new DumpError("DAMAGED", "neither a comment nor `Key: value`", { line });
      }
      const key = raw.slice(0, colon).trim();
      if (this.#entries.has(key)) throw new DumpError("DAMAGED", "stands twice in the file", { line, field: key });
      this.#entries.set(key, { value: raw.slice(colon + 1).trim(), line });
      inDrawing = key === "Directory Tree";
    }
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The line of a key; the file's last line for one that is missing. */
  lineOf(key: string): number {
    return this.#entries.get(key)?.line ?? this.#lastLine;
  }

  error(
    code: "DAMAGED" | "PARTIAL" | "UNSUPPORTED_KIND" | "UNSUPPORTED_VERSION",
    key: string,
    message: string,
  ): DumpError {
    return new DumpError(code, message, { field: key, line: this.lineOf(key) });
  }

  string(key: string): string {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw this.error("DAMAGED", key, "is missing");
    return entry.value;
  }

  /** A decimal number. */
  decimal(key: string, max: number): number {
    const text = this.string(key);
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (!(value <= max)) throw this.error("DAMAGED", key, `"${text}" is no decimal number up to ${max}`);
    return value;
  }

  boolean(key: string): boolean {
    const text = this.string(key);
    if (text !== "true" && text !== "false") throw this.error("DAMAGED", key, `"${text}" is neither true nor false`);
    return text === "true";
  }

  /** Bytes in hexadecimal, so many of them, all of them known. */
  bytes(key: string, length: number): Uint8Array {
    const { bytes, unread } = this.#hex(key);
    if (unread.length > 0) throw this.error("DAMAGED", key, "has a byte that was not read");
    if (bytes.length !== length) throw this.#wrongLength(key, bytes.length, length);
    return bytes;
  }

  byte(key: string): number {
    return this.bytes(key, 1)[0] ?? 0;
  }

  /** Bytes of any number. */
  anyBytes(key: string): Uint8Array {
    const { bytes, unread } = this.#hex(key);
    if (unread.length > 0) throw this.error("DAMAGED", key, "has a byte that was not read");
    return bytes;
  }

  /** Bytes of which some may not have been read. @throws DumpError PARTIAL for these unless they are allowed. */
  maybeBytes(key: string, length: number): MaybeBytes {
    const value = this.#hex(key);
    if (value.bytes.length !== length) throw this.#wrongLength(key, value.bytes.length, length);
    if (value.unread.length > 0 && !this.allowPartial)
      throw this.error("PARTIAL", key, `${value.unread.length} of ${length} bytes were not read`);
    return value;
  }

  #hex(key: string): MaybeBytes {
    const text = this.string(key);
    const value = readHex(text);
    if (value === undefined) throw this.error("DAMAGED", key, `"${shorten(text)}" are no bytes in hexadecimal`);
    return value;
  }

  #wrongLength(key: string, actual: number, expected: number): DumpError {
    return this.error("DAMAGED", key, `has ${actual} bytes, not ${expected}`);
  }
}

function shorten(text: string): string {
  return text.length <= 50 ? text : `${text.slice(0, 47)}...`;
}
