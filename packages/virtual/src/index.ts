/**
 * A virtual RF field for tags, and tag dumps from files and to files.
 * @packageDocumentation
 */
export { DumpError, type DumpErrorCode, type DumpErrorPlace, isDumpError } from "./dump/errors.ts";
export { classicKeysOf, formatDump } from "./dump/format.ts";
export {
  type ClassicDump,
  type ClassicDumpSize,
  type ClassicKeysDump,
  type DumpFormat,
  type DumpIdentityA,
  type FelicaArea,
  type FelicaLiteBlock,
  type FelicaLiteDump,
  type FelicaService,
  type FelicaStandardDump,
  type FelicaSystem,
  type Iso14443bMemoryDump,
  type Iso15693Dump,
  type NfcAIdentityDump,
  type NfcBIdentityDump,
  type SlixFacts,
  type TagDump,
  type TopazDump,
  type Type4Dump,
  type Type4File,
  type UltralightDump,
  type UnreadRange,
} from "./dump/model.ts";
export { parseDump, type ParseDumpOptions } from "./dump/parse.ts";
export { type DumpTag } from "./families/family.ts";
export { loadTag, type LoadTagOptions } from "./families/load.ts";
export { type ExchangeMoment } from "./field/mishaps.ts";
export {
  createVirtualField,
  type ExchangeHook,
  type VirtualField,
  type VirtualFieldOptions,
} from "./field/virtual-field.ts";
