import { concatBytes, fromHex } from "@cardwire/core";
import { type AccessConditions, buildAccessBits } from "../access-bits.ts";
import { BLOCK_BYTES, CLASSIC_GEOMETRY, type ClassicSize, firstBlockOfSector, trailerOfSector } from "../geometry.ts";
import { buildMad, MAD_AID_NDEF } from "../mad.ts";
import { type ClassicKeyType, WELL_KNOWN_KEYS } from "./key-ring.ts";
import type { BlockWrite } from "./ndef.ts";

/** Sectors of the directory, by its version. */
const MAD1_SECTOR = 0;
const MAD2_SECTOR = 16;
const MAD1_LAST = 15;
const MAD2_LAST = 39;
/** The administrative AID for a sector that the card does not have (AN10787 table 5). */
const NOT_APPLICABLE = 0x0500;
/** What Android and libfreefare write as the card publisher's sector. */
const PUBLISHER_SECTOR = 1;

/** General purpose bytes: directory there, several applications, its version; NDEF 1.0 that everybody reads and writes. */
const GPB_MAD1 = 0xc1;
const GPB_MAD2 = 0xc2;
const GPB_MAD2_SECTOR = 0x00;
const GPB_NDEF = 0x40;

/** Key A reads the directory, key B writes it: access bytes 78 77 88 (AN1304 section 4.1). */
const MAD_CONDITIONS: AccessConditions = { data: [4, 4, 4], trailer: 3 };
/** Everybody reads and writes: 7F 07 88 (AN1304 section 4.2). */
const NDEF_CONDITIONS: AccessConditions = { data: [0, 0, 0], trailer: 3 };

/** A sector trailer. */
export function trailerBytes(
  keyA: Uint8Array,
  conditions: AccessConditions,
  generalPurposeByte: number,
  keyB: Uint8Array,
): Uint8Array {
  return concatBytes(keyA, buildAccessBits(conditions), Uint8Array.of(generalPurposeByte), keyB);
}

/** The key with which all of a trailer may be changed, its access bits too; `undefined` where nobody may. */
export function trailerWriter(conditions: AccessConditions | undefined): ClassicKeyType | undefined {
  return conditions?.trailer === 1 ? "a" : conditions?.trailer === 3 ? "b" : undefined;
}

/**
 * What makes an NDEF card of a blank one: an empty message, the directory, the trailers of the NDEF sectors and last
 * that of sector 0, which makes the directory count. A card that is pulled meanwhile has no directory yet, and keys that
 * everybody knows: formatting can begin anew.
 */
export function formatWrites(size: ClassicSize): {
  readonly sectors: readonly number[];
  readonly writes: BlockWrite[];
} {
  const count = CLASSIC_GEOMETRY[size].sectors;
  const version = count > MAD2_SECTOR ? 2 : 1;
  const aids = new Map<number, number>();
  for (let sector = 1; sector <= (version === 2 ? MAD2_LAST : MAD1_LAST); sector++)
    if (sector !== MAD2_SECTOR) aids.set(sector, sector < count ? MAD_AID_NDEF : NOT_APPLICABLE);
  const { mad1, mad2 } = buildMad({ version, publisherSector: PUBLISHER_SECTOR, aids });

  const keyB = fromHex(WELL_KNOWN_KEYS.transport);
  const ndefTrailer = trailerBytes(fromHex(WELL_KNOWN_KEYS.ndef), NDEF_CONDITIONS, GPB_NDEF, keyB);
  const madTrailer = (gpb: number): Uint8Array => trailerBytes(fromHex(WELL_KNOWN_KEYS.mad), MAD_CONDITIONS, gpb, keyB);

  const empty = new Uint8Array(BLOCK_BYTES);
  empty.set([0x03, 0x00, 0xfe]);
  const writes: BlockWrite[] = [{ block: firstBlockOfSector(1), data: empty }, ...blocksOf(1, mad1)];
  if (mad2 !== undefined) writes.push(...blocksOf(firstBlockOfSector(MAD2_SECTOR), mad2));
  const sectors = Array.from({ length: count }, (_, sector) => sector);
  for (const sector of sectors)
    if (sector !== MAD1_SECTOR && sector !== MAD2_SECTOR)
      writes.push({ block: trailerOfSector(sector), data: ndefTrailer });
  if (version === 2) writes.push({ block: trailerOfSector(MAD2_SECTOR), data: madTrailer(GPB_MAD2_SECTOR) });
  writes.push({ block: trailerOfSector(MAD1_SECTOR), data: madTrailer(version === 2 ? GPB_MAD2 : GPB_MAD1) });
  return { sectors, writes };
}

function blocksOf(first: number, bytes: Uint8Array): BlockWrite[] {
  return Array.from({ length: bytes.length / BLOCK_BYTES }, (_, index) => ({
    block: first + index,
    data: bytes.slice(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  }));
}
