import { Type5Tag } from "@cardwire/iso15693";
import type { Iso15693Dump } from "@cardwire/virtual";
import { dialectOf, type Tap } from "cardwire";
import { readIso15693 } from "../dump/iso15693.ts";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame } from "./comparing.ts";

/** The blocks of an ISO/IEC 15693 tag, their locks, AFI and DSFID. */
export async function iso15693Units(
  dump: Iso15693Dump,
  tap: Tap,
  signal: AbortSignal,
): Promise<readonly RestoreUnit[]> {
  // the tap's own helper has asked for AFI and DSFID once, and asks no more
  const tag = new Type5Tag(tap.connection, { dialect: dialectOf(tap.reader) });
  const now = await readIso15693(tag, signal);
  requireSame(sizeText(dump), sizeText(now));
  const { blockBytes } = now;
  const units = now.blockLocked.map((locked, block): RestoreUnit => {
    const after = knownBytes(dump, block * blockBytes, blockBytes);
    return {
      place: placeOf("block", block),
      name: locked ? "locked" : "user memory",
      role: locked ? "fixed" : "user",
      before: knownBytes(now, block * blockBytes, blockBytes),
      after,
      ...(after && { write: (writeSignal) => tag.writeBlocks(block, after, { signal: writeSignal }) }),
    };
  });
  const byte = (place: string, before: number, after: number, write: Required<RestoreUnit>["write"]): RestoreUnit => ({
    place,
    name: "a byte beside the memory",
    role: "config",
    before: Uint8Array.of(before),
    after: Uint8Array.of(after),
    write,
  });
  return [
    ...units,
    byte("AFI", now.afi, dump.afi, (writeSignal) => tag.writeAfi(dump.afi, { signal: writeSignal })),
    byte("DSFID", now.dsfid, dump.dsfid, (writeSignal) => tag.writeDsfid(dump.dsfid, { signal: writeSignal })),
    ...dump.blockLocked.map((locked, block): RestoreUnit => ({
      place: `lock of ${placeOf("block", block)}`,
      name: "lock",
      role: "locks",
      before: Uint8Array.of(Number(now.blockLocked[block] ?? false)),
      after: Uint8Array.of(Number(locked)),
      onlySets: true,
      write: (writeSignal) => tag.lockBlock(block, { signal: writeSignal }),
    })),
  ];
}

function sizeText({ blockLocked, blockBytes }: Iso15693Dump): string {
  return `${blockLocked.length} blocks of ${blockBytes} bytes`;
}
