import { SYSTEM_BLOCK, type TypeBMemoryTag } from "@cardwire/iso14443b";
import type { Iso14443bMemoryDump } from "@cardwire/virtual";
import { readTypeB } from "../dump/iso14443b.ts";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame } from "./comparing.ts";

const BLOCK_BYTES = 4;
/** Blocks 0–4: bits that can only be cleared; 5 and 6: counters that only go down (SRIX4K data sheet, section 4). */
const FIRST_COUNTER = 5;
const FIRST_USER = 7;

/** The blocks of one of ST's memory cards of type B. */
export async function typeBUnits(
  dump: Iso14443bMemoryDump,
  tag: TypeBMemoryTag,
  signal: AbortSignal,
): Promise<readonly RestoreUnit[]> {
  const now = await readTypeB(tag, signal);
  requireSame(sizeText(dump), sizeText(now));
  const locked = await tag.readLockedBlocks({ signal });
  const unit = (
    block: number,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
    role: Pick<RestoreUnit, "name" | "role" | "onlyClears">,
  ): RestoreUnit => ({
    place: placeOf("block", block),
    ...role,
    before,
    after,
    ...(after && { write: (writeSignal) => tag.writeBlocks([{ block, data: after }], { signal: writeSignal }) }),
  });
  const units = Array.from({ length: now.memory.length / BLOCK_BYTES }, (_, block) =>
    unit(
      block,
      knownBytes(now, block * BLOCK_BYTES, BLOCK_BYTES),
      knownBytes(dump, block * BLOCK_BYTES, BLOCK_BYTES),
      roleOf(block, locked.includes(block)),
    ),
  );
  return [
    ...units,
    unit(SYSTEM_BLOCK, now.systemBlock, dump.systemBlock, { name: "lock register", role: "locks", onlyClears: true }),
  ];
}

function roleOf(block: number, locked: boolean): Pick<RestoreUnit, "name" | "role" | "onlyClears"> {
  if (locked) return { name: "locked", role: "fixed" };
  if (block < FIRST_COUNTER) return { name: "one-time bits", role: "otp", onlyClears: true };
  if (block < FIRST_USER) return { name: "counter, down only", role: "counters" };
  return { name: "user memory", role: "user" };
}

function sizeText({ memory }: Iso14443bMemoryDump): string {
  return `${memory.length / BLOCK_BYTES} blocks`;
}
