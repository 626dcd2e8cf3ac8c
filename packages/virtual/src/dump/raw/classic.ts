import { rangesOf } from "../bits.ts";
import type { ClassicDump } from "../model.ts";

/** What block 0 says of SAK and ATQA is not always what the card says, so the size decides (NXP AN10833). */
const IDENTITY: Readonly<Record<ClassicDump["size"], { readonly atqa: number; readonly sak: number }>> = {
  mini: { atqa: 0x04, sak: 0x09 },
  "1k": { atqa: 0x04, sak: 0x08 },
  "2k": { atqa: 0x04, sak: 0x08 },
  "4k": { atqa: 0x02, sak: 0x18 },
};

/** A MIFARE Classic of which only the memory is known. @param unread indices of bytes that were never read. */
export function rawClassic(memory: Uint8Array, size: ClassicDump["size"], unread: readonly number[]): ClassicDump {
  const [u0 = 0, u1 = 0, u2 = 0, u3 = 0, check = 0] = memory;
  // a UID of four bytes has its check byte behind it, one of seven has none (NXP MF1S50yyX data sheet 8.6.1)
  const isSingle = (u0 ^ u1 ^ u2 ^ u3) === check;
  const { atqa, sak } = IDENTITY[size];
  return {
    kind: "mifare-classic",
    size,
    uid: memory.slice(0, isSingle ? 4 : 7),
    atqa: Uint8Array.of(atqa | (isSingle ? 0 : 0x40), 0x00),
    sak,
    memory: memory.slice(),
    unread: rangesOf(unread),
  };
}
