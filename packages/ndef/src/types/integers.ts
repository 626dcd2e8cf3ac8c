import { NdefError } from "../wire/errors.ts";

/** An unsigned integer in so many bytes, most significant first. @throws NdefError when it does not fit. */
export function uintBytes(value: number, length: number, field: string): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length))
    throw new NdefError("INVALID_VALUE", `${value} does not fit into ${length} bytes`, { field });
  const bytes = new Uint8Array(length);
  for (let index = length - 1, left = value; index >= 0; index--, left = Math.floor(left / 256))
    bytes[index] = left % 256;
  return bytes;
}

/** Bytes behind their length in one byte or two, most significant first. @throws NdefError when they are too many. */
export function lengthPrefixed(bytes: Uint8Array, lengthBytes: 1 | 2, field: string): Uint8Array {
  if (bytes.length >= 2 ** (8 * lengthBytes))
    throw new NdefError("TOO_LONG", `${bytes.length} bytes, ${2 ** (8 * lengthBytes) - 1} fit`, { field });
  const result = new Uint8Array(lengthBytes + bytes.length);
  result.set(uintBytes(bytes.length, lengthBytes, field));
  result.set(bytes, lengthBytes);
  return result;
}

/** @throws NdefError unless there are exactly so many. */
export function exactly(bytes: Uint8Array, length: number, field: string): Uint8Array {
  if (bytes.length !== length)
    throw new NdefError(bytes.length < length ? "TOO_SHORT" : "TOO_LONG", `has ${length} bytes, not ${bytes.length}`, {
      field,
    });
  return bytes;
}
