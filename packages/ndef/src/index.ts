/**
 * NDEF messages, records and TLV blocks.
 * @packageDocumentation
 */
export { readTlvs, type TlvBlock, type TlvIncomplete, type TlvList, TlvTag } from "./tlv/blocks.ts";
export {
  type ByteRange,
  type LockControl,
  lockControlValue,
  lockRange,
  type MemoryControl,
  memoryControlValue,
  memoryRange,
  parseLockControl,
  parseMemoryControl,
} from "./tlv/control.ts";
export { type TlvArea } from "./tlv/cursor.ts";
export { locateNdef, type NdefLocation } from "./tlv/locate.ts";
export { planNdefWrite, type PlanNdefWriteOptions } from "./tlv/write.ts";
export { hasType, rawOf, type RecordLike } from "./types/record-like.ts";
export { type NdefText, parseText, textRecord, type TextRecordOptions } from "./types/text.ts";
export { parseUri, type ParseUriOptions, URI_PREFIXES, uriRecord } from "./types/uri.ts";
export { encodeRecords } from "./wire/encode.ts";
export { isNdefError, NdefError, type NdefErrorPlace } from "./wire/errors.ts";
export { type ParsedRecords, type ParseOptions, parseRecords } from "./wire/parse.ts";
export { type RawRecord } from "./wire/raw-record.ts";
export { Tnf } from "./wire/tnf.ts";
