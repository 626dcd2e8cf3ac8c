/**
 * Answers to reset of contact cards, contactless cards and storage cards, parsed and built (ISO/IEC 7816-3, PC/SC part 3).
 * @packageDocumentation
 */
export { type Atr, type AtrDefect, type AtrDefectCode, type AtrInterfaceBytes } from "./atr.ts";
export { AtrError, isAtrError } from "./atr-error.ts";
export { type AtrFields, type AtrInterfaceFields, buildAtr } from "./build-atr.ts";
export {
  type CardCapabilities,
  type CardServiceData,
  type CommandCapabilities,
  type DataCoding,
  decodeCardCapabilities,
  decodeCardServiceData,
  decodeLifeCycle,
  type LifeCycle,
  type SelectionMethods,
} from "./card-data.ts";
export { choosePps, type PpsChoice, type ReaderCapabilities } from "./choose-pps.ts";
export { buildContactlessAtr, type ContactlessAtr, parseContactlessAtr } from "./contactless-atr.ts";
export {
  buildHistoricalBytes,
  type CompactTlv,
  type HistoricalBytes,
  type HistoricalCategory,
  type HistoricalFields,
  parseHistoricalBytes,
} from "./historical-bytes.ts";
export { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB, type IsoDepTypeB } from "./iso-dep-atr.ts";
export {
  type ClockStop,
  type GlobalParameters,
  globalParameters,
  type ProgrammingVoltage,
  type SpecificMode,
  type T0Parameters,
  t0Parameters,
  type T1Parameters,
  t1Parameters,
} from "./parameters.ts";
export { parseAtr, type ParseAtrOptions } from "./parse-atr.ts";
export { buildPps, checkPpsResponse, parsePps, type Pps, type PpsOutcome } from "./pps.ts";
export { decodeRate, type TransmissionRate } from "./rates.ts";
export { identifyAtr, parseSmartCardList, type SmartCardList, type SmartCardListEntry } from "./smart-card-list.ts";
export { buildStorageCardAtr, type StorageCardAtrFields } from "./storage-card-atr.ts";
export { StorageCardName, StorageCardStandard } from "./storage-card-registry.ts";
export { readSynchronousAtr, type SynchronousAtr } from "./synchronous-atr.ts";
export { type T0Timing, t0Timing, type T1Timing, t1Timing, type TimingConditions } from "./timing.ts";
