import { type AccessConditions, DATA_ACCESS, mayAccess, TRAILER_ACCESS, tryParseAccessBits } from "../access-bits.ts";
import { accessGroupOfBlock, BLOCK_BYTES, blocksInSector, firstBlockOfSector, trailerOfSector } from "../geometry.ts";
import type { ClassicKeyType, SectorKeys } from "./key-ring.ts";
import type { SectorAccess } from "./sector-access.ts";

/** A sector, as far as the keys that are known let it be read. */
export interface ClassicSector {
  readonly sector: number;
  /**
   * Its blocks of 16 bytes in order, the trailer last; `undefined` where no known key gives them. A trailer is as the
   * card gave it, with zeros for the keys that it hides.
   */
  readonly blocks: readonly (Uint8Array | undefined)[];
  /** Who may do what; `undefined` when the trailer was not read, or its bits do not agree. */
  readonly conditions: AccessConditions | undefined;
  /** The keys that are known, those that were found out among them. */
  readonly keys: SectorKeys;
}

const KEY_TYPES: readonly ClassicKeyType[] = ["a", "b"];

/** The conditions that a trailer holds. */
export function conditionsOf(trailer: Uint8Array | undefined): AccessConditions | undefined {
  return trailer && tryParseAccessBits(trailer.subarray(6, 9));
}

/** The keys that may do something to a data block, where its conditions are known; else both. */
export function keyTypesFor(
  block: number,
  operation: "read" | "write" | "increment" | "decrement",
  conditions: AccessConditions | undefined,
): readonly ClassicKeyType[] {
  if (conditions === undefined) return KEY_TYPES;
  const group = accessGroupOfBlock(block);
  const { trailer } = conditions;
  return KEY_TYPES.filter((type) => {
    if (group !== 3) return mayAccess(DATA_ACCESS[conditions.data[group]]?.[operation] ?? "none", type, trailer);
    const access = TRAILER_ACCESS[trailer];
    if (access === undefined) return false;
    if (operation === "read") return mayAccess(access.accessBitsRead, type, trailer);
    return [access.keyAWrite, access.accessBitsWrite, access.keyBWrite].some((keys) => mayAccess(keys, type, trailer));
  });
}

/**
 * Reads a sector with the fewest exchanges: one authentication where one key may read it all. The trailer comes first,
 * for it tells which blocks the other key is needed for, so that the card is never asked what it would refuse.
 *
 * @param withTrailer false leaves the trailer out, and finds out by refusals.
 */
export async function readSector(
  sectors: SectorAccess,
  sector: number,
  withTrailer: boolean,
  signal?: AbortSignal,
): Promise<ClassicSector> {
  const first = firstBlockOfSector(sector);
  const trailerBlock = trailerOfSector(sector);
  const blocks = new Array<Uint8Array | undefined>(blocksInSector(sector)).fill(undefined);
  let conditions: AccessConditions | undefined;
  for (const type of KEY_TYPES) {
    const wanted: number[] = [];
    for (let block = first; block < trailerBlock; block++)
      if (blocks[block - first] === undefined && keyTypesFor(block, "read", conditions).includes(type))
        wanted.push(block);
    const wantsTrailer = withTrailer && blocks[trailerBlock - first] === undefined;
    if (wanted.length === 0 && !wantsTrailer) break;
    if (!sectors.isOpen(sector, type) && !(await sectors.open(sector, type, signal))) continue;

    if (wantsTrailer) {
      const trailer = await sectors.read(trailerBlock, signal);
      blocks[trailerBlock - first] = trailer;
      conditions = conditionsOf(trailer);
    }
    for (const block of wanted) {
      if (!keyTypesFor(block, "read", conditions).includes(type)) continue;
      // after a refusal the card has to be opened again for the next block
      if (!sectors.isOpen(sector, type) && !(await sectors.open(sector, type, signal))) break;
      blocks[block - first] = await sectors.read(block, signal);
    }
  }
  return { sector, blocks, conditions, keys: sectors.keys.of(sector) };
}

/** The bytes of a sector: zeros for blocks that were not read, and the keys that are known in their places. */
export function sectorBytes({ blocks, keys }: ClassicSector): Uint8Array {
  const bytes = new Uint8Array(blocks.length * BLOCK_BYTES);
  blocks.forEach((block, index) => {
    if (block !== undefined) bytes.set(block, index * BLOCK_BYTES);
  });
  const trailer = bytes.length - BLOCK_BYTES;
  if (keys.a !== undefined) bytes.set(keys.a, trailer);
  if (keys.b !== undefined) bytes.set(keys.b, trailer + 10);
  return bytes;
}
