import type { UnreadRange } from "./model.ts";

/** Hexadecimal digits in pairs, of which `??` or `--` stand for a byte that was not read. */
export interface MaybeBytes {
  readonly bytes: Uint8Array;
  /** Indices of the bytes that were not read. */
  readonly unread: readonly number[];
}

const PAIR = /^(?:[0-9A-Fa-f]{2}|\?\?|--)$/;

/** Reads pairs, with or without blanks between them. `undefined` for anything else. */
export function readHex(text: string): MaybeBytes | undefined {
  const compact = text.trim().replaceAll(/\s+/g, " ");
  // blanks separate whole bytes or nothing
  const pairs = compact.includes(" ") ? compact.split(" ") : (compact.match(/.{1,2}/g) ?? []);
  const bytes = new Uint8Array(pairs.length);
  const unread: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    if (!PAIR.test(pair)) return undefined;
    const value = Number.parseInt(pair, 16);
    if (Number.isNaN(value)) unread.push(index);
    else bytes[index] = value;
  }
  return { bytes, unread };
}

/** Joins neighbouring indices. */
export function rangesOf(indices: Iterable<number>): UnreadRange[] {
  const ranges: { offset: number; length: number }[] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === index) last.length++;
    else ranges.push({ offset: index, length: 1 });
  }
  return ranges;
}

/** The bytes last to first: files write a UID as people read it, the air sends it the other way round. */
export function reversed(bytes: Uint8Array): Uint8Array {
  return bytes.slice().reverse();
}

/** A UID as the air sends it, whichever way round a file has it: the byte that all such UIDs share comes last there. */
export function airOrder(uid: Uint8Array, lastByte: number): Uint8Array {
  return uid.at(-1) !== lastByte && uid[0] === lastByte ? reversed(uid) : uid;
}

/** True when every byte is 0. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
