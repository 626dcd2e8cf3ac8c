import {
  BLOCK_BYTES,
  type ClassicMemory,
  type ClassicSector,
  type ClassicSize,
  firstBlockOfSector,
  type MifareClassic,
  TRAILER_ACCESS,
  trailerOfSector,
} from "@cardwire/mifare-classic";
import type { ClassicDump, UnreadRange } from "@cardwire/virtual";
import type { Tap } from "cardwire";
import { openClassic } from "../keys/open-classic.ts";
import type { ReadDumpOptions } from "./read-dump.ts";

/** SENS_RES and SEL_RES by size (NXP AN10833); a UID of seven bytes sets bit 7 of the first. */
const IDENTITY: Readonly<Record<ClassicSize, { readonly atqa: number; readonly sak: number }>> = {
  mini: { atqa: 0x04, sak: 0x09 },
  "1k": { atqa: 0x04, sak: 0x08 },
  "2k": { atqa: 0x04, sak: 0x08 },
  "4k": { atqa: 0x02, sak: 0x18 },
};
const [KEY_A, ACCESS_BITS, KEY_B] = [0, 6, 10];
const KEY_BYTES = 6;

/** Reads a MIFARE Classic with all keys that can be found. */
export async function readClassic(card: MifareClassic, tap: Tap, options: ReadDumpOptions): Promise<ClassicDump> {
  const { io, progress } = options;
  await openClassic(tap, card, options.candidates, progress, io);
  const content = await card.readAll({
    signal: io.signal,
    onProgress: (read, total) => {
      progress.update(`reading sector ${read} of ${total}`);
    },
  });
  const { atqa, sak } = IDENTITY[content.size];
  const uid = tap.uid ?? content.bytes.slice(0, 4);
  return {
    kind: "mifare-classic",
    size: content.size,
    uid,
    atqa: Uint8Array.of(uid.length === 4 ? atqa : atqa | 0x40, 0x00),
    sak,
    memory: content.bytes,
    unread: unreadOf(content),
  };
}

function unreadOf({ sectors }: ClassicMemory): UnreadRange[] {
  const ranges: { offset: number; length: number }[] = [];
  const add = (offset: number, length: number): void => {
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else ranges.push({ offset, length });
  };
  for (const sector of sectors) {
    const first = firstBlockOfSector(sector.sector);
    const trailer = trailerOfSector(sector.sector);
    sector.blocks.forEach((block, index) => {
      if (block === undefined && first + index !== trailer) add((first + index) * BLOCK_BYTES, BLOCK_BYTES);
    });
    const at = trailer * BLOCK_BYTES;
    if (sector.keys.a === undefined) add(at + KEY_A, KEY_BYTES);
    if (sector.blocks.at(-1) === undefined) add(at + ACCESS_BITS, KEY_B - ACCESS_BITS);
    if (sector.keys.b === undefined && !showsKeyB(sector)) add(at + KEY_B, KEY_BYTES);
  }
  return ranges;
}

/** Some access conditions make key B readable: then it is what the trailer says. */
function showsKeyB({ conditions, blocks }: ClassicSector): boolean {
  return (
    blocks.at(-1) !== undefined &&
    conditions !== undefined &&
    (TRAILER_ACCESS[conditions.trailer]?.keyBRead ?? "none") !== "none"
  );
}
