import { describe, expect, it } from "vitest";
import {
  accessGroupOfBlock,
  blocksInSector,
  CLASSIC_GEOMETRY,
  firstBlockOfSector,
  isTrailer,
  sectorOfBlock,
  trailerOfSector,
} from "./geometry.ts";

describe("geometry", () => {
  it.each([
    [0, 0, 0],
    [3, 0, 3],
    [4, 1, 0],
    [127, 31, 3],
    [128, 32, 0],
    [132, 32, 0],
    [133, 32, 1],
    [142, 32, 2],
    [143, 32, 3],
    [255, 39, 3],
  ])("block %i lies in sector %i, access group %i", (block, sector, group) => {
    expect(sectorOfBlock(block)).toBe(sector);
    expect(accessGroupOfBlock(block)).toBe(group);
    expect(isTrailer(block)).toBe(group === 3);
  });

  it("adds up: the sectors of each size hold its blocks", () => {
    for (const { sectors, blocks } of Object.values(CLASSIC_GEOMETRY)) {
      expect(firstBlockOfSector(sectors - 1) + blocksInSector(sectors - 1)).toBe(blocks);
      expect(trailerOfSector(sectors - 1)).toBe(blocks - 1);
    }
  });

  it("refuses numbers that no card has", () => {
    expect(() => sectorOfBlock(256)).toThrow(/block/);
    expect(() => sectorOfBlock(1.5)).toThrow(/block/);
    expect(() => firstBlockOfSector(40)).toThrow(/sector/);
  });
});
