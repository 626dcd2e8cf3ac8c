import { FormatError } from "@cardwire/core";

/** Refuses a number that is no unsigned integer up to `max`. @throws FormatError INVALID_VALUE naming `field`. */
export function requireInteger(value: number, max: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw new FormatError("INVALID_VALUE", `${value} is no integer from 0 to ${max}`, { field });
  return value;
}

/** Refuses bytes of another length. @throws FormatError TOO_SHORT or TOO_LONG naming `field`. */
export function requireLength(bytes: Uint8Array, length: number, field: string): Uint8Array {
  if (bytes.length !== length)
    throw new FormatError(
      bytes.length < length ? "TOO_SHORT" : "TOO_LONG",
      `has ${length} bytes, not ${bytes.length}`,
      {
        field,
      },
    );
  return bytes;
}
