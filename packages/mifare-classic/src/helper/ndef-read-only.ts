import { fromHex } from "@cardwire/core";
import { NdefTagError } from "@cardwire/ndef";
import { type AccessConditions, buildAccessBits } from "../access-bits.ts";
import { trailerOfSector } from "../geometry.ts";
import { WELL_KNOWN_KEYS } from "./key-ring.ts";
import type { BlockWrite, ClassicNdefHost } from "./ndef.ts";
import { trailerBytes, trailerWriter } from "./ndef-format.ts";

/** Everybody reads, nobody writes, and nobody changes that: 07 8F 0F (AN1304 section 4.2). */
const READ_ONLY_CONDITIONS: AccessConditions = { data: [2, 2, 2], trailer: 6 };
/** NDEF 1.0 that everybody reads and nobody writes. */
const GPB_READ_ONLY = 0x43;
const GENERAL_PURPOSE_BYTE = 9;
const KEY_BYTES = 6;
const ACCESS_BITS = 6;
const KEY_B = 10;

/**
 * The trailers that make NDEF sectors read-only: first the flag of the first sector, by which readers go, then the locks of
 * the others and last its own. Sectors that are locked already are left out, so that locking can go on after a card was
 * pulled.
 *
 * @throws NdefTagError NOT_LOCKABLE before anything is written.
 */
export async function planReadOnly(
  host: ClassicNdefHost,
  sectors: readonly number[],
  signal?: AbortSignal,
): Promise<readonly BlockWrite[]> {
  const locked = buildAccessBits(READ_ONLY_CONDITIONS);
  const flags: BlockWrite[] = [];
  const locks: BlockWrite[] = [];
  for (const sector of sectors) {
    const block = trailerOfSector(sector);
    const trailer = await host.read(block, signal);
    if (locked.every((byte, index) => byte === trailer[ACCESS_BITS + index])) continue;
    const conditions = host.conditions(sector);
    const writer = trailerWriter(conditions);
    if (conditions === undefined || writer === undefined || !(await host.opens(sector, writer, signal)))
      throw new NdefTagError("NOT_LOCKABLE", `no known key may change the access conditions of sector ${sector}`);
    const keys = host.keys(sector);
    const keyA = keys.a ?? fromHex(WELL_KNOWN_KEYS.ndef);
    // where key A changes the trailer, key B can be read from it
    const keyB =
      writer === "a" ? trailer.slice(KEY_B, KEY_B + KEY_BYTES) : (keys.b ?? fromHex(WELL_KNOWN_KEYS.transport));
    if (sector === sectors[0]) {
      const gpb = (trailer[GENERAL_PURPOSE_BYTE] ?? 0) | GPB_READ_ONLY;
      flags.push({ block, data: trailerBytes(keyA, conditions, gpb, keyB) });
    }
    locks.push({ block, data: trailerBytes(keyA, READ_ONLY_CONDITIONS, GPB_READ_ONLY, keyB) });
  }
  return [...flags, ...locks.reverse()];
}
