import { type CommandApdu } from "./command-apdu.ts";

type Names = Readonly<Record<number, string>>;

/** Instructions of ISO/IEC 7816-4, -7, -8 and -9. An odd one has its data as BER-TLV and mostly the name of the even one. */
const INTERINDUSTRY: Names = {
  0x04: "DEACTIVATE FILE",
  0x06: "DEACTIVATE RECORD",
  0x08: "ACTIVATE RECORD",
  0x0c: "ERASE RECORD",
  0x0e: "ERASE BINARY",
  0x10: "PERFORM SCQL OPERATION",
  0x12: "PERFORM TRANSACTION OPERATION",
  0x14: "PERFORM USER OPERATION",
  0x20: "VERIFY",
  0x22: "MANAGE SECURITY ENVIRONMENT",
  0x24: "CHANGE REFERENCE DATA",
  0x26: "DISABLE VERIFICATION REQUIREMENT",
  0x28: "ENABLE VERIFICATION REQUIREMENT",
  0x2a: "PERFORM SECURITY OPERATION",
  0x2c: "RESET RETRY COUNTER",
  0x2e: "PERFORM BIOMETRIC OPERATION",
  0x44: "ACTIVATE FILE",
  0x46: "GENERATE ASYMMETRIC KEY PAIR",
  0x70: "MANAGE CHANNEL",
  0x82: "EXTERNAL AUTHENTICATE",
  0x84: "GET CHALLENGE",
  0x86: "GENERAL AUTHENTICATE",
  0x88: "INTERNAL AUTHENTICATE",
  0xa0: "SEARCH BINARY",
  0xa2: "SEARCH RECORD",
  0xa4: "SELECT",
  0xb0: "READ BINARY",
  0xb2: "READ RECORD",
  0xc0: "GET RESPONSE",
  0xc2: "ENVELOPE",
  0xca: "GET DATA",
  0xcc: "GET NEXT DATA",
  0xd0: "WRITE BINARY",
  0xd2: "WRITE RECORD",
  0xd6: "UPDATE BINARY",
  0xd8: "PUT NEXT DATA",
  0xda: "PUT DATA",
  0xdc: "UPDATE RECORD",
  0xe0: "CREATE FILE",
  0xe2: "APPEND RECORD",
  0xe4: "DELETE FILE",
  0xe6: "TERMINATE DF",
  0xe8: "TERMINATE EF",
  0xea: "LOAD APPLICATION",
  0xec: "REMOVE APPLICATION",
  0xfe: "TERMINATE CARD USAGE",
};

/** Instructions of the classes 80…8F: GlobalPlatform Card Specification 2.3.1 table 11-1, and EMV book 3. */
const GLOBALPLATFORM: Names = {
  0x50: "INITIALIZE UPDATE",
  0x70: "MANAGE CHANNEL",
  0x82: "EXTERNAL AUTHENTICATE",
  0xa8: "GET PROCESSING OPTIONS",
  0xae: "GENERATE APPLICATION CRYPTOGRAM",
  0xca: "GET DATA",
  0xd8: "PUT KEY",
  0xe2: "STORE DATA",
  0xe4: "DELETE",
  0xe6: "INSTALL",
  0xe8: "LOAD",
  0xf0: "SET STATUS",
  0xf2: "GET STATUS",
};

/** Class 90: MIFARE DESFire's native commands in APDUs. */
const DESFIRE: Names = {
  0x0a: "Authenticate",
  0x0c: "Credit",
  0x1a: "AuthenticateISO",
  0x1c: "LimitedCredit",
  0x3b: "WriteRecord",
  0x3d: "WriteData",
  0x45: "GetKeySettings",
  0x51: "GetCardUID",
  0x54: "ChangeKeySettings",
  0x5a: "SelectApplication",
  0x5c: "SetConfiguration",
  0x5f: "ChangeFileSettings",
  0x60: "GetVersion",
  0x61: "GetISOFileIDs",
  0x64: "GetKeyVersion",
  0x6a: "GetApplicationIDs",
  0x6c: "GetValue",
  0x6d: "GetDFNames",
  0x6e: "FreeMemory",
  0x6f: "GetFileIDs",
  0xa7: "AbortTransaction",
  0xaa: "AuthenticateAES",
  0xaf: "AdditionalFrame",
  0xbb: "ReadRecords",
  0xbd: "ReadData",
  0xc0: "CreateCyclicRecordFile",
  0xc1: "CreateLinearRecordFile",
  0xc4: "ChangeKey",
  0xc7: "CommitTransaction",
  0xca: "CreateApplication",
  0xcb: "CreateBackupDataFile",
  0xcc: "CreateValueFile",
  0xcd: "CreateStdDataFile",
  0xda: "DeleteApplication",
  0xdc: "Debit",
  0xdf: "DeleteFile",
  0xeb: "ClearRecordFile",
  0xf5: "GetFileSettings",
  0xfc: "FormatPICC",
};

/** Class FF: PC/SC part 3. */
const PCSC: Names = {
  0x20: "VERIFY",
  0x82: "LOAD KEYS",
  0x86: "GENERAL AUTHENTICATE",
  0x88: "AUTHENTICATE",
  0xb0: "READ BINARY",
  0xca: "GET DATA",
  0xd6: "UPDATE BINARY",
};

/** What P2 of `FF C2 00 P2` selects. */
const PCSC_SESSION: Names = {
  0x00: "MANAGE SESSION",
  0x01: "TRANSPARENT EXCHANGE",
  0x02: "SWITCH PROTOCOL",
  0x03: "INCREMENT/DECREMENT",
};

/** The name of a command's instruction; undefined when it is not known, as all those of other proprietary classes. */
export function instructionName({ cla, ins, p1, p2 }: CommandApdu): string | undefined {
  if (cla < 0x80) return INTERINDUSTRY[ins] ?? (ins & 1 ? INTERINDUSTRY[ins - 1] : undefined);
  if (cla < 0x90) return GLOBALPLATFORM[ins];
  if (cla === 0x90) return DESFIRE[ins];
  if (cla !== 0xff) return undefined;
  return ins === 0xc2 && p1 === 0 ? PCSC_SESSION[p2] : PCSC[ins];
}
