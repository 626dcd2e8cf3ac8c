import { FormatError } from "@cardwire/core";
import { viewOf } from "./view.ts";

/** A response APDU taken apart. */
export interface ResponseApdu {
  /** The response data field, a view on the bytes that were parsed; empty when there is none. */
  readonly data: Uint8Array;
  /** SW1 SW2 as one number, such as 0x9000. */
  readonly sw: number;
}

/** The longest response data field: an Ne of 65,536 (ISO/IEC 7816-3 section 12.1.1). */
const MAX_DATA = 65_536;

/**
 * Takes a response APDU apart (ISO/IEC 7816-3 section 12.1): data, then SW1 SW2.
 *
 * @throws FormatError TOO_SHORT below 2 bytes, TOO_LONG over 65,538.
 */
export function parseResponseApdu(bytes: Uint8Array): ResponseApdu {
  const end = bytes.length - 2;
  if (end < 0)
    throw new FormatError("TOO_SHORT", `a status word has 2 bytes, there are ${end + 2}`, { field: "SW", offset: 0 });
  if (end > MAX_DATA)
    throw new FormatError("TOO_LONG", `${end} bytes of data, over ${MAX_DATA}`, { field: "data", offset: 0 });
  return { data: viewOf(bytes, 0, end), sw: ((bytes[end] ?? 0) << 8) | (bytes[end + 1] ?? 0) };
}

/**
 * Writes a response APDU: the data, then the status word.
 *
 * Any status word of 16 bits is written: readers and storage cards send some that ISO/IEC 7816-4 does not know.
 *
 * @throws FormatError INVALID_VALUE for a status word outside 0…FFFF, TOO_LONG for more than 65,536 bytes of data.
 */
export function responseApdu(data: Uint8Array, sw: number): Uint8Array<ArrayBuffer> {
  const length = data.length;
  if (length > MAX_DATA)
    throw new FormatError("TOO_LONG", `${length} bytes of data, over ${MAX_DATA}`, { field: "data" });
  if ((sw & 0xffff) !== sw) throw new FormatError("INVALID_VALUE", `${sw} is no status word`, { field: "SW" });
  const bytes = new Uint8Array(length + 2);
  bytes.set(data);
  bytes[length] = sw >>> 8;
  bytes[length + 1] = sw;
  return bytes;
}
