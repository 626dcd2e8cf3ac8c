/** FSD and FSC in bytes by their index (ISO/IEC 14443-4:2008 table 1). */
const FRAME_BYTES = [16, 24, 32, 40, 48, 64, 96, 128, 256] as const;

/** The largest frame of ISO/IEC 14443-4 that needs no error correction. */
const LARGEST_FRAME_BYTES = 256;

/** The largest index that has a size of its own here. */
export const LARGEST_FRAME_INDEX = 8;

/** CRC_A or CRC_B behind every block: part of FSD and FSC, added and taken off by the front end. */
export const CRC_BYTES = 2;

/**
 * FSD or FSC: the longest frame in bytes, with prologue and CRC, that a side takes.
 *
 * @param index FSDI or FSCI. What is above 8 means 256 bytes at least, and is taken for that.
 */
export function frameBytesOf(index: number): number {
  return FRAME_BYTES[index] ?? LARGEST_FRAME_BYTES;
}

/** The largest index whose frames fit so many bytes, CRC included; 0 when none does. */
export function frameIndexWithin(bytes: number): number {
  return Math.max(0, FRAME_BYTES.filter((size) => size <= bytes).length - 1);
}
