/**
 * MIFARE Classic (Mini, 1K, 2K, 4K) and Plus in security levels 1 and 2: the family for a reader, the helper for an
 * application, and the notation of sectors, access bits, value blocks and the application directory.
 * @packageDocumentation
 */
export {
  type AccessCondition,
  type AccessConditions,
  type AccessKeys,
  buildAccessBits,
  DATA_ACCESS,
  type DataAccess,
  explainAccessConditions,
  mayAccess,
  parseAccessBits,
  TRAILER_ACCESS,
  type TrailerAccess,
  TRANSPORT_CONDITIONS,
  tryParseAccessBits,
} from "./access-bits.ts";
export { CLASSIC_COMMAND } from "./commands.ts";
export { mifareClassicDifferences, type MifareClassicRules } from "./differences.ts";
export { createMifareClassicFamily, mifareClassic, type MifareClassicOptions } from "./family.ts";
export {
  accessGroupOfBlock,
  BLOCK_BYTES,
  blocksInSector,
  CLASSIC_GEOMETRY,
  type ClassicGeometry,
  type ClassicSize,
  firstBlockOfSector,
  isTrailer,
  sectorOfBlock,
  trailerOfSector,
} from "./geometry.ts";
export { type ClassicKeyType, type SectorKeys, WELL_KNOWN_KEYS } from "./helper/key-ring.ts";
export {
  isMifareClassicError,
  MifareClassicError,
  type MifareClassicErrorCode,
  type MifareClassicErrorDetails,
} from "./helper/mifare-classic-error.ts";
export { MifareClassic } from "./helper/mifare-classic.ts";
export { type BlockWrite, ndefSectors } from "./helper/ndef.ts";
export {
  type ClassicCallOptions,
  type ClassicMemory,
  type ClassicOptions,
  type ClassicReadOptions,
  type ClassicTrailer,
  type ClassicValueOptions,
  type ClassicWriteOptions,
} from "./helper/options.ts";
export { type ClassicSector } from "./helper/read-sector.ts";
export { classicSizeOf } from "./helper/size-of.ts";
export {
  buildMad,
  MAD_ADMINISTRATIVE_AIDS,
  MAD_AID_NDEF,
  madVersionOf,
  type MifareApplicationDirectory,
  parseMad,
} from "./mad.ts";
export { buildValueBlock, parseValueBlock, type ValueBlock } from "./value-block.ts";
