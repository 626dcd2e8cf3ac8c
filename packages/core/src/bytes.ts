import { FormatError, UsageError } from "./errors.ts";

/** What a call that takes bytes accepts. */
export type BytesSource = Uint8Array | ArrayBuffer | ArrayBufferView;

// filled on first use: importing a package does no work
let hexDigits: readonly string[] | undefined;

/**
 * Bytes as upper-case hexadecimal digits.
 *
 * @param separator between two bytes; none unless given.
 */
export function toHex(bytes: Uint8Array, separator = ""): string {
  hexDigits ??= Array.from({ length: 256 }, (_, value) => value.toString(16).toUpperCase().padStart(2, "0"));
  let text = "";
  let before = "";
  for (const byte of bytes) {
    text += before + (hexDigits[byte] ?? "");
    before = separator;
  }
  return text;
}

function digitValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const SEPARATORS = new Set([0x20, 0x09, 0x0a, 0x0d, 0x3a, 0x2d, 0x2c]);

/**
 * Reads hexadecimal digits in either case. Blanks, colons, dashes and commas may stand between bytes, never inside one.
 *
 * @throws FormatError INVALID_VALUE naming the offset of the character that is no digit, TOO_SHORT for half a byte.
 */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1);
  let length = 0;
  for (let index = 0; index < text.length;) {
    const code = text.charCodeAt(index);
    if (SEPARATORS.has(code)) {
      index++;
      continue;
    }
    const high = digitValue(code);
    if (high < 0)
      throw new FormatError("INVALID_VALUE", `'${text[index] ?? ""}' is no hexadecimal digit`, {
        field: "hex",
        offset: index,
      });
    const low = index + 1 < text.length ? digitValue(text.charCodeAt(index + 1)) : -1;
    if (low < 0) {
      if (index + 1 < text.length && !SEPARATORS.has(text.charCodeAt(index + 1)))
        throw new FormatError("INVALID_VALUE", `'${text[index + 1] ?? ""}' is no hexadecimal digit`, {
          field: "hex",
          offset: index + 1,
        });
      throw new FormatError("TOO_SHORT", "a byte has two digits", { field: "hex", offset: index });
    }
    bytes[length++] = (high << 4) | low;
    index += 2;
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

/** Joins arrays into a new one. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** True when both hold the same bytes. Not constant-time: not for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/**
 * A copy of the bytes as a plain `Uint8Array` (never a subclass such as Node's Buffer) that shares no memory with the
 * source.
 *
 * @throws UsageError for anything else: an array of numbers or a text would be converted without a word.
 */
export function copyBytes(source: BytesSource): Uint8Array<ArrayBuffer> {
  if (source instanceof Uint8Array) return new Uint8Array(source);
  if (ArrayBuffer.isView(source))
    return new Uint8Array(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (isArrayBuffer(source)) return new Uint8Array(new Uint8Array(source));
  throw new UsageError("bytes are given as Uint8Array, ArrayBuffer or a view on one");
}

/** Also of another realm, where `instanceof` fails. */
function isArrayBuffer(value: unknown): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]";
}

function inRange(bytes: Uint8Array, offset: number, length: number, field: string): void {
  if (offset < 0 || offset + length > bytes.length)
    throw new FormatError("TOO_SHORT", `needs ${length} bytes, ${Math.max(0, bytes.length - offset)} are left`, {
      field,
      offset,
    });
}

/** Reads an unsigned 32-bit little-endian integer. @throws FormatError TOO_SHORT naming `field`. */
export function readUint32LE(bytes: Uint8Array, offset: number, field: string): number {
  inRange(bytes, offset, 4, field);
  return (
    ((bytes[offset] ?? 0) |
      ((bytes[offset + 1] ?? 0) << 8) |
      ((bytes[offset + 2] ?? 0) << 16) |
      ((bytes[offset + 3] ?? 0) << 24)) >>>
    0
  );
}

/**
 * Writes an unsigned 32-bit little-endian integer.
 *
 * @throws FormatError TOO_SHORT when the array ends too early, INVALID_VALUE for a number outside 0…2³²−1.
 */
export function writeUint32LE(bytes: Uint8Array, offset: number, value: number, field: string): void {
  inRange(bytes, offset, 4, field);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new FormatError("INVALID_VALUE", `${value} is no unsigned 32-bit integer`, { field, offset });
  bytes[offset] = value & 0xff;
  bytes[offset + 1] = (value >>> 8) & 0xff;
  bytes[offset + 2] = (value >>> 16) & 0xff;
  bytes[offset + 3] = value >>> 24;
}
