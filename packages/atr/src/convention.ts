/**
 * What the direct convention reads where the inverse one was sent: bits mirrored and inverted (ISO/IEC 7816-3:2006
 * section 8.1). It is its own inverse, and turns the 3F of TS into 03.
 */
export function mirrorByte(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit++) mirrored = (mirrored << 1) | ((byte >> bit) & 1);
  return mirrored ^ 0xff;
}

/** A copy of the bytes with {@link mirrorByte} applied to each. */
export function mirrorBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const mirrored = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) mirrored[index] = mirrorByte(bytes[index] ?? 0);
  return mirrored;
}
