import type { StorageCommand } from "../storage-command.ts";

/** Tags of the data objects (PC/SC part 3 supplement 2). */
export const SessionTag = {
  VERSION: 0x80,
  START_SESSION: 0x81,
  END_SESSION: 0x82,
  RF_FIELD_OFF: 0x83,
  RF_FIELD_ON: 0x84,
  SWITCH_PROTOCOL: 0x8f,
  FLAGS: 0x90,
  TRANSMIT_BITS: 0x91,
  RECEIVE_BITS: 0x92,
  TRANSMIT: 0x93,
  RECEIVE: 0x94,
  TRANSCEIVE: 0x95,
  RESPONSE_STATUS: 0x96,
  RESPONSE: 0x97,
  ERROR: 0xc0,
  TIMER: 0x5f46,
  ATR: 0x5f51,
  GET_PARAMETERS: 0xff6d,
  SET_PARAMETERS: 0xff6e,
} as const;

/** One data object of a command. Offsets are into the command data. */
export interface DataObject {
  /** The tag's bytes as one number; of more than four bytes, the last four. */
  readonly tag: number;
  readonly start: number;
  readonly length: number;
  /** Where the next object begins. */
  readonly next: number;
}

/** How a length byte of 80 and above is read. */
export type LengthForm =
  /** ISO/IEC 8825-1: 81 and 82 say how many bytes of length follow. */
  | "ber"
  /** 80 is 128, and nothing above has a meaning. */
  | "one-byte";

/**
 * Reads the object at `index`; `undefined` when tag, length or value run over `end`. A tag whose low five bits are all
 * set goes on until a byte with bit 8 clear.
 */
export function readDataObject(
  command: StorageCommand,
  index: number,
  end: number,
  form: LengthForm,
): DataObject | undefined {
  let at = index;
  let tag = command.data(at++);
  if ((tag & 0x1f) === 0x1f)
    while (at < end) {
      const byte = command.data(at++);
      tag = ((tag << 8) | byte) >>> 0;
      if ((byte & 0x80) === 0) break;
    }
  if (at >= end) return undefined;

  let length = command.data(at++);
  if (length > 0x80 || (length === 0x80 && form === "ber")) {
    if (form === "one-byte" || length === 0x80 || length > 0x82) return undefined;
    const bytes = length & 0x7f;
    if (at + bytes > end) return undefined;
    length = 0;
    for (let count = 0; count < bytes; count++) length = (length << 8) | command.data(at++);
  }
  if (at + length > end) return undefined;
  return { tag, start: at, length, next: at + length };
}
