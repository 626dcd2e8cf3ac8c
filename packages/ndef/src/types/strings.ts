import { NdefError } from "../wire/errors.ts";

/** What a record without id or payload has. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** @throws NdefError for a character over 7F. */
export function asciiBytes(text: string, field: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) throw new NdefError("INVALID_VALUE", "not ASCII", { field, offset: index });
    bytes[index] = code;
  }
  return bytes;
}

/** @throws NdefError for a byte over 7F; `offset` is where `bytes` begin. */
export function asciiString(bytes: Uint8Array, field: string, offset: number): string {
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    const code = bytes[index] ?? 0;
    if (code > 0x7f) throw new NdefError("INVALID_VALUE", "not ASCII", { field, offset: offset + index });
    text += String.fromCharCode(code);
  }
  return text;
}

/** One character per byte: for comparing type names, whatever is in them. */
export function latin1String(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Lone surrogates become U+FFFD, as in every USVString. */
export function utf8Bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** @throws NdefError for bytes that are not UTF-8. A byte order mark stays in the text. */
export function decodeUtf8(bytes: Uint8Array, field: string, offset: number): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new NdefError("INVALID_VALUE", "not UTF-8", { field, offset, cause });
  }
}

/** Big-endian, without a byte order mark. */
export function utf16BigEndian(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes[index * 2] = unit >>> 8;
    bytes[index * 2 + 1] = unit & 0xff;
  }
  return bytes;
}

/**
 * Reads UTF-16: a byte order mark decides the order and is dropped, without one it is big-endian (RTD Text 1.0
 * section 3.4). Hosts need not know "utf-16be", hence by hand.
 *
 * @throws NdefError for half a code unit or a lone surrogate.
 */
export function decodeUtf16(bytes: Uint8Array, field: string, offset: number): string {
  if (bytes.length % 2 !== 0) throw new NdefError("TOO_SHORT", "ends inside a UTF-16 code unit", { field, offset });
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const littleEndian = mark === 0xfffe;
  let text = "";
  let expectsLow = false;
  for (let index = mark === 0xfeff || littleEndian ? 2 : 0; index < bytes.length; index += 2) {
    const [first, second] = [bytes[index] ?? 0, bytes[index + 1] ?? 0];
    const unit = littleEndian ? (second << 8) | first : (first << 8) | second;
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow !== expectsLow)
      throw new NdefError("INVALID_VALUE", "a lone surrogate is no UTF-16", { field, offset: offset + index });
    expectsLow = unit >= 0xd800 && unit <= 0xdbff;
    text += String.fromCharCode(unit);
  }
  if (expectsLow)
    throw new NdefError("INVALID_VALUE", "a lone surrogate is no UTF-16", { field, offset: offset + bytes.length - 2 });
  return text;
}
