/** One place where the documents and Windows' own NFC driver differ. */
export interface Difference<Value = unknown> {
  /** What it is about. */
  readonly topic: string;
  /** What the documents say. */
  readonly documents: string;
  /** What the driver does. */
  readonly driver: string;
  /** Where the one and the other is found. */
  readonly source: string;
  /**
   * Who acts on it: the reader, by `documented` and `nfccx` below; the session of the card's family, which is told the
   * profile; or nobody, where the two differ in words alone or the driver's way would be a memory error or a race.
   */
  readonly actor: "reader" | "family" | "nobody";
  /** What the reader does in profile `documented`. */
  readonly documented: Value;
  /** What the reader does in profile `nfccx`. */
  readonly nfccx: Value;
}

/**
 * Every place where the profiles of the reader differ, and every place where the documents and the driver do. Nothing
 * else in this package asks for the profile.
 *
 * Short names of the sources: "DDI" the reference pages of winsmcrd.h, "NFC guide" the NFC part of Microsoft's driver
 * documents, "HLK" the certification tests, "NfcCx" the driver's source with the file's name, "PC/SC 3" part 3 with its
 * supplements.
 */
export const DIFFERENCES = {
  ifdVersion: {
    topic: "VENDOR_IFD_VERSION",
    documents: "0x01000010, explained as 1.0.0.1",
    driver: "0x00000041",
    source: "NFC guide, smart-card attributes; NfcCx NfcCxSCCommon.cpp. Neither is 1.0.0.1 in the usual form MMmmbbbb.",
    actor: "reader",
    documented: 0x0100_0010,
    nfccx: 0x0000_0041,
  },
  vendorName: {
    topic: "VENDOR_NAME, unless the host gives one",
    documents: "any ASCII string",
    driver: "Microsoft",
    source: "NFC guide, smart-card attributes; NfcCx NfcCxSCCommon.cpp",
    actor: "reader",
    documented: "cardwire",
    nfccx: "Microsoft",
  },
  ifdType: {
    topic: "VENDOR_IFD_TYPE, unless the host gives one",
    documents: "any ASCII string",
    driver: "IFD",
    source: "NFC guide, smart-card attributes; NfcCx NfcCxSCCommon.cpp",
    actor: "reader",
    documented: "NFC",
    nfccx: "IFD",
  },
  vendorAttributes: {
    topic: "Attributes 0x0180 and 0x0181 without a client driver that answers them",
    documents: "not listed, so NOT_SUPPORTED",
    driver: "INVALID_PARAMETER (setting 0x0181: NOT_SUPPORTED)",
    source: "NFC guide, smart-card attributes; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "NOT_SUPPORTED",
    nfccx: "INVALID_PARAMETER",
  },
  powerDown: {
    topic: "POWER with POWER_DOWN",
    documents: "virtual power goes off, GET_STATE says SWALLOWED",
    driver: "NOT_SUPPORTED",
    source: "DDI, POWER; HLK ScardSpecificWithPower sides with the driver; NfcCx NfcCxSC.cpp",
    actor: "nobody",
    documented: "NOT_SUPPORTED",
    nfccx: "NOT_SUPPORTED",
  },
  reset: {
    topic: "POWER with COLD_RESET or WARM_RESET",
    documents: "virtual power alone, no effect on the card",
    driver: "the tag is deactivated and selected again; its authentication is lost",
    source: "DDI, POWER; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "virtual",
    nfccx: "reselect",
  },
  resetOutput: {
    topic: "Output of POWER",
    documents: "none",
    driver: "the ATR, when the caller gives a buffer; BUFFER_TOO_SMALL when it is too short, after the reset",
    source: "DDI, POWER; NfcCx NfcCxSC.cpp (commits 458742f, 2ea0b98)",
    actor: "reader",
    documented: "none",
    nfccx: "atr",
  },
  readerStates: {
    topic: "Values of GET_STATE",
    documents: "UNKNOWN, ABSENT, SWALLOWED, SPECIFIC",
    driver: "ABSENT, SPECIFIC",
    source: "DDI, GET_STATE; HLK ScardSpecific; SWALLOWED would follow a power-down, which the HLK rules out",
    actor: "nobody",
    documented: "ABSENT, SPECIFIC",
    nfccx: "ABSENT, SPECIFIC",
  },
  shortOutput: {
    topic: "GET_STATE and GET_ATTRIBUTE with less room than the least output",
    documents: "BUFFER_TOO_SMALL",
    driver: "INVALID_PARAMETER; BUFFER_TOO_SMALL only for an attribute with one byte of room or more",
    source: "DDI, GET_STATE, GET_ATTRIBUTE; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "BUFFER_TOO_SMALL",
    nfccx: "INVALID_PARAMETER",
  },
  lastError: {
    topic: "GET_LAST_ERROR",
    documents: "must succeed (DDI), may be unsupported (NFC guide)",
    driver: "succeeds with 0",
    source: "DDI, GET_LAST_ERROR; NFC guide, design guide; NfcCx NfcCxSC.cpp",
    actor: "nobody",
    documented: "SUCCESS",
    nfccx: "SUCCESS",
  },
  unlistedIoctl: {
    topic: "A control code that the driver does not list, READ and WRITE among them",
    documents: "unsupported",
    driver: "INVALID_DEVICE_STATE, even with the radio off",
    source: "NFC guide, design guide; NfcCx device.cpp",
    actor: "reader",
    documented: "NOT_SUPPORTED",
    nfccx: "INVALID_DEVICE_STATE",
  },
  setAttributeInformation: {
    topic: "Information of SET_ATTRIBUTE",
    documents: "4, so the tag comes back; here never more than the caller has room for",
    driver: "0",
    source: "DDI, SET_ATTRIBUTE; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: 4,
    nfccx: 0,
  },
  iccType: {
    topic: "ICC_TYPE_PER_ATR of a MIFARE or Topaz card",
    documents: "5, as for every ISO 14443 A card",
    driver: "0, and 0 for FeliCa",
    source: "NFC guide, smart-card attributes; NfcCx NfcCxSC.cpp",
    actor: "family",
    documented: "5",
    nfccx: "0",
  },
  atrLength: {
    topic: "Length of ATR_STRING",
    documents: "32 bytes",
    driver: "its actual length",
    source: "NFC guide, smart-card attributes; the HLK compares actual ATRs; NfcCx NfcCxSC.cpp",
    actor: "nobody",
    documented: "actual",
    nfccx: "actual",
  },
  transmitTimeout: {
    topic: "An ISO-DEP card does not answer in time",
    documents: "IO_TIMEOUT",
    driver: "LINK_FAILED, and the card counts as removed",
    source: "DDI, TRANSMIT; NfcCx phOsalNfc.c, NfcCxRF.cpp",
    actor: "family",
    documented: "IO_TIMEOUT",
    nfccx: "LINK_FAILED",
  },
  transmitOverflow: {
    topic: "A response longer than the output buffer",
    documents: "BUFFER_TOO_SMALL",
    driver: "ISO-DEP: cut, SUCCESS; storage cards: SW 6Cxx or 6981 by the family",
    source: "DDI, TRANSMIT; NfcCx phNciNfc_RFReader4A.c, phNciNfc_RFReader4B.c, StorageClass*.cpp",
    actor: "reader",
    documented: "BUFFER_TOO_SMALL",
    nfccx: "truncate",
  },
  transmitProtocol: {
    topic: "dwProtocol of TRANSMIT",
    documents: "the protocol selected before",
    driver: "T=1, and SET_PROTOCOL is not needed",
    source: "DDI, TRANSMIT; NfcCx NfcCxSC.cpp. T=1 is the only protocol there is, and selected from the arrival on.",
    actor: "nobody",
    documented: "T1",
    nfccx: "T1",
  },
  pciLength: {
    topic: "cbPciLength of TRANSMIT other than 8",
    documents: "must be 8, so INVALID_PARAMETER",
    driver: "not looked at",
    source: "DDI, SCARD_IO_REQUEST; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "INVALID_PARAMETER",
    nfccx: "unchecked",
  },
  unsupportedCard: {
    topic: "A card of a type that the reader does not support",
    documents: "IS_PRESENT succeeds for supported types alone: the card is not there",
    driver:
      "its IS_PRESENT stays pended, but GET_STATE says SPECIFIC, a later IS_PRESENT succeeds, and its ATR is NOT_SUPPORTED",
    source: "DDI, IS_PRESENT; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "hidden",
    nfccx: "visible",
  },
  pendedAtRadioOff: {
    topic: "A pended IS_PRESENT when the radio goes off",
    documents: "DEVICE_POWERED_OFF",
    driver: "stays pended, and succeeds when a card comes after the radio is on again",
    source: "DDI, IS_PRESENT; NfcCx NfcCxSC.cpp, power.cpp",
    actor: "reader",
    documented: "DEVICE_POWERED_OFF",
    nfccx: "stays",
  },
  pendRace: {
    topic: "An arrival between the check for a card and the pending of IS_PRESENT",
    documents: "–",
    driver: "is missed by that request",
    source: "NfcCx NfcCxSC.cpp DispatchIsPresent. A race, not reproduced: the request succeeds.",
    actor: "nobody",
    documented: "seen",
    nfccx: "seen",
  },
  loadKeyEverywhere: {
    topic: "Load Key (FF 82) to an ISO-DEP card",
    documents: "belongs to storage cards; the APDU goes to the card",
    driver: "taken for every card: INVALID_DEVICE_STATE (no key store) or, with a wrong form, INVALID_PARAMETER",
    source: "PC/SC 3, 3.2.2.1.4; NfcCx NfcCxSC.cpp, StorageClassLoadKey.cpp",
    actor: "reader",
    documented: "card",
    nfccx: "reader",
  },
  switchProtocol: {
    topic: "Switch Protocol (FF C2 00 02) of an ISO-DEP card; storage cards' sessions do the same by themselves",
    documents: "any length; answers with object C0, then SAK or ATR in object 8F or 5F51",
    driver: "exactly 9 bytes, of which the last two count; answers 9000 or 6F00",
    source: "PC/SC 3 supplement 2, Switch Protocol; NfcCx NfcCxSC.cpp",
    actor: "reader",
    documented: "pcsc",
    nfccx: "driver",
  },
  generalAuthenticate: {
    topic: "Form of GENERAL AUTHENTICATE",
    documents: "printed with Lc 01, four bytes, no version",
    driver: "Lc 05 with version 01",
    source:
      "NFC guide, storage-card requirements (a printing error); PC/SC 3, 3.2.2.1.6; NfcCx StorageClassMifareStd.cpp",
    actor: "nobody",
    documented: "PC/SC",
    nfccx: "PC/SC",
  },
  getDataLe: {
    topic: "Le of GET DATA",
    documents: "00 only",
    driver: "any",
    source: "NFC guide, storage-card requirements; NfcCx StorageClass.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  getDataHistorical: {
    topic: "GET DATA with P1 01",
    documents: "historical bytes of type A, ATTRIB of type B",
    driver: "15 bytes of the storage card's made-up ATR; 6A81 for FeliCa and ISO 15693; ISO-DEP: goes to the card",
    source: "NFC guide, storage-card requirements; NfcCx StorageClass*.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  getDataIsoDep: {
    topic: "GET DATA of the UID or PUPI of an ISO 14443-4 card",
    documents: "answered by the reader",
    driver: "goes to the card",
    source: "NFC guide, storage-card requirements; NfcCx NfcCxSC.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  addressRange: {
    topic: "Page range of Ultralight, block range of MIFARE Classic",
    documents: "00–15h (presumably decimal 15), 00–3F, 00–FF",
    driver: "not limited",
    source: "NFC guide, storage-card requirements; NfcCx StorageClassMifare.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  writeToZero: {
    topic: "Writing page or block 0",
    documents: "inside the ranges",
    driver: "6B00, unsent",
    source: "NFC guide, storage-card requirements; NfcCx StorageClassMifare.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  classic4kWrite: {
    topic: "INS of WRITE to MIFARE Classic 4K",
    documents: "printed B0",
    driver: "D6",
    source: "NFC guide, storage-card requirements (a printing error)",
    actor: "nobody",
    documented: "D6",
    nfccx: "D6",
  },
  felicaServiceCode: {
    topic: "FeliCa command data",
    documents: "services, blocks, list",
    driver: "also the 2-byte service code, after the count",
    source: "NFC guide, storage-card requirements; NfcCx StorageClassFelica.cpp",
    actor: "nobody",
    documented: "with service code",
    nfccx: "with service code",
  },
  extendedAddressing: {
    topic: "ISO 15693 block address",
    documents: "block in P1, P2 00, Le 04",
    driver: "also extended addressing with P2 not 00",
    source: "NFC guide, storage-card requirements; NfcCx StorageClassISO15693.cpp (pull request 36)",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  atrTypeB: {
    topic: "ATR of an ISO 14443-4 B card",
    documents: "historical bytes from ATTRIB and ATQB",
    driver: "last historical byte, meant for MBLI, always 00",
    source: "PC/SC 3, 3.1.3.2.3.1; NfcCx NfcCxSC.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  atrTypeA: {
    topic: "ATR of an ISO 14443-4 A card",
    documents: "the ATS's historical bytes",
    driver: "wrong where the ATS lacks TA, TB or TC",
    source: "PC/SC 3, 3.1.3.2.3.1; NfcCx NfcCxSC.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
  radioRegistry: {
    topic: "Name under which the radio's state is kept",
    documents: "NfcRadioTurnedOff",
    driver: "NfcRadioState, NfcRadioFlightMode, NfcRadioStateBeforeFlightMode",
    source: "NFC guide, persisted data; NfcCx NfcCxPch.h. The host keeps the state here.",
    actor: "nobody",
    documented: "host",
    nfccx: "host",
  },
  manageSessionName: {
    topic: "Name of Manage Session",
    documents: "printed as General Authenticate",
    driver: "Manage Session",
    source: "NFC guide, storage-card requirements (a printing error)",
    actor: "nobody",
    documented: "Manage Session",
    nfccx: "Manage Session",
  },
  responseStatusObject: {
    topic: "Response status object 96 of Transparent Exchange",
    documents: "defined by PC/SC",
    driver: "never sent",
    source: "PC/SC 3 supplement 2, Transparent Exchange; NfcCx StorageClass.cpp",
    actor: "family",
    documented: "family",
    nfccx: "family",
  },
} as const;

/** The name of an entry of the table. */
export type DifferenceName = keyof typeof DIFFERENCES;

/** The table, for whoever prints it. */
export function differences(): Readonly<Record<DifferenceName, Difference>> {
  return DIFFERENCES;
}
