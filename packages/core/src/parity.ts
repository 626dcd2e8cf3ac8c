/** Bits as they stand on the air, least significant bit of each byte first. */
export interface BitString {
  readonly data: Uint8Array;
  /** Valid bits in the last byte, 1–8. */
  readonly lastBits: number;
}

function oddParity(byte: number): number {
  let folded = byte ^ (byte >>> 4);
  folded ^= folded >>> 2;
  folded ^= folded >>> 1;
  return (folded & 1) ^ 1;
}

/** Inserts an odd parity bit after every byte (ISO/IEC 14443-3 section 6.2.3.2). */
export function insertParity(bytes: Uint8Array): BitString {
  const bits = bytes.length * 9;
  const data = new Uint8Array((bits + 7) >>> 3);
  let position = 0;
  const append = (value: number, count: number): void => {
    for (let bit = 0; bit < count; bit++, position++) {
      const index = position >>> 3;
      data[index] = (data[index] ?? 0) | (((value >>> bit) & 1) << (position & 7));
    }
  };
  for (const byte of bytes) {
    append(byte, 8);
    append(oddParity(byte), 1);
  }
  return { data, lastBits: bits % 8 === 0 ? 8 : bits % 8 };
}

/**
 * Checks and removes the parity bit after every byte. A string of at most eight bits is a short frame and has none.
 * `undefined` when a parity bit is wrong or the string ends inside a group of nine bits.
 */
export function removeParity(data: Uint8Array, lastBits: number): BitString | undefined {
  const bits = (data.length - 1) * 8 + lastBits;
  if (bits <= 8) return { data, lastBits };
  if (bits % 9 !== 0) return undefined;
  const bytes = new Uint8Array(bits / 9);
  const bitAt = (position: number): number => ((data[position >>> 3] ?? 0) >>> (position & 7)) & 1;
  for (let index = 0; index < bytes.length; index++) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= bitAt(index * 9 + bit) << bit;
    if (bitAt(index * 9 + 8) !== oddParity(byte)) return undefined;
    bytes[index] = byte;
  }
  return { data: bytes, lastBits: 8 };
}
