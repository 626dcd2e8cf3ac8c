/**
 * NDEF messages, records and TLV blocks.
 * @packageDocumentation
 */
export {
  type NdefMessageInit,
  type NdefMessageSource,
  type NdefRecordInit,
  type NdefRecordSource,
} from "./model/init.ts";
export { createNdefRecords, encodeNdefMessage, type NdefMessage, parseNdefMessage } from "./model/message.ts";
export { isNdefRecord, NdefRecord } from "./model/record.ts";
export { createNdefTag, type NdefArea, type NdefTagDriver } from "./tag/create-ndef-tag.ts";
export { isNdefTagError, NdefTagError, type NdefTagErrorCode, type NdefTagErrorDetails } from "./tag/ndef-tag-error.ts";
export {
  type NdefReadAccess,
  type NdefTag,
  type NdefTagState,
  type NdefTagType,
  type NdefWriteAccess,
  type NdefWriteOptions,
} from "./tag/ndef-tag.ts";
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
export { planTlvWrites, readTlvMemory, type TlvReading, type TlvTagMemory, type TlvWrite } from "./tlv/tag-memory.ts";
export { planNdefWrite, type PlanNdefWriteOptions } from "./tlv/write.ts";
export {
  BluetoothAdType,
  type BluetoothInit,
  type BluetoothKind,
  type BluetoothLeRole,
  bluetoothRecord,
  type BluetoothStructure,
  type NdefBluetooth,
  parseBluetooth,
} from "./types/bluetooth.ts";
export {
  deviceInformationRecord,
  type NdefDeviceInformation,
  parseDeviceInformation,
} from "./types/device-information.ts";
export {
  androidApplicationRecord,
  externalRecord,
  isAndroidApplication,
  isExternalType,
  parseAndroidApplication,
} from "./types/external.ts";
export {
  type CarrierPowerState,
  type HandoverAlternative,
  type HandoverCarrier,
  handoverCarrierRecord,
  type HandoverError,
  type HandoverKind,
  handoverRecords,
  isHandover,
  type NdefHandover,
  parseHandover,
  parseHandoverCarrier,
} from "./types/handover.ts";
export { formatMediaType, type MediaType, parseMediaType } from "./types/media-type.ts";
export { isVcard, mimeRecord, type NdefMime, parseMime, parseVcard, vcardRecord } from "./types/mime.ts";
export { hasType, rawOf, type RecordLike } from "./types/record-like.ts";
export {
  type NdefSignature,
  parseSignature,
  SIGNATURE_TYPES,
  signatureRecord,
  type SignatureType,
  signedRecords,
} from "./types/signature.ts";
export {
  type NdefSmartPoster,
  parseSmartPoster,
  type SmartPosterAction,
  type SmartPosterInit,
  smartPosterRecord,
} from "./types/smart-poster.ts";
export { type NdefText, parseText, textRecord, type TextRecordOptions } from "./types/text.ts";
export {
  parseTnepService,
  parseTnepStatus,
  tnepSelectRecord,
  type TnepService,
  tnepServiceRecord,
} from "./types/tnep.ts";
export { parseUri, type ParseUriOptions, URI_PREFIXES, uriRecord } from "./types/uri.ts";
export {
  type NdefWifi,
  parseWifi,
  type WifiAttribute,
  WifiAttributeId,
  WifiAuthentication,
  type WifiCredential,
  type WifiCredentialInit,
  WifiEncryption,
  wifiRecord,
} from "./types/wifi.ts";
export { encodeRecords } from "./wire/encode.ts";
export { isNdefError, NdefError, type NdefErrorPlace } from "./wire/errors.ts";
export { type ParsedRecords, type ParseOptions, parseRecords } from "./wire/parse.ts";
export { type RawRecord } from "./wire/raw-record.ts";
export { Tnf } from "./wire/tnf.ts";
