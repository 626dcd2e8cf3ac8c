/** Command codes; a response has its command's code plus one (FeliCa card user's manual, section 4.4). */
export const FELICA_COMMAND = {
  POLLING: 0x00,
  REQUEST_SERVICE: 0x02,
  REQUEST_RESPONSE: 0x04,
  READ_WITHOUT_ENCRYPTION: 0x06,
  WRITE_WITHOUT_ENCRYPTION: 0x08,
  SEARCH_SERVICE_CODE: 0x0a,
  REQUEST_SYSTEM_CODE: 0x0c,
} as const;

/** Bytes of a block, everywhere. */
export const FELICA_BLOCK_BYTES = 16;

/** The system code that every system answers to. */
export const ANY_SYSTEM = 0xffff;

/**
 * A frame: length byte (itself included), command code, IDm, and what follows. Frames of NFC-F carry their length byte
 * everywhere in cardwire; preamble, sync code and CRC are the front end's.
 */
export function felicaFrame(command: number, idm: Uint8Array, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(2 + idm.length + rest.length);
  frame[0] = frame.length;
  frame[1] = command;
  frame.set(idm, 2);
  frame.set(rest, 2 + idm.length);
  return frame;
}

/** A polling request (SENSF_REQ) for one time slot. @param requestCode 0 nothing, 1 system code, 2 communication performance. */
export function pollingFrame(systemCode: number, requestCode: 0 | 1 | 2 = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(6, FELICA_COMMAND.POLLING, systemCode >> 8, systemCode & 0xff, requestCode, 0);
}

/**
 * The longest time a card may take, from its PMm (JIS X 6319-4 section 4.4.2).
 *
 * @param parameter PMm byte: 2 for request service, 3 for fixed times, 5 for reading, 6 for writing.
 * @param count the number of services or blocks.
 * @returns microseconds.
 */
export function responseTimeUs(pmm: Uint8Array, parameter: 2 | 3 | 4 | 5 | 6 | 7, count: number): number {
  const byte = pmm[parameter] ?? 0;
  const base = (byte & 7) + 1;
  const perUnit = ((byte >> 3) & 7) + 1;
  // 4096 carrier periods of 13.56 MHz
  return Math.ceil(302.06 * (perUnit * count + base) * 4 ** (byte >> 6));
}
