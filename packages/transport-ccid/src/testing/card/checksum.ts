import { concatBytes } from "@cardwire/core";

/** The exclusive-or of all bytes (ISO/IEC 7816-3 section 11.3.4). */
export function lrc(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes.reduce((sum, byte) => sum ^ byte, 0));
}

/** The CRC of T=1: ISO/IEC 13239 with initial value FFFF, no final inversion, high byte first. */
export function crc(bytes: Uint8Array): Uint8Array {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >> 1) ^ 0x8408 : sum >> 1;
  }
  return Uint8Array.of(sum >> 8, sum & 0xff);
}

/** The bytes with `lrc` at their end: what an ATR's TCK and a PPS's PCK are. */
export function withLrc(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, lrc(bytes));
}
