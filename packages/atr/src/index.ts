/**
 * Answers to reset of contact cards, contactless cards and storage cards, parsed and built (ISO/IEC 7816-3, PC/SC part 3).
 * @packageDocumentation
 */
export { type Atr, type AtrDefect, type AtrDefectCode, type AtrInterfaceBytes } from "./atr.ts";
export { AtrError, isAtrError } from "./atr-error.ts";
export { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB, type IsoDepTypeB } from "./iso-dep-atr.ts";
export { parseAtr, type ParseAtrOptions } from "./parse-atr.ts";
export { buildStorageCardAtr, type StorageCardAtrFields } from "./storage-card-atr.ts";
export { StorageCardName, StorageCardStandard } from "./storage-card-registry.ts";
