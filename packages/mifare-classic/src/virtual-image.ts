import { FormatError } from "@cardwire/core";
import { CLASSIC_GEOMETRY, BLOCK_BYTES, type ClassicSize } from "./geometry.ts";

/** All that a MIFARE Classic is: its memory, keys included, and what it says in anticollision. */
export interface MifareClassicImage {
  readonly size: ClassicSize;
  /** NFCID1: 4 or 7 bytes. */
  readonly uid: Uint8Array;
  /** SENS_RES as received, 2 bytes. */
  readonly atqa: Uint8Array;
  /** SEL_RES: 08 for 1K, 18 for 4K, 09 for Mini, and others. */
  readonly sak: number;
  /** Every block, 16 bytes each, trailers with their keys. */
  readonly memory: Uint8Array;
}

/** What a size says of itself when nobody knows better (MF1S50yyX and MF1S70yyX data sheets; MIFARE type identification, AN10833). */
const IDENTITY: Readonly<Record<ClassicSize, { readonly sak: number; readonly atqa: readonly [number, number] }>> = {
  mini: { sak: 0x09, atqa: [0x04, 0x00] },
  "1k": { sak: 0x08, atqa: [0x04, 0x00] },
  "2k": { sak: 0x08, atqa: [0x04, 0x00] },
  "4k": { sak: 0x18, atqa: [0x02, 0x00] },
};

/**
 * An image from the memory alone, as raw dumps have it. The UID is read from block 0: four bytes where the fifth is their
 * check byte, else seven.
 *
 * @param memory 320, 1024, 2048 or 4096 bytes.
 * @throws FormatError for another length.
 */
export function mifareClassicImage(
  memory: Uint8Array,
  known: Partial<Pick<MifareClassicImage, "uid" | "atqa" | "sak">> = {},
): MifareClassicImage {
  const size = SIZES.find((name) => CLASSIC_GEOMETRY[name].blocks * BLOCK_BYTES === memory.length);
  if (size === undefined)
    throw new FormatError("INVALID_VALUE", `no MIFARE Classic has ${memory.length} bytes (320, 1024, 2048 or 4096)`, {
      field: "memory",
    });
  const [u0 = 0, u1 = 0, u2 = 0, u3 = 0, bcc = 0] = memory;
  const uid = known.uid ?? memory.slice(0, (u0 ^ u1 ^ u2 ^ u3) === bcc ? 4 : 7);
  const identity = IDENTITY[size];
  // bit 6 of the first byte tells a double-size UID (ISO/IEC 14443-3 table 3)
  const atqa = Uint8Array.of(identity.atqa[0] | (uid.length === 7 ? 0x40 : 0), identity.atqa[1]);
  return { size, uid, atqa: known.atqa ?? atqa, sak: known.sak ?? identity.sak, memory: memory.slice() };
}

const SIZES: readonly ClassicSize[] = ["mini", "1k", "2k", "4k"];
