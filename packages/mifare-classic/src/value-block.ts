import { FormatError } from "@cardwire/core";

/** A value block: a signed 32-bit number and the address byte that a backup scheme uses. */
export interface ValueBlock {
  readonly value: number;
  readonly address: number;
}

/**
 * The 16 bytes of a value block: value, inverted value, value, address, inverted, address, inverted; the value least
 * significant byte first (MF1S50yyX data sheet, section 8.6.2.1).
 *
 * @throws FormatError for a value outside 32 bits or an address outside 0–255.
 */
export function buildValueBlock({ value, address }: ValueBlock): Uint8Array {
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff)
    throw new FormatError("INVALID_VALUE", `${value} is no signed 32-bit integer`, { field: "value" });
  if (!Number.isInteger(address) || address < 0 || address > 255)
    throw new FormatError("INVALID_VALUE", `${address} is no byte`, { field: "address" });
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, value, true);
  view.setInt32(4, ~value, true);
  view.setInt32(8, value, true);
  bytes.set([address, address ^ 0xff, address, address ^ 0xff], 12);
  return bytes;
}

/** Reads a value block; `undefined` when the redundant copies do not agree, so when the block holds other data. */
export function parseValueBlock(bytes: Uint8Array): ValueBlock | undefined {
  if (bytes.length !== 16)
    throw new FormatError(bytes.length < 16 ? "TOO_SHORT" : "TOO_LONG", `16 bytes, not ${bytes.length}`, {
      field: "value block",
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const value = view.getInt32(0, true);
  const address = view.getUint8(12);
  const agrees =
    view.getInt32(4, true) === ~value &&
    view.getInt32(8, true) === value &&
    view.getUint8(13) === (address ^ 0xff) &&
    view.getUint8(14) === address &&
    view.getUint8(15) === (address ^ 0xff);
  return agrees ? { value, address } : undefined;
}
