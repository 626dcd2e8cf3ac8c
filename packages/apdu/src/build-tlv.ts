import { FormatError } from "@cardwire/core";
import { type TlvInput } from "./tlv.ts";

/**
 * Writes BER-TLV data objects one after the other, each length in its shortest form.
 *
 * @throws FormatError INVALID_VALUE for a number that is no tag, and for children of a primitive tag.
 */
export function buildTlv(objects: readonly TlvInput[]): Uint8Array<ArrayBuffer> {
  const sizes: number[] = [];
  let total = 0;
  for (const object of objects) total += sizeOf(object, sizes);
  const writer: Writer = { bytes: new Uint8Array(total), offset: 0, sizes, next: 0 };
  for (const object of objects) write(object, writer);
  return writer.bytes;
}

interface Writer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  offset: number;
  /** Content sizes of the constructed objects, in the order in which they are written. */
  readonly sizes: readonly number[];
  next: number;
}

function tagLength(tag: number): number {
  return tag > 0xff_ffff ? 4 : tag > 0xffff ? 3 : tag > 0xff ? 2 : 1;
}

/** A tag must read back as the same tag: low bits of the first byte 1F if and only if there are more bytes, and so on. */
function checkTag(tag: number): number {
  const length = tagLength(tag);
  let good = Number.isInteger(tag) && tag > 0 && tag <= 0xffff_ffff;
  for (let index = 0; good && index < length; index++) {
    const byte = (tag >>> (8 * (length - 1 - index))) & 0xff;
    good = index === 0 ? ((byte & 0x1f) === 0x1f) === length > 1 : ((byte & 0x80) !== 0) === index < length - 1;
  }
  if (!good) throw new FormatError("INVALID_VALUE", `${tag.toString(16).toUpperCase()} is no tag`, { field: "tag" });
  return length;
}

function lengthLength(length: number): number {
  return length < 0x80 ? 1 : 1 + tagLength(length);
}

/** The encoded size of an object. The content size of each constructed one is kept in `sizes`, in the order of writing. */
function sizeOf(object: TlvInput, sizes: number[]): number {
  const { tag } = object;
  const tagSize = checkTag(tag);
  let size: number;
  if (object.children === undefined) {
    size = object.value.length;
  } else {
    if (((tag >>> (8 * (tagSize - 1))) & 0x20) === 0)
      throw new FormatError("INVALID_VALUE", `${tag.toString(16).toUpperCase()} is primitive, it has no children`, {
        field: "tag",
      });
    const place = sizes.push(0) - 1;
    size = 0;
    for (const child of object.children) size += sizeOf(child, sizes);
    sizes[place] = size;
  }
  return tagSize + lengthLength(size) + size;
}

function writeNumber(writer: Writer, value: number, length: number): void {
  for (let shift = 8 * (length - 1); shift >= 0; shift -= 8) writer.bytes[writer.offset++] = value >>> shift;
}

function write(object: TlvInput, writer: Writer): void {
  const { tag } = object;
  writeNumber(writer, tag, tagLength(tag));
  const length = object.children === undefined ? object.value.length : (writer.sizes[writer.next++] ?? 0);
  if (length < 0x80) {
    writer.bytes[writer.offset++] = length;
  } else {
    const size = tagLength(length);
    writer.bytes[writer.offset++] = 0x80 | size;
    writeNumber(writer, length, size);
  }
  if (object.children === undefined) {
    writer.bytes.set(object.value, writer.offset);
    writer.offset += length;
  } else {
    for (const child of object.children) write(child, writer);
  }
}
