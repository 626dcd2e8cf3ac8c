/**
 * A view on part of the bytes. `subarray` would hand a Node Buffer on as a Buffer, whose `slice` and `toString` are not
 * those of a `Uint8Array`; this one is always plain.
 */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
