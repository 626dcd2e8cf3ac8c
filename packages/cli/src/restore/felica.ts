import { equalBytes } from "@cardwire/core";
import { type FelicaTag, isFelicaError, LITE_BLOCK, LITE_SERVICE } from "@cardwire/felica";
import type { FelicaLiteDump } from "@cardwire/virtual";
import type { RestoreUnit } from "./unit.ts";
import { isFelicaLite } from "../dump/felica.ts";
import { placeOf, requireSame } from "./comparing.ts";

const LITE = "FeliCa Lite";

/** What the card computes or counts itself, or has from its maker. */
const FIXED: ReadonlySet<number> = new Set([
  LITE_BLOCK.RC,
  LITE_BLOCK.MAC,
  LITE_BLOCK.D_ID,
  LITE_BLOCK.SYS_C,
  LITE_BLOCK.WCNT,
  LITE_BLOCK.MAC_A,
  LITE_BLOCK.STATE,
  LITE_BLOCK.CRC_CHECK,
]);

/** The blocks of a FeliCa Lite or Lite-S. */
export async function felicaUnits(
  dump: FelicaLiteDump,
  tag: FelicaTag,
  signal: AbortSignal,
): Promise<readonly RestoreUnit[]> {
  requireSame(LITE, isFelicaLite(await tag.poll(undefined, { signal })) ? LITE : "FeliCa Standard");
  const units: RestoreUnit[] = [];
  for (const { number, statusFlag1, data } of dump.blocks) {
    const { name, role } = roleOf(number);
    // reads as zeros, whatever it is: zeros in a dump say that nobody knows
    const isKey = number === LITE_BLOCK.CK;
    const unknown = statusFlag1 !== 0 || (isKey && equalBytes(data, new Uint8Array(data.length)));
    units.push({
      place: placeOf("block", number),
      name,
      role,
      before: isKey ? undefined : await readBlock(tag, number, signal),
      after: unknown ? undefined : data,
      ...(isKey && { checksItself: true }),
      ...(role !== "fixed" && {
        write: (writeSignal: AbortSignal) =>
          tag.writeBlocks(LITE_SERVICE.READ_WRITE, [number], data, { signal: writeSignal }),
      }),
    });
  }
  return units;
}

function roleOf(number: number): Pick<RestoreUnit, "name" | "role"> {
  if (number <= LITE_BLOCK.S_PAD13) return { name: "S_PAD", role: "user" };
  const name = Object.entries(LITE_BLOCK).find(([, value]) => value === number)?.[0] ?? "reserved";
  if (number === LITE_BLOCK.REG) return { name, role: "counters" };
  return { name, role: FIXED.has(number) ? "fixed" : "config" };
}

async function readBlock(tag: FelicaTag, number: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await tag.readBlocks(LITE_SERVICE.READ_ONLY, [number], { signal });
  } catch (error) {
    if (isFelicaError(error, "CARD_STATUS")) return undefined;
    throw error;
  }
}
