import type { Type1Tag } from "@cardwire/topaz";
import type { TopazDump } from "@cardwire/virtual";
import { readTopaz } from "../dump/topaz.ts";
import type { RestoreUnit } from "./unit.ts";
import { knownBytes, placeOf, requireSame } from "./comparing.ts";

const BLOCK_BYTES = 8;
/** Type 1 Tag specification 1.2, section 4: D is reserved, E has two lock bytes and six that are set once, F dynamic locks. */
const [UID, RESERVED, LOCKS, DYNAMIC_LOCKS] = [0x00, 0x0d, 0x0e, 0x0f];
const LOCK_BYTES = 2;

/** The blocks of a Jewel or Topaz. */
export async function topazUnits(dump: TopazDump, tag: Type1Tag, signal: AbortSignal): Promise<readonly RestoreUnit[]> {
  const now = await readTopaz(tag, signal);
  requireSame(`${dump.memory.length} bytes`, `${now.memory.length} bytes`);
  const unit = (
    place: string,
    address: number,
    length: number,
    role: Pick<RestoreUnit, "name" | "role" | "onlySets">,
  ): RestoreUnit => {
    const after = knownBytes(dump, address, length);
    return {
      place,
      ...role,
      before: knownBytes(now, address, length),
      after,
      ...(after &&
        role.role !== "fixed" && { write: (writeSignal) => tag.write(address, after, { signal: writeSignal }) }),
    };
  };
  return Array.from({ length: now.memory.length / BLOCK_BYTES }, (_, block) => {
    const place = placeOf("block", block);
    const address = block * BLOCK_BYTES;
    switch (block) {
      case UID:
        return [unit(place, address, BLOCK_BYTES, { name: "UID", role: "fixed" })];
      case RESERVED:
        return [unit(place, address, BLOCK_BYTES, { name: "reserved", role: "fixed" })];
      case LOCKS:
        return [
          unit(`${place}, locks`, address, LOCK_BYTES, { name: "lock bytes", role: "locks", onlySets: true }),
          unit(`${place}, OTP`, address + LOCK_BYTES, BLOCK_BYTES - LOCK_BYTES, {
            name: "one-time bytes",
            role: "otp",
            onlySets: true,
          }),
        ];
      case DYNAMIC_LOCKS:
        return [unit(place, address, BLOCK_BYTES, { name: "dynamic lock bytes", role: "locks", onlySets: true })];
      default:
        return [unit(place, address, BLOCK_BYTES, { name: "user memory", role: "user" })];
    }
  }).flat();
}
