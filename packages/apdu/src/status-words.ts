/**
 * Status words beyond ISO/IEC 7816-4, as tables to hand to `describeStatusWord`: PC/SC part 3, DESFire, GlobalPlatform
 * and Windows' own NFC driver.
 * @packageDocumentation
 */
export { DESFIRE_STATUS_WORDS, type DesfireStatusWordName } from "./desfire-status-words.ts";
export { GLOBALPLATFORM_STATUS_WORDS, type GlobalPlatformStatusWordName } from "./globalplatform-status-words.ts";
export { NFCCX_STATUS_WORDS, type NfcCxStatusWordName } from "./nfccx-status-words.ts";
export {
  PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS,
  PCSC_GET_DATA_STATUS_WORDS,
  PCSC_LOAD_KEYS_STATUS_WORDS,
  PCSC_READ_BINARY_STATUS_WORDS,
  PCSC_SESSION_STATUS_WORDS,
  PCSC_UPDATE_BINARY_STATUS_WORDS,
  PCSC_VERIFY_STATUS_WORDS,
} from "./pcsc-status-words.ts";
