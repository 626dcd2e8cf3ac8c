import { StatusWord } from "./status-word.ts";

/** Where the parts of a command APDU lie. */
export interface ApduFields {
  readonly lc: number;
  readonly le: number;
  readonly dataOffset: number;
}

/**
 * Windows' reading: the byte at offset 4 is Lc or Le, whichever the instruction has, and nothing else is looked at.
 * (NFC class extension, StorageCardManager.)
 */
export function readByteFour(bytes: Uint8Array): ApduFields {
  const length = bytes[4] ?? 0;
  return { lc: length, le: length, dataOffset: 5 };
}

const OBSOLETE_AUTHENTICATE = 0x88;

/**
 * The cases 2 to 4 of ISO/IEC 7816-3 section 12.1, short and extended. Only the obsolete AUTHENTICATE keeps to none: its
 * key type and number stand where the lengths should be.
 *
 * @returns a status word when the lengths do not add up.
 */
export function readIsoCase(bytes: Uint8Array): ApduFields | number {
  const total = bytes.length;
  const first = bytes[4] ?? 0;
  if (bytes[1] === OBSOLETE_AUTHENTICATE) return { lc: 0, le: 0, dataOffset: 4 };
  if (total === 5) return { lc: 0, le: first, dataOffset: 5 };
  if (first !== 0) {
    const end = 5 + first;
    if (total === end) return { lc: first, le: 0, dataOffset: 5 };
    if (total === end + 1) return { lc: first, le: bytes[end] ?? 0, dataOffset: 5 };
    return StatusWord.WRONG_LENGTH;
  }
  if (total < 7) return StatusWord.WRONG_LENGTH;
  const extended = ((bytes[5] ?? 0) << 8) | (bytes[6] ?? 0);
  if (total === 7) return { lc: 0, le: extended, dataOffset: 7 };
  const end = 7 + extended;
  if (extended !== 0) {
    if (total === end) return { lc: extended, le: 0, dataOffset: 7 };
    if (total === end + 2) return { lc: extended, le: ((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0), dataOffset: 7 };
  }
  return StatusWord.WRONG_LENGTH;
}
