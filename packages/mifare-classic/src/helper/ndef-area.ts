import { locateNdef, type NdefLocation, planNdefWrite } from "@cardwire/ndef";
import { BLOCK_BYTES, blocksInSector, firstBlockOfSector } from "../geometry.ts";
import { MAD_AID_NDEF, type MifareApplicationDirectory } from "../mad.ts";

/** The sectors that hold NDEF data, in their order (AN1304 section 3.2). */
export function ndefSectors(directory: MifareApplicationDirectory): readonly number[] {
  return [...directory.aids]
    .filter(([, aid]) => aid === MAD_AID_NDEF)
    .map(([sector]) => sector)
    .sort((a, b) => a - b);
}

/** The data blocks of sectors, one after the other: the area in which TLV blocks stand. */
export function dataBlocks(sectors: readonly number[]): readonly number[] {
  return sectors.flatMap((sector) =>
    Array.from({ length: blocksInSector(sector) - 1 }, (_, index) => firstBlockOfSector(sector) + index),
  );
}

/** A block to be written. */
export interface BlockWrite {
  readonly block: number;
  readonly data: Uint8Array;
}

/** NDEF data as far as they have been read. */
export interface ClassicNdefArea {
  /** The card's blocks that the area consists of. */
  readonly blocks: readonly number[];
  /** Bytes of the first of them. */
  readonly memory: Uint8Array;
  readonly location: NdefLocation;
}

/** Reads one block. */
export type ReadBlock = (block: number) => Promise<Uint8Array>;

/** Reads no more blocks than are needed to have the NDEF message whole. @throws NdefError for TLV blocks that do not fit. */
export async function readNdefArea(blocks: readonly number[], read: ReadBlock): Promise<ClassicNdefArea> {
  const end = blocks.length * BLOCK_BYTES;
  let memory: Uint8Array = new Uint8Array(0);
  for (;;) {
    const location = locateNdef({ memory, start: 0, end });
    if (location.kind === "located") return { blocks, memory, location };
    memory = await readOn(blocks, memory, location.neededBytes, read);
  }
}

async function readOn(
  blocks: readonly number[],
  memory: Uint8Array,
  needed: number,
  read: ReadBlock,
): Promise<Uint8Array> {
  const from = memory.length / BLOCK_BYTES;
  const to = Math.min(Math.max(Math.ceil(needed / BLOCK_BYTES), from + 1), blocks.length);
  const longer = new Uint8Array(to * BLOCK_BYTES);
  longer.set(memory);
  for (const [index, block] of blocks.slice(from, to).entries())
    longer.set(await read(block), (from + index) * BLOCK_BYTES);
  return longer;
}

/**
 * The block writes that put a message into the area, in an order in which a card pulled meanwhile is left empty, or with
 * the whole message.
 *
 * @throws NdefError when the message does not fit.
 */
export async function planMessageWrite(
  area: ClassicNdefArea,
  message: Uint8Array,
  read: ReadBlock,
): Promise<readonly BlockWrite[]> {
  const { blocks, location } = area;
  const end = blocks.length * BLOCK_BYTES;
  // tag, length in its long form, message, terminator, and what lies reserved in between
  const reserved = location.reserved.reduce((sum, { length }) => sum + length, 0);
  const needed = Math.min(location.address + 4 + message.length + 1 + reserved, end);
  const memory = needed > area.memory.length ? await readOn(blocks, area.memory, needed, read) : area.memory;
  const writes: BlockWrite[] = [];
  let before = memory;
  for (const image of planNdefWrite({ memory, start: 0, end }, location, message, { unitBytes: BLOCK_BYTES })) {
    blocks.forEach((block, index) => {
      const at = index * BLOCK_BYTES;
      const data = image.slice(at, at + BLOCK_BYTES);
      if (data.some((byte, offset) => byte !== before[at + offset])) writes.push({ block, data });
    });
    before = image;
  }
  return writes;
}
