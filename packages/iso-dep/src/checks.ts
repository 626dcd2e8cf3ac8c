import { FormatError } from "@cardwire/core";

/** @throws FormatError naming the field when the value is no integer of 0 to `largest`. */
export function requireRange(value: number, largest: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > largest)
    throw new FormatError("INVALID_VALUE", `${value} is not in 0 to ${largest}`, { field });
  return value;
}

/** @throws FormatError naming the field when the number of bytes is another one. */
export function requireBytes(bytes: Uint8Array, length: number, field: string): Uint8Array {
  if (bytes.length !== length)
    throw new FormatError(
      bytes.length < length ? "TOO_SHORT" : "TOO_LONG",
      `needs ${length} bytes, not ${bytes.length}`,
      {
        field,
      },
    );
  return bytes;
}

/** CID 15 is reserved (ISO/IEC 14443-4 section 5.1). */
export const LARGEST_CID = 14;
