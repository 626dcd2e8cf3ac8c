import { FormatError } from "@cardwire/core";

/** Bytes in a block of every MIFARE Classic. */
export const BLOCK_BYTES = 16;

/** How a card is divided. Sectors 0–31 have 4 blocks, sectors 32–39 have 16 (MF1S70yyX data sheet, section 8.6). */
export interface ClassicGeometry {
  readonly sectors: number;
  readonly blocks: number;
}

/** The memory sizes, by the names of the products. */
export const CLASSIC_GEOMETRY: Readonly<Record<ClassicSize, ClassicGeometry>> = {
  mini: { sectors: 5, blocks: 20 },
  "1k": { sectors: 16, blocks: 64 },
  "2k": { sectors: 32, blocks: 128 },
  "4k": { sectors: 40, blocks: 256 },
};

/** A memory size. */
export type ClassicSize = "mini" | "1k" | "2k" | "4k";

/** The sector a block lies in. @throws FormatError for a block outside 0–255. */
export function sectorOfBlock(block: number): number {
  checkBlock(block);
  return block < 128 ? block >> 2 : 32 + ((block - 128) >> 4);
}

/** Blocks in a sector, its trailer included: 4 or 16. */
export function blocksInSector(sector: number): number {
  checkSector(sector);
  return sector < 32 ? 4 : 16;
}

/** The first block of a sector. */
export function firstBlockOfSector(sector: number): number {
  checkSector(sector);
  return sector < 32 ? sector * 4 : 128 + (sector - 32) * 16;
}

/** The sector trailer: the last block of a sector. */
export function trailerOfSector(sector: number): number {
  return firstBlockOfSector(sector) + blocksInSector(sector) - 1;
}

/** True for a sector trailer. */
export function isTrailer(block: number): boolean {
  return block === trailerOfSector(sectorOfBlock(block));
}

/**
 * Which of the four access conditions of its sector applies to a block: 0–2 for data, 3 for the trailer. In sectors of
 * 16 blocks a data condition covers five blocks.
 */
export function accessGroupOfBlock(block: number): 0 | 1 | 2 | 3 {
  const sector = sectorOfBlock(block);
  const index = block - firstBlockOfSector(sector);
  const group = sector < 32 ? index : Math.floor(index / 5);
  return group === 0 || group === 1 || group === 2 ? group : 3;
}

function checkBlock(block: number): void {
  if (!Number.isInteger(block) || block < 0 || block > 255)
    throw new FormatError("INVALID_VALUE", `${block} is no block number (0–255)`, { field: "block" });
}

function checkSector(sector: number): void {
  if (!Number.isInteger(sector) || sector < 0 || sector > 39)
    throw new FormatError("INVALID_VALUE", `${sector} is no sector number (0–39)`, { field: "sector" });
}
