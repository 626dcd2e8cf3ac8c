/**
 * Command and response APDUs, status words, TLV and GET RESPONSE handling (ISO/IEC 7816-3 and -4).
 * @packageDocumentation
 */
export { buildTlv } from "./build-tlv.ts";
export {
  type ApduChannel,
  ApduChannelError,
  type ApduChannelErrorCode,
  type ApduChannelOptions,
  type ApduTransmit,
  type ApduTransmitOptions,
  createApduChannel,
  isApduChannelError,
} from "./channel.ts";
export {
  type ClassByte,
  encodeClassByte,
  type InterindustryClass,
  parseClassByte,
  type SecureMessaging,
} from "./class-byte.ts";
export {
  type ApduCase,
  type CommandApdu,
  type CommandApduFields,
  encodeCommandApdu,
  parseCommandApdu,
} from "./command-apdu.ts";
export { buildCompactTlv, type FlatTlv, parseCompactTlv } from "./compact-tlv.ts";
export { findAllTlv, findTlv } from "./find-tlv.ts";
export { formatTlv, type PrintableTlv } from "./format-tlv.ts";
export { ISO_STATUS_WORDS, type IsoStatusWordName } from "./iso-status-words.ts";
export { parseTlv, type ParseTlvOptions } from "./parse-tlv.ts";
export { parseResponseApdu, type ResponseApdu, responseApdu } from "./response-apdu.ts";
export { buildSimpleTlv, parseSimpleTlv } from "./simple-tlv.ts";
export {
  describeStatusWord,
  statusWord,
  type StatusWordClass,
  statusWordClass,
  type StatusWordInfo,
  type StatusWordName,
  type StatusWordTable,
} from "./status-word.ts";
export { isStatusWordError, requireSuccess, StatusWordError } from "./status-word-error.ts";
export { type Tlv, type TlvInput } from "./tlv.ts";
