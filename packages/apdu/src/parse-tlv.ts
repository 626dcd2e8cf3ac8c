import { FormatError, UsageError } from "@cardwire/core";
import { type Tlv } from "./tlv.ts";
import { viewOf } from "./view.ts";

/** How {@link parseTlv} reads. */
export interface ParseTlvOptions {
  /** Levels of constructed objects, 16 when absent, at most 256. */
  readonly maxDepth?: number;
  /** Data objects in all, 4,096 when absent: each costs some hundred bytes of memory for two of input. */
  readonly maxObjects?: number;
  /** Accept the indefinite length 80 … 00 00 in constructed objects. ISO/IEC 7816-4 does not use it. */
  readonly indefinite?: boolean;
  /** Bytes that may stand between data objects and mean nothing, such as 00 and FF in files of a card. None when absent. */
  readonly padding?: readonly number[];
  /** Which constructed objects to descend into: all when absent. What is left closed has no `children`; an indefinite
   * length leaves nothing closed, for its end is found no other way. */
  readonly descend?: (tag: number) => boolean;
}

const LONGEST_TAG = 4;

interface Cursor {
  readonly bytes: Uint8Array;
  offset: number;
  objectsLeft: number;
  readonly indefinite: boolean;
  readonly padding: readonly number[] | undefined;
  readonly descend: ((tag: number) => boolean) | undefined;
}

/**
 * Takes a series of BER-TLV data objects apart.
 *
 * @throws FormatError TOO_SHORT for a tag, length or value that the input ends in; TOO_LONG over `maxDepth`,
 *   `maxObjects` or a tag of four bytes; INVALID_VALUE for a tag of 00 (end-of-contents, unless it is padding), an
 *   indefinite length that was not allowed, and the reserved length byte FF. The offset is that of the field in `bytes`.
 */
export function parseTlv(bytes: Uint8Array, options: ParseTlvOptions = {}): Tlv[] {
  const { maxDepth = 16, maxObjects = 4096, indefinite = false, padding, descend } = options;
  if (!(maxDepth <= 256)) throw new UsageError(`maxDepth of ${maxDepth} is over 256`);
  const cursor: Cursor = { bytes, offset: 0, objectsLeft: maxObjects, indefinite, padding, descend };
  return readObjects(cursor, bytes.length, maxDepth, false);
}

/** Reads objects up to `end`, or up to the end-of-contents octets that close an indefinite length. */
function readObjects(cursor: Cursor, end: number, depthLeft: number, untilEoc: boolean): Tlv[] {
  const { bytes, padding } = cursor;
  const objects: Tlv[] = [];
  while (cursor.offset < end) {
    const start = cursor.offset;
    const first = bytes[start] ?? 0;
    if (untilEoc && first === 0 && start + 1 < end && bytes[start + 1] === 0) return objects;
    if (padding?.includes(first)) {
      cursor.offset++;
      continue;
    }
    if (!(cursor.objectsLeft-- > 0))
      throw new FormatError("TOO_LONG", "more data objects than allowed", { field: "tag", offset: start });
    objects.push(readObject(cursor, first, end, depthLeft));
  }
  if (untilEoc)
    throw new FormatError("TOO_SHORT", "end-of-contents is missing", { field: "length", offset: cursor.offset });
  return objects;
}

function readObject(cursor: Cursor, first: number, end: number, depthLeft: number): Tlv {
  const { bytes } = cursor;
  const start = cursor.offset;
  let offset = start + 1;
  let tag = first;
  if ((first & 0x1f) === 0x1f) {
    let next: number;
    do {
      if (offset >= end) throw new FormatError("TOO_SHORT", "the tag goes on", { field: "tag", offset });
      if (offset - start === LONGEST_TAG)
        throw new FormatError("TOO_LONG", `longer than ${LONGEST_TAG} bytes`, { field: "tag", offset: start });
      next = bytes[offset++] ?? 0;
      tag = tag * 256 + next;
    } while (next & 0x80);
  } else if (first === 0) {
    throw new FormatError("INVALID_VALUE", "00 is no tag", { field: "tag", offset: start });
  }

  const lengthAt = offset;
  if (offset >= end) throw new FormatError("TOO_SHORT", "there is none", { field: "length", offset });
  let length = bytes[offset++] ?? 0;
  const constructed = (first & 0x20) !== 0;
  if (length === 0x80) {
    if (!cursor.indefinite || !constructed)
      throw new FormatError("INVALID_VALUE", "indefinite length", { field: "length", offset: lengthAt });
    if (depthLeft <= 0) throw new FormatError("TOO_LONG", "nested too deep", { field: "tag", offset: start });
    cursor.offset = offset;
    const children = readObjects(cursor, end, depthLeft - 1, true);
    const value = viewOf(bytes, offset, cursor.offset);
    cursor.offset += 2;
    return { tag, value, children };
  }
  if (length > 0x80) {
    let more = length & 0x7f;
    if (length === 0xff)
      throw new FormatError("INVALID_VALUE", "FF is reserved", { field: "length", offset: lengthAt });
    length = 0;
    for (; more > 0; more--) {
      if (offset >= end) throw new FormatError("TOO_SHORT", "the length goes on", { field: "length", offset });
      // no overflow: beyond 2^53 it only stays far larger than any input
      length = length * 256 + (bytes[offset++] ?? 0);
    }
  }
  const valueEnd = offset + length;
  if (valueEnd > end)
    throw new FormatError("TOO_SHORT", `${length} bytes announced, ${end - offset} left`, { field: "value", offset });
  const value = viewOf(bytes, offset, valueEnd);
  let children: Tlv[] | undefined;
  if (constructed && (cursor.descend === undefined || cursor.descend(tag))) {
    if (depthLeft <= 0) throw new FormatError("TOO_LONG", "nested too deep", { field: "tag", offset: start });
    cursor.offset = offset;
    children = readObjects(cursor, valueEnd, depthLeft - 1, false);
  }
  cursor.offset = valueEnd;
  return { tag, value, children };
}
