import { SYSTEM_BLOCK, type TypeBMemoryTag } from "@cardwire/iso14443b";
import type { Iso14443bMemoryDump } from "@cardwire/virtual";
import { readTypeB } from "../dump/iso14443b.ts";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame } from "./comparing.ts";

/** Blocks 0–4: bits that can only be cleared; 5 and 6: counters that only go down (SRIX4K data sheet, section 4). */
const FIRST_COUNTER = 5;
const FIRST_USER = 7;
/** Blocks 0–3: UID; 15: lock register, in which a set bit locks (SR176 data sheet, memory mapping). */
const SR176_FIRST_USER = 4;
const SR176_LOCKS = 15;

type Role = Pick<RestoreUnit, "name" | "role" | "onlyClears" | "onlySets">;

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
    role: Role,
  ): RestoreUnit => ({
    place: placeOf("block", block),
    ...role,
    before,
    after,
    ...(after && { write: (writeSignal) => tag.writeBlocks([{ block, data: after }], { signal: writeSignal }) }),
  });
  const blockBytes = blockBytesOf(now);
  const roleOf = now.systemBlock === undefined ? roleOfSr176 : roleOfSrix;
  const units = Array.from({ length: now.memory.length / blockBytes }, (_, block) =>
    unit(
      block,
      knownBytes(now, block * blockBytes, blockBytes),
      knownBytes(dump, block * blockBytes, blockBytes),
      locked.includes(block) ? { name: "locked", role: "fixed" } : roleOf(block),
    ),
  );
  if (now.systemBlock === undefined) return units;
  const role: Role = { name: "lock register", role: "locks", onlyClears: true };
  return [...units, unit(SYSTEM_BLOCK, now.systemBlock, dump.systemBlock, role)];
}

function roleOfSrix(block: number): Role {
  if (block < FIRST_COUNTER) return { name: "one-time bits", role: "otp", onlyClears: true };
  if (block < FIRST_USER) return { name: "counter, down only", role: "counters" };
  return { name: "user memory", role: "user" };
}

function roleOfSr176(block: number): Role {
  if (block < SR176_FIRST_USER) return { name: "UID", role: "fixed" };
  if (block === SR176_LOCKS) return { name: "lock register", role: "locks", onlySets: true };
  return { name: "user memory", role: "user" };
}

function blockBytesOf({ systemBlock }: Iso14443bMemoryDump): number {
  return systemBlock === undefined ? 2 : 4;
}

function sizeText(dump: Iso14443bMemoryDump): string {
  return `${dump.memory.length / blockBytesOf(dump)} blocks of ${blockBytesOf(dump)} bytes`;
}
