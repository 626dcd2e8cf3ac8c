import { fromHex } from "@cardwire/core";
import {
  type AccessConditions,
  buildAccessBits,
  buildMad,
  CLASSIC_GEOMETRY,
  type ClassicSize,
  firstBlockOfSector,
  MAD_AID_NDEF,
  trailerOfSector,
  TRANSPORT_CONDITIONS,
} from "../src/index.ts";
import { createMifareClassicTag, mifareClassicImage, type MifareClassicTag } from "../src/virtual.ts";

export const FACTORY_KEY = "FFFFFFFFFFFF";
export const MAD_KEY = "A0A1A2A3A4A5";
export const NDEF_KEY = "D3F7D3F7D3F7";

/** What one sector of a test card has. */
export interface SectorPlan {
  readonly a?: string;
  readonly b?: string;
  readonly conditions?: AccessConditions;
  readonly generalPurposeByte?: number;
}

/** The memory of a card whose blocks hold their own number, factory keys and all. */
export function classicMemory(size: ClassicSize, plans: Readonly<Record<number, SectorPlan>> = {}): Uint8Array {
  const { sectors, blocks } = CLASSIC_GEOMETRY[size];
  const memory = new Uint8Array(blocks * 16);
  for (let block = 0; block < blocks; block++) memory.fill(block, block * 16, block * 16 + 16);
  memory.set(fromHex("1122334444080400"));
  for (let sector = 0; sector < sectors; sector++) {
    const {
      a = FACTORY_KEY,
      b = FACTORY_KEY,
      conditions = TRANSPORT_CONDITIONS,
      generalPurposeByte = 0x69,
    } = plans[sector] ?? {};
    memory.set(
      [...fromHex(a), ...buildAccessBits(conditions), generalPurposeByte, ...fromHex(b)],
      trailerOfSector(sector) * 16,
    );
  }
  return memory;
}

/** A card of such a memory. */
export function classicCard(size: ClassicSize, plans?: Readonly<Record<number, SectorPlan>>): MifareClassicTag {
  return createMifareClassicTag(mifareClassicImage(classicMemory(size, plans)));
}

/** A 1K or 4K card formatted for NDEF in these sectors, with the public keys and an empty message unless `tlv` says more. */
export function ndefCard(size: "1k" | "4k", sectors: readonly number[], tlv = "0300FE"): MifareClassicTag {
  const version = size === "1k" ? 1 : 2;
  const plans: Record<number, SectorPlan> = { 0: { a: MAD_KEY, generalPurposeByte: 0xc0 | version } };
  if (version === 2) plans[16] = { a: MAD_KEY };
  for (const sector of sectors) plans[sector] = { a: NDEF_KEY };
  const memory = classicMemory(size, plans);
  const aids = new Map(sectors.map((sector) => [sector, MAD_AID_NDEF]));
  const { mad1, mad2 } = buildMad({ version, publisherSector: 0, aids });
  memory.set(mad1, 16);
  if (mad2 !== undefined) memory.set(mad2, firstBlockOfSector(16) * 16);
  const bytes = fromHex(tlv);
  const data = sectors.flatMap((sector) => {
    const first = firstBlockOfSector(sector);
    return Array.from({ length: trailerOfSector(sector) - first }, (_, index) => first + index);
  });
  data.forEach((block, index) => {
    memory.fill(0, block * 16, block * 16 + 16);
    memory.set(bytes.subarray(index * 16, index * 16 + 16), block * 16);
  });
  return createMifareClassicTag(mifareClassicImage(memory));
}
