/** What MIFARE DESFire says in SW2 when its native commands are wrapped in APDUs: SW1 is always 91. */
export const DESFIRE_STATUS_WORDS = {
  "9100": ["OPERATION_OK", "successful", "normal"],
  "910C": ["NO_CHANGES", "no changes done to backup files", "warning"],
  "910E": ["OUT_OF_EEPROM", "not enough non-volatile memory", "execution-error"],
  "911C": ["ILLEGAL_COMMAND_CODE", "command code not supported", "checking-error"],
  "911E": ["INTEGRITY_ERROR", "CRC, MAC or padding do not match the data", "checking-error"],
  "9140": ["NO_SUCH_KEY", "invalid key number", "checking-error"],
  "917E": ["LENGTH_ERROR", "length of the command invalid", "checking-error"],
  "919D": ["PERMISSION_DENIED", "configuration or state does not allow the command", "checking-error"],
  "919E": ["PARAMETER_ERROR", "value of a parameter invalid", "checking-error"],
  "91A0": ["APPLICATION_NOT_FOUND", "no such application", "checking-error"],
  "91A1": ["APPLICATION_INTEGRITY_ERROR", "unrecoverable error in the application, it is disabled", "execution-error"],
  "91AE": ["AUTHENTICATION_ERROR", "authentication status does not allow the command", "checking-error"],
  "91AF": ["ADDITIONAL_FRAME", "another frame is expected", "normal"],
  "91BE": ["BOUNDARY_ERROR", "beyond the limits of the file or record", "checking-error"],
  "91C1": ["PICC_INTEGRITY_ERROR", "unrecoverable error in the card, it is disabled", "execution-error"],
  "91CA": ["COMMAND_ABORTED", "the command before was not completed", "checking-error"],
  "91CD": ["PICC_DISABLED", "card disabled by an unrecoverable error", "execution-error"],
  "91CE": ["COUNT_ERROR", "no more applications can be created", "checking-error"],
  "91DE": ["DUPLICATE_ERROR", "file or application exists already", "checking-error"],
  "91EE": ["EEPROM_ERROR", "non-volatile memory could not be written", "execution-error"],
  "91F0": ["FILE_NOT_FOUND", "no such file", "checking-error"],
  "91F1": ["FILE_INTEGRITY_ERROR", "unrecoverable error in the file, it is disabled", "execution-error"],
} as const;

export type DesfireStatusWordName = (typeof DESFIRE_STATUS_WORDS)[keyof typeof DESFIRE_STATUS_WORDS][0];
