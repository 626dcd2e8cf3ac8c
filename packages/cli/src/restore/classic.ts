import { BLOCK_BYTES, CLASSIC_GEOMETRY, isTrailer, type MifareClassic, sectorOfBlock } from "@cardwire/mifare-classic";
import type { ClassicDump } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { readClassic } from "../dump/classic.ts";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame, type UnitsOptions } from "./comparing.ts";

/** The blocks of a MIFARE Classic. */
export async function classicUnits(
  dump: ClassicDump,
  card: MifareClassic,
  tap: Tap,
  options: UnitsOptions,
): Promise<readonly RestoreUnit[]> {
  requireSame(`MIFARE Classic ${dump.size.toUpperCase()}`, `MIFARE Classic ${card.size.toUpperCase()}`);
  const now = await readClassic(card, tap, options);
  return Array.from({ length: CLASSIC_GEOMETRY[card.size].blocks }, (_, block): RestoreUnit => {
    const after = knownBytes(dump, block * BLOCK_BYTES, BLOCK_BYTES);
    const trailer = isTrailer(block);
    return {
      place: placeOf("block", block),
      ...roleOf(block, trailer),
      before: knownBytes(now, block * BLOCK_BYTES, BLOCK_BYTES),
      after,
      // the keys in it are not shown: that the new ones open the sector shows that it was taken
      ...(trailer && { checksItself: true }),
      ...(after && {
        write: (signal) =>
          card.writeBlocks([{ block, data: after }], {
            signal,
            allowTrailer: trailer,
            allowManufacturerBlock: block === 0,
            verify: trailer,
          }),
      }),
    };
  });
}

function roleOf(block: number, trailer: boolean): Pick<RestoreUnit, "name" | "role"> {
  if (block === 0) return { name: "manufacturer: UID", role: "manufacturer" };
  const sector = sectorOfBlock(block);
  if (trailer) return { name: `sector ${sector}: keys, access bits`, role: "trailers" };
  return { name: `sector ${sector}`, role: "user" };
}
