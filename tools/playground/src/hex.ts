import { toHex } from "@cardwire/core";

/** A number as at least two upper-case hexadecimal digits. */
export function hex(value: number): string {
  const digits = value.toString(16).toUpperCase();
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

/** "04 51 5C": bytes as people read them. */
export function spaced(bytes: Uint8Array): string {
  return toHex(bytes, " ");
}
