import { parseContactlessAtr } from "@cardwire/atr";
import { concatBytes, isFormatError, toHex } from "@cardwire/core";
import {
  BLOCK_BYTES,
  CLASSIC_GEOMETRY,
  type ClassicSector,
  classicSizeOf,
  firstBlockOfSector,
  isMifareClassicError,
  MAD_ADMINISTRATIVE_AIDS,
  MAD_AID_NDEF,
  MifareClassic,
  type MifareApplicationDirectory,
} from "@cardwire/mifare-classic";
import type { CardMemory, MemoryArea, ReadMemoryOptions } from "../memory.ts";
import type { Family } from "./family.ts";

/** MIFARE Classic, and MIFARE Plus in its security levels 1 and 2. */
export const mifareClassicFamily: Family<"mifare-classic", MifareClassic> = {
  name: "mifare-classic",
  accepts: (_, cardName) => classicSizeOf(cardName) !== undefined,
  open({ connection, dialect, atr }) {
    const card = parseContactlessAtr(atr);
    const size = (card?.kind === "storage-card" ? classicSizeOf(card.cardName) : undefined) ?? "1k";
    const classic = new MifareClassic(connection, { dialect, size });
    return {
      helper: classic,
      inspect: () => Promise.resolve({ memoryBytes: CLASSIC_GEOMETRY[size].blocks * BLOCK_BYTES }),
      memory: { read: (options) => readMemory(classic, options) },
      ndef: classic.ndef,
    };
  },
};

async function readMemory(card: MifareClassic, options: ReadMemoryOptions = {}): Promise<CardMemory> {
  const { signal, onProgress } = options;
  const { sectors } = await card.readAll({ ...(signal && { signal }), ...(onProgress && { onProgress }) });
  const directory = await readDirectory(card, signal);
  return { unit: "block", unitBytes: BLOCK_BYTES, areas: sectors.flatMap((sector) => sectorAreas(sector, directory)) };
}

/** A directory that is damaged or locked up is as good as none here: what of it can be read is shown all the same. */
async function readDirectory(
  card: MifareClassic,
  signal: AbortSignal | undefined,
): Promise<MifareApplicationDirectory | undefined> {
  try {
    return await card.readMad(signal && { signal });
  } catch (error) {
    if (isFormatError(error) || isMifareClassicError(error)) return undefined;
    throw error;
  }
}

function sectorAreas(sector: ClassicSector, directory: MifareApplicationDirectory | undefined): MemoryArea[] {
  const first = firstBlockOfSector(sector.sector);
  const part = sectorTitle(sector, directory);
  const areas: MemoryArea[] = [];
  sector.blocks.forEach((bytes, index) => {
    const area: MemoryArea = {
      ...nameOf(sector, index, directory),
      part,
      address: first + index,
      units: 1,
      ...(bytes === undefined ? { problem: "no known key reads it" } : { bytes }),
    };
    const before = areas.at(-1);
    if (before?.name !== area.name || before.problem !== area.problem) areas.push(area);
    else
      areas[areas.length - 1] = {
        ...before,
        units: before.units + 1,
        ...(before.bytes && bytes && { bytes: concatBytes(before.bytes, bytes) }),
      };
  });
  return areas;
}

/** The sector, the application that it belongs to, and the keys that open it. */
function sectorTitle({ sector, keys }: ClassicSector, directory: MifareApplicationDirectory | undefined): string {
  const aid = directory?.aids.get(sector);
  const application =
    aid === undefined
      ? ""
      : `, ${aid === MAD_AID_NDEF ? "NDEF" : (MAD_ADMINISTRATIVE_AIDS[aid] ?? `AID ${aid.toString(16).padStart(4, "0")}`)}`;
  const keyText = (["a", "b"] as const)
    .map((type) => (keys[type] === undefined ? "" : `, key ${type.toUpperCase()} ${toHex(keys[type])}`))
    .join("");
  return `sector ${sector}${application}${keyText}`;
}

function nameOf(
  { sector, blocks }: ClassicSector,
  index: number,
  directory: MifareApplicationDirectory | undefined,
): Pick<MemoryArea, "name" | "kind"> {
  if (index === blocks.length - 1) return { name: "trailer: key A (hidden), access bits, key B", kind: "lock" };
  if (sector === 0 && index === 0) return { name: "manufacturer: UID", kind: "identity" };
  const isDirectory = directory !== undefined && (sector === 0 || (sector === 16 && directory.version === 2));
  return isDirectory ? { name: "application directory", kind: "system" } : { name: "data", kind: "user" };
}
