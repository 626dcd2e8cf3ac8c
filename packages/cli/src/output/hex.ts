import { toHex } from "@cardwire/core";

/** "04 51 5C": bytes as people read them. */
export function spaced(bytes: Uint8Array): string {
  return toHex(bytes, " ");
}

/** Bytes as ASCII, with a dot for what cannot be printed. */
export function printable(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
  return text;
}

/** A number as at least two upper-case hexadecimal digits. */
export function hexNumber(value: number, digits = 2): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}
