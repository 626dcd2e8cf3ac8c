import type { StorageCommand } from "@cardwire/storage-card";
import { byteAddress, TYPE1_COMMAND } from "./commands.ts";

/** A frame without its CRC. */
export type Frame = Uint8Array<ArrayBuffer>;

function frame(length: 7 | 14, command: number, address: number, uid4: Uint8Array): Frame {
  const bytes = new Uint8Array(length);
  bytes[0] = command;
  bytes[1] = address;
  bytes.set(uid4, length - 4);
  return bytes;
}

/** A frame for one byte or one block of eight, with its data behind the address. */
export function addressedFrame(command: number, address: number, data: Uint8Array, uid4: Uint8Array): Frame {
  const bytes = frame(data.length === 1 ? 7 : 14, command, address, uid4);
  bytes.set(data, 2);
  return bytes;
}

/** RID: asks for header ROM and UID, of whoever is there. */
export function ridFrame(): Frame {
  const bytes = new Uint8Array(7);
  bytes[0] = TYPE1_COMMAND.RID;
  return bytes;
}

/** True when P1 and P2 name a byte of the first 128: block 0–F and byte 0–7. */
function namesByte({ p1, p2 }: StorageCommand): boolean {
  return p1 <= 0x0f && p2 <= 0x07;
}

/**
 * The frame of a READ BINARY, which its Le chooses (Windows driver documentation, storage-card requirements): 00 RALL,
 * 06 RID, 01 READ, 08 READ8, 80 RSEG.
 *
 * @returns "le" for an Le that names no command, "address" for a P1 P2 that the command cannot have.
 */
export function readFrame(command: StorageCommand): Frame | "le" | "address" {
  const { le, p1, p2 } = command;
  const { uid } = command.card;
  switch (le) {
    case 0x00:
      return p1 === 0 && p2 === 0 ? frame(7, TYPE1_COMMAND.RALL, 0, uid) : "address";
    case 0x06:
      return p1 === 0 && p2 === 0 ? ridFrame() : "address";
    case 0x01:
      return namesByte(command) ? frame(7, TYPE1_COMMAND.READ, byteAddress(p1, p2), uid) : "address";
    case 0x08:
      return p2 === 0 ? frame(14, TYPE1_COMMAND.READ8, p1, uid) : "address";
    case 0x80:
      return p1 === 0 && p2 <= 3 ? frame(14, TYPE1_COMMAND.RSEG, p2 << 4, uid) : "address";
    default:
      return "le";
  }
}

/** The frame of an UPDATE BINARY, which its Lc chooses: 01 WRITE-E, 08 WRITE-E8. */
export function writeFrame(command: StorageCommand): Frame | "lc" | "address" {
  const { lc, p1, p2 } = command;
  const { uid } = command.card;
  if (lc !== 1 && lc !== 8) return "lc";
  if (lc === 1 ? !namesByte(command) : p2 !== 0) return "address";
  const data = command.copyData(0, lc);
  return lc === 1
    ? addressedFrame(TYPE1_COMMAND.WRITE_E, byteAddress(p1, p2), data, uid)
    : addressedFrame(TYPE1_COMMAND.WRITE_E8, p1, data, uid);
}
