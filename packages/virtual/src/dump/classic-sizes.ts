import type { ClassicDumpSize } from "./model.ts";

/** Blocks and sectors per size. */
export const CLASSIC_SIZES: Readonly<Record<ClassicDumpSize, { readonly blocks: number; readonly sectors: number }>> = {
  mini: { blocks: 20, sectors: 5 },
  "1k": { blocks: 64, sectors: 16 },
  "2k": { blocks: 128, sectors: 32 },
  "4k": { blocks: 256, sectors: 40 },
};

const NAMES: readonly ClassicDumpSize[] = ["mini", "1k", "2k", "4k"];

/** The size with so many blocks. */
export function sizeByBlocks(blocks: number): ClassicDumpSize | undefined {
  return NAMES.find((name) => CLASSIC_SIZES[name].blocks === blocks);
}

/** The size with so many sectors. */
export function sizeBySectors(sectors: number): ClassicDumpSize | undefined {
  return NAMES.find((name) => CLASSIC_SIZES[name].sectors === sectors);
}

/** The sector of a block: 32 of four blocks, then eight of sixteen. */
export function sectorOfBlock(block: number): number {
  return block < 128 ? block >> 2 : 32 + ((block - 128) >> 4);
}

/** The block that holds a sector's keys. */
export function trailerOfSector(sector: number): number {
  return sector < 32 ? sector * 4 + 3 : 128 + (sector - 32) * 16 + 15;
}

/**
 * SENS_RES as received, from two bytes of which a file may have turned the order round: the first byte on the air has a
 * bit frame anticollision bit set, the second has none (ISO/IEC 14443-3 section 6.5.2).
 */
export function atqaAsReceived(bytes: Uint8Array): Uint8Array {
  const [first = 0, second = 0] = bytes;
  return (first & 0x1f) === 0 && (second & 0x1f) !== 0 ? Uint8Array.of(second, first) : bytes.slice(0, 2);
}
