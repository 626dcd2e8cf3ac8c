import { FormatError } from "@cardwire/core";
import { viewOf } from "./view.ts";

/** A data object of one tag and one value: COMPACT-TLV (tag 0…F) or SIMPLE-TLV (tag 01…FE). */
export interface FlatTlv {
  readonly tag: number;
  /** When parsed, a view on the bytes. */
  readonly value: Uint8Array;
}

/**
 * Takes COMPACT-TLV data objects apart, as historical bytes have them (ISO/IEC 7816-4 section 12.1.1): one byte of tag
 * (high half) and length (low half), then the value.
 *
 * @throws FormatError TOO_SHORT for a value that the input ends in.
 */
export function parseCompactTlv(bytes: Uint8Array): FlatTlv[] {
  const objects: FlatTlv[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const head = bytes[offset++] ?? 0;
    const end = offset + (head & 0x0f);
    if (end > bytes.length)
      throw new FormatError("TOO_SHORT", `${head & 0x0f} bytes announced, ${bytes.length - offset} left`, {
        field: "value",
        offset,
      });
    objects.push({ tag: head >> 4, value: viewOf(bytes, offset, end) });
    offset = end;
  }
  return objects;
}

/**
 * Writes COMPACT-TLV data objects.
 *
 * @throws FormatError INVALID_VALUE for a tag outside 0…F, TOO_LONG for more than 15 bytes of value.
 */
export function buildCompactTlv(objects: readonly FlatTlv[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const { tag, value } of objects) {
    if ((tag & 0x0f) !== tag) throw new FormatError("INVALID_VALUE", `${tag} is no tag`, { field: "tag" });
    if (value.length > 15) throw new FormatError("TOO_LONG", `${value.length} bytes, over 15`, { field: "value" });
    size += 1 + value.length;
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const { tag, value } of objects) {
    bytes[offset++] = (tag << 4) | value.length;
    bytes.set(value, offset);
    offset += value.length;
  }
  return bytes;
}
