import { MAX_READER_NAME, READER_STATE_LENGTH } from "./protocol.ts";

/** What pcscd knows of a reader: a READER_STATE of its array (eventhandler.h). */
export interface ReaderState {
  readonly name: string;
  /** Insertions and removals, 0…65,535. */
  readonly eventCounter: number;
  /** Bits of `PCSCLITE_READER_STATE`. */
  readonly state: number;
  /** 0 nobody, n users, −1 exclusive. */
  readonly sharing: number;
  /** Empty without a card, and until its power-up is over. */
  readonly answerToReset: Uint8Array;
  /** 0 until one is chosen, 1 T=0, 2 T=1, 4 raw. */
  readonly protocol: number;
}

const COUNTER_WORD = 32;
const STATE_WORD = 33;
const SHARING_WORD = 34;
const ATR_OFFSET = 140;
const ATR_LENGTH_WORD = 44;
const PROTOCOL_WORD = 45;
const MAX_ATR_LENGTH = 33;

/** The readers in the array of slots, in the array's order. A slot without a name is free, also between two others. */
export function parseReaderStates(array: Uint8Array<ArrayBuffer>): ReaderState[] {
  const decoder = new TextDecoder();
  const states: ReaderState[] = [];
  for (let offset = 0; offset + READER_STATE_LENGTH <= array.length; offset += READER_STATE_LENGTH) {
    if (array[offset] === 0) continue;
    const name = array.subarray(offset, offset + MAX_READER_NAME);
    const end = name.indexOf(0);
    // slice: words must be aligned
    const record = array.slice(offset, offset + READER_STATE_LENGTH);
    const words = new Uint32Array(record.buffer);
    const atrLength = words[ATR_LENGTH_WORD] ?? 0;
    states.push({
      name: decoder.decode(end < 0 ? name : name.subarray(0, end)),
      eventCounter: (words[COUNTER_WORD] ?? 0) & 0xffff,
      state: words[STATE_WORD] ?? 0,
      sharing: (words[SHARING_WORD] ?? 0) | 0,
      // 34 says that the reader is not ready yet
      answerToReset: atrLength > MAX_ATR_LENGTH ? new Uint8Array(0) : record.slice(ATR_OFFSET, ATR_OFFSET + atrLength),
      protocol: words[PROTOCOL_WORD] ?? 0,
    });
  }
  return states;
}
