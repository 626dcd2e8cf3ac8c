import { fromHex } from "@cardwire/core";

/** Memory of `size` bytes, zero but for the pieces given by their unit (page, block) in hexadecimal digits. */
export function layOut(size: number, unitBytes: number, pieces: Readonly<Record<number, string>>): Uint8Array {
  const memory = new Uint8Array(size);
  for (const [unit, hex] of Object.entries(pieces)) memory.set(fromHex(hex), Number(unit) * unitBytes);
  return memory;
}
