import { FormatError } from "@cardwire/core";
import { type FlatTlv } from "./compact-tlv.ts";
import { viewOf } from "./view.ts";

/**
 * Takes SIMPLE-TLV data objects apart (ISO/IEC 7816-4 section 6.2): a tag 01…FE, a length of one byte or of FF and two
 * more, then the value.
 *
 * @throws FormatError INVALID_VALUE for a tag of 00 or FF, TOO_SHORT for a length or value that the input ends in.
 */
export function parseSimpleTlv(bytes: Uint8Array): FlatTlv[] {
  const objects: FlatTlv[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const tag = bytes[offset] ?? 0;
    if (tag === 0 || tag === 0xff) throw new FormatError("INVALID_VALUE", `${tag} is no tag`, { field: "tag", offset });
    const short = bytes[offset + 1];
    const lengthEnd = offset + (short === 0xff ? 4 : 2);
    if (short === undefined || lengthEnd > bytes.length)
      throw new FormatError("TOO_SHORT", "the length goes on", { field: "length", offset: offset + 1 });
    const length = short === 0xff ? ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0) : short;
    const end = lengthEnd + length;
    if (end > bytes.length)
      throw new FormatError("TOO_SHORT", `${length} bytes announced, ${bytes.length - lengthEnd} left`, {
        field: "value",
        offset: lengthEnd,
      });
    objects.push({ tag, value: viewOf(bytes, lengthEnd, end) });
    offset = end;
  }
  return objects;
}

/**
 * Writes SIMPLE-TLV data objects, each length in its shorter form.
 *
 * @throws FormatError INVALID_VALUE for a tag outside 01…FE, TOO_LONG for more than 65,535 bytes of value.
 */
export function buildSimpleTlv(objects: readonly FlatTlv[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const { tag, value } of objects) {
    if (!Number.isInteger(tag) || tag < 1 || tag > 0xfe)
      throw new FormatError("INVALID_VALUE", `${tag} is no tag`, { field: "tag" });
    if (value.length > 0xffff)
      throw new FormatError("TOO_LONG", `${value.length} bytes, over 65535`, { field: "value" });
    size += (value.length < 0xff ? 2 : 4) + value.length;
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const { tag, value } of objects) {
    bytes[offset++] = tag;
    if (value.length >= 0xff) {
      bytes[offset++] = 0xff;
      bytes[offset++] = value.length >>> 8;
    }
    bytes[offset++] = value.length;
    bytes.set(value, offset);
    offset += value.length;
  }
  return bytes;
}
