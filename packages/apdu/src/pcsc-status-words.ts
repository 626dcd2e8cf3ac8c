/**
 * What PC/SC part 3 (section 3.2.2.1 and its supplements) gives status words to mean. The same one means different things
 * after different commands, so each command has its table.
 */

/** GET DATA, `FF CA` (section 3.2.2.1.3). */
export const PCSC_GET_DATA_STATUS_WORDS = {
  "6281": ["DATA_MAY_BE_CORRUPTED", "part of the returned data may be corrupted"],
  "6282": ["LE_GREATER_THAN_DATA", "fewer bytes than Le: the data is padded with zeros"],
  "6700": ["WRONG_LENGTH", "wrong length"],
  "6800": ["WRONG_CLASS", "class byte is not correct"],
  "6A81": ["NOT_SUPPORTED", "the card or reader has no such data"],
  "6B00": ["WRONG_P1_P2", "wrong parameters P1 P2"],
  "6CXX": ["LE_LESS_THAN_DATA", "Le is less than the data, whose length is given"],
} as const;

/** LOAD KEYS, `FF 82` (section 3.2.2.1.4). Readers of an older vintage send 63 where the others send 69. */
export const PCSC_LOAD_KEYS_STATUS_WORDS = {
  "6300": ["LOAD_KEYS_FAILED", "no information given"],
  "6382": ["CARD_KEY_NOT_SUPPORTED_63", "card key not supported"],
  "6383": ["READER_KEY_NOT_SUPPORTED_63", "reader key not supported"],
  "6384": ["PLAIN_TRANSMISSION_NOT_SUPPORTED_63", "plain transmission not supported"],
  "6385": ["SECURED_TRANSMISSION_NOT_SUPPORTED_63", "secured transmission not supported"],
  "6386": ["VOLATILE_MEMORY_NOT_AVAILABLE_63", "volatile memory is not available"],
  "6387": ["NON_VOLATILE_MEMORY_NOT_AVAILABLE_63", "non-volatile memory is not available"],
  "6388": ["KEY_NUMBER_NOT_VALID_63", "key number not valid"],
  "6389": ["KEY_LENGTH_NOT_CORRECT_63", "key length is not correct"],
  "6982": ["CARD_KEY_NOT_SUPPORTED", "card key not supported"],
  "6983": ["READER_KEY_NOT_SUPPORTED", "reader key not supported"],
  "6984": ["PLAIN_TRANSMISSION_NOT_SUPPORTED", "plain transmission not supported"],
  "6985": ["SECURED_TRANSMISSION_NOT_SUPPORTED", "secured transmission not supported"],
  "6986": ["VOLATILE_MEMORY_NOT_AVAILABLE", "volatile memory is not available"],
  "6987": ["NON_VOLATILE_MEMORY_NOT_AVAILABLE", "non-volatile memory is not available"],
  "6988": ["KEY_NUMBER_NOT_VALID", "key number not valid"],
  "6989": ["KEY_LENGTH_NOT_CORRECT", "key length is not correct"],
} as const;

/** GENERAL AUTHENTICATE, `FF 86`, and the obsolete AUTHENTICATE, `FF 88` (sections 3.2.2.1.5 and .6). */
export const PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS = {
  "6300": ["AUTHENTICATE_FAILED", "no information given"],
  "6581": ["ADDRESS_NOT_FOUND", "memory failure, the address does not exist"],
  "6982": ["SECURITY_STATUS_NOT_SATISFIED", "security status not satisfied"],
  "6983": ["AUTHENTICATION_IMPOSSIBLE", "authentication cannot be done"],
  "6984": ["KEY_NOT_USABLE", "reference key not usable"],
  "6986": ["KEY_TYPE_NOT_KNOWN", "key type not known"],
  "6988": ["KEY_NUMBER_NOT_VALID", "key number not valid"],
  "6B00": ["WRONG_P1_P2", "wrong parameters P1 P2"],
} as const;

/** VERIFY, `FF 20` (section 3.2.2.1.7). */
export const PCSC_VERIFY_STATUS_WORDS = {
  "6300": ["VERIFY_FAILED", "no information given"],
  "63CX": ["TRIES_LEFT", "verification failed, further tries allowed"],
  "6581": ["ADDRESS_NOT_FOUND", "memory failure, the address does not exist"],
  "6982": ["SECURITY_STATUS_NOT_SATISFIED", "security status not satisfied"],
  "6983": ["BLOCKED", "authentication method blocked"],
  "6A81": ["NOT_SUPPORTED", "function not supported"],
} as const;

/** READ BINARY, `FF B0` (section 3.2.2.1.8). */
export const PCSC_READ_BINARY_STATUS_WORDS = {
  "6281": ["DATA_MAY_BE_CORRUPTED", "part of the returned data may be corrupted"],
  "6282": ["END_REACHED", "end of the data reached before Le bytes"],
  "6700": ["WRONG_LENGTH", "wrong length"],
  "6981": ["COMMAND_INCOMPATIBLE", "command incompatible"],
  "6982": ["SECURITY_STATUS_NOT_SATISFIED", "security status not satisfied"],
  "6986": ["COMMAND_NOT_ALLOWED", "command not allowed"],
  "6A81": ["NOT_SUPPORTED", "function not supported"],
  "6A82": ["ADDRESS_NOT_FOUND", "the addressed block or byte does not exist"],
  "6CXX": ["WRONG_LE", "wrong length, the right Le is given"],
} as const;

/** UPDATE BINARY, `FF D6` (section 3.2.2.1.9). */
export const PCSC_UPDATE_BINARY_STATUS_WORDS = {
  "6300": ["UPDATE_FAILED", "no information given"],
  "6581": ["MEMORY_FAILURE", "memory failure, unsuccessful writing"],
  "6981": ["COMMAND_INCOMPATIBLE", "command incompatible"],
  "6982": ["SECURITY_STATUS_NOT_SATISFIED", "security status not satisfied"],
  "6986": ["COMMAND_NOT_ALLOWED", "command not allowed"],
  "6A81": ["NOT_SUPPORTED", "function not supported"],
  "6A82": ["ADDRESS_NOT_FOUND", "the addressed block or byte does not exist"],
} as const;

/**
 * The status word inside the object C0 that answers a transparent session's commands (supplement 2 section 2.2), not the
 * one at the end of the response.
 */
export const PCSC_SESSION_STATUS_WORDS = {
  "6282": ["INFORMATION_NOT_AVAILABLE", "requested information not available"],
  "6300": ["OBJECT_FAILED", "no information given"],
  "6301": ["STOPPED", "execution stopped because another data object failed"],
  "6400": ["READER_DID_NOT_RESPOND", "execution error, the reader did not respond"],
  "6401": ["CARD_DID_NOT_RESPOND", "execution error, the card did not respond"],
  "6700": ["WRONG_OBJECT_LENGTH", "data object with unexpected length"],
  "6A80": ["WRONG_OBJECT_VALUE", "data object with unexpected value"],
  "6A81": ["OBJECT_NOT_SUPPORTED", "data object not supported"],
  "6F00": ["NO_DIAGNOSIS", "failed, no precise diagnosis"],
} as const;
