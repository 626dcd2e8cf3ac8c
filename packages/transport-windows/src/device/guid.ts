import { fromHex } from "@cardwire/core";

/** A GUID as Windows keeps it: the first three groups little-endian. */
export function guidBytes(guid: string): Uint8Array {
  const bytes = fromHex(guid.replaceAll(/[{}-]/g, ""));
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
