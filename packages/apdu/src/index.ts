/**
 * Command and response APDUs, status words, TLV and GET RESPONSE handling (ISO/IEC 7816-3 and -4).
 * @packageDocumentation
 */
export { buildTlv } from "./build-tlv.ts";
export {
  type ApduCase,
  type CommandApdu,
  type CommandApduFields,
  encodeCommandApdu,
  parseCommandApdu,
} from "./command-apdu.ts";
export { findAllTlv, findTlv } from "./find-tlv.ts";
export { ISO_STATUS_WORDS, type IsoStatusWordName } from "./iso-status-words.ts";
export { parseTlv, type ParseTlvOptions } from "./parse-tlv.ts";
export { parseResponseApdu, type ResponseApdu, responseApdu } from "./response-apdu.ts";
export {
  describeStatusWord,
  statusWord,
  type StatusWordClass,
  statusWordClass,
  type StatusWordInfo,
  type StatusWordName,
  type StatusWordTable,
} from "./status-word.ts";
export { type Tlv, type TlvInput } from "./tlv.ts";
