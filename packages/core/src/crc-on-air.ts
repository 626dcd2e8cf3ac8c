import { crc15693, crcA, crcB, crcF } from "./crc.ts";
import type { RfTarget } from "./rf.ts";

/** The two CRC bytes that follow a frame of this technology, in the order in which they are sent. */
export function crcOnAir(data: Uint8Array, technology: RfTarget["technology"]): readonly [number, number] {
  if (technology === "nfc-f") {
    // NFC-F is the only one that sends the most significant byte first (JIS X 6319-4)
    const crc = crcF(data);
    return [crc >>> 8, crc & 0xff];
  }
  const crc = technology === "nfc-a" ? crcA(data) : technology === "nfc-v" ? crc15693(data) : crcB(data);
  return [crc & 0xff, crc >>> 8];
}
