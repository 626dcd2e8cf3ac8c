/**
 * What Windows' NFC class extension (microsoft/NFC-Class-Extension-Driver, `PrepareResponseCode`) sends for a storage
 * card: some status words are not ISO's at all, others have a meaning of their own.
 */
export const NFCCX_STATUS_WORDS = {
  // whatever its table has no line for comes out as 0000
  "0000": ["UNLISTED_RESULT", "wrong Lc, or another result that the driver has no status word for", "checking-error"],
  "01A1": ["FELICA_BLOCK_LIST", "block list not correct", "checking-error"],
  "01A6": ["FELICA_SERVICE_CODE", "service code not correct", "checking-error"],
  "01A9": ["FELICA_DATA_SIZE", "data size not correct", "checking-error"],
  "6282": ["LENGTH_GREATER", "Le or Lc greater than the unit of the card"],
  "6300": ["INVALID_PARAMETER", "APDU too short, or a parameter not valid"],
  "6581": ["MEMORY_FAILURE", "the card reports a memory failure"],
  "6800": ["WRONG_CLASS", "class byte is not FF"],
  "6981": ["EXCHANGE_FAILED", "the exchange with the card failed, or the command does not suit it"],
  "6983": ["WRONG_VERSION", "version of the authentication data is not 01"],
  "6986": ["WRONG_KEY_TYPE", "key type not known, or the command is not allowed"],
  "6988": ["KEY_NOT_LOADED", "no key of that number, or no room for one"],
  "6A80": ["INVALID_VALUE", "value not valid"],
  "6A81": ["NOT_SUPPORTED", "the card's family has no such function"],
  "6A82": ["INVALID_BLOCK", "block address not valid"],
  "6B00": ["WRONG_P1_P2", "P1 P2 not valid"],
  "6C00": ["LENGTH_SMALLER", "Le or Lc less than the unit of the card"],
  "6F00": ["UNKNOWN_FAILURE", "unknown failure"],
  FFA1: ["FELICA_SERVICE_COUNT", "number of services not correct", "checking-error"],
  FFA2: ["FELICA_BLOCK_COUNT", "number of blocks not correct", "checking-error"],
  FFFF: ["GENERIC_ERROR", "error that the driver does not tell apart", "execution-error"],
} as const;

export type NfcCxStatusWordName = (typeof NFCCX_STATUS_WORDS)[keyof typeof NFCCX_STATUS_WORDS][0];
