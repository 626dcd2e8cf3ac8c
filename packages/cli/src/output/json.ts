import { toHex } from "@cardwire/core";

/** A value as JSON: bytes as upper-case hexadecimal digits, what is undefined left out. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item instanceof Uint8Array ? toHex(item) : item), 2);
}

/** The same on one line. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item instanceof Uint8Array ? toHex(item) : item));
}
