import { equalBytes } from "@cardwire/core";
import { rangesOf } from "../bits.ts";
import { CLASSIC_SIZES, sectorOfBlock, trailerOfSector } from "../classic-sizes.ts";
import type { ClassicDump, ClassicDumpSize } from "../model.ts";
import type { FlipperFile } from "./file.ts";
import { readIdentityA } from "./identity.ts";

/** How the Flipper spells the sizes. */
export const FLIPPER_SIZES: ReadonlyMap<string, ClassicDumpSize> = new Map([
  ["MINI", "mini"],
  ["Mini", "mini"],
  ["1K", "1k"],
  ["2K", "2k"],
  ["4K", "4k"],
]);

/** Reads the Mifare Classic part of a Flipper file, data format version 1 (key maps) or 2 (`??`). */
export function parseClassic(file: FlipperFile, version: number): ClassicDump {
  const identity = readIdentityA(file, version);
  const sizeName = file.string("Mifare Classic type");
  const size = FLIPPER_SIZES.get(sizeName);
  if (size === undefined) throw file.error("UNSUPPORTED_KIND", "Mifare Classic type", `no size "${sizeName}" is known`);
  const dataVersion = file.has("Data format version") ? file.decimal("Data format version", 0xffff) : 1;
  if (dataVersion < 1 || dataVersion > 2)
    throw file.error("UNSUPPORTED_VERSION", "Data format version", `${dataVersion} is not 1 or 2`);

  const { blocks } = CLASSIC_SIZES[size];
  const memory = new Uint8Array(blocks * 16);
  const unread = new Set<number>();
  for (let block = 0; block < blocks; block++) {
    const { bytes, unread: missing } = file.maybeBytes(`Block ${block}`, 16);
    memory.set(bytes, block * 16);
    for (const index of missing) unread.add(block * 16 + index);
  }
  if (file.has(`Block ${blocks}`))
    throw file.error("DAMAGED", `Block ${blocks}`, `a MIFARE Classic ${sizeName} ends with block ${blocks - 1}`);
  if (dataVersion === 1) markUnknownKeys(file, size, unread);
  if (!unread.has(0) && !equalBytes(memory.subarray(0, identity.uid.length), identity.uid))
    throw file.error("DAMAGED", "UID", "is not the one in block 0");
  return { kind: "mifare-classic", size, ...identity, memory, unread: rangesOf(unread) };
}

/** Version 1 wrote 00 for what it could not read, and said in two bit masks which keys it had found. */
function markUnknownKeys(file: FlipperFile, size: ClassicDumpSize, unread: Set<number>): void {
  const [maskA, maskB] = [keyMask(file, "Key A map"), keyMask(file, "Key B map")];
  const { blocks, sectors } = CLASSIC_SIZES[size];
  for (let sector = 0; sector < sectors; sector++) {
    const [hasA, hasB] = [(maskA >> BigInt(sector)) & 1n, (maskB >> BigInt(sector)) & 1n];
    if (hasA && hasB) continue;
    if (!file.allowPartial) {
      const key = hasA ? "Key B map" : "Key A map";
      throw file.error("PARTIAL", key, `no such key of sector ${sector} was found`);
    }
    const trailer = trailerOfSector(sector) * 16;
    if (!hasA) for (let index = 0; index < 6; index++) unread.add(trailer + index);
    if (!hasB) for (let index = 10; index < 16; index++) unread.add(trailer + index);
    if (hasA || hasB) continue;
    for (let block = 0; block < blocks; block++)
      if (sectorOfBlock(block) === sector) for (let index = 0; index < 16; index++) unread.add(block * 16 + index);
  }
}

function keyMask(file: FlipperFile, key: string): bigint {
  const text = file.string(key).replaceAll(" ", "");
  if (!/^[0-9A-Fa-f]{1,16}$/.test(text)) throw file.error("DAMAGED", key, `"${text}" is no mask of sectors`);
  return BigInt(`0x${text}`);
}
