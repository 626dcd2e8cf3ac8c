import { expect, test } from "vitest";
import * as main from "./index.ts";
import * as log from "./log.ts";
import * as pcsc from "./pcsc.ts";
import * as statusWords from "./status-words.ts";

test("@cardwire/apdu", () => {
  expect(Object.keys(main).sort()).toMatchInlineSnapshot(`
    [
      "ApduChannelError",
      "ISO_STATUS_WORDS",
      "StatusWordError",
      "buildCompactTlv",
      "buildSimpleTlv",
      "buildTlv",
      "createApduChannel",
      "describeStatusWord",
      "encodeClassByte",
      "encodeCommandApdu",
      "findAllTlv",
      "findTlv",
      "formatTlv",
      "isApduChannelError",
      "isStatusWordError",
      "parseClassByte",
      "parseCommandApdu",
      "parseCompactTlv",
      "parseResponseApdu",
      "parseSimpleTlv",
      "parseTlv",
      "requireSuccess",
      "responseApdu",
      "statusWord",
      "statusWordClass",
    ]
  `);
});

test("@cardwire/apdu/log", () => {
  expect(Object.keys(log).sort()).toMatchInlineSnapshot(`
    [
      "describeCommand",
      "describeResponse",
      "explainCommand",
      "explainResponse",
      "formatApduLog",
      "parseApduLog",
      "statusWordTables",
    ]
  `);
});

test("@cardwire/apdu/pcsc", () => {
  expect(Object.keys(pcsc).sort()).toMatchInlineSnapshot(`
    [
      "ACR122U_DIALECT",
      "ACS_DIALECT",
      "FEITIAN_DIALECT",
      "GEMALTO_PROX_DIALECT",
      "IDENTIV_DIALECT",
      "OMNIKEY_5022_DIALECT",
      "OMNIKEY_5023_DIALECT",
      "OMNIKEY_5X21_DIALECT",
      "READER_DIALECTS",
      "SCM_DIALECT",
      "SESSION_PARAMETERS",
      "SONY_DIALECT",
      "SONY_VENDOR_DIALECT",
      "SPRINGCARD_DIALECT",
      "STANDARD_DIALECT",
      "SWITCH_STANDARDS",
      "WINDOWS_NFC_DIALECT",
      "authenticateObsolete",
      "endSessionObject",
      "fieldOffObject",
      "fieldOnObject",
      "flagsObject",
      "generalAuthenticate",
      "getData",
      "getParametersObject",
      "loadKeys",
      "manageSession",
      "parseSessionResponse",
      "readBinary",
      "readerDialect",
      "receiveBitsObject",
      "receiveObject",
      "setParameterObject",
      "startSessionObject",
      "switchProtocol",
      "switchProtocolObject",
      "timerObject",
      "transceiveObject",
      "transmitBitsObject",
      "transmitObject",
      "transparentExchange",
      "updateBinary",
      "valueOperation",
      "verify",
      "versionObject",
    ]
  `);
});

test("@cardwire/apdu/status-words", () => {
  expect(Object.keys(statusWords).sort()).toMatchInlineSnapshot(`
    [
      "DESFIRE_STATUS_WORDS",
      "GLOBALPLATFORM_STATUS_WORDS",
      "NFCCX_STATUS_WORDS",
      "PCSC_GENERAL_AUTHENTICATE_STATUS_WORDS",
      "PCSC_GET_DATA_STATUS_WORDS",
      "PCSC_LOAD_KEYS_STATUS_WORDS",
      "PCSC_READ_BINARY_STATUS_WORDS",
      "PCSC_SESSION_STATUS_WORDS",
      "PCSC_UPDATE_BINARY_STATUS_WORDS",
      "PCSC_VERIFY_STATUS_WORDS",
    ]
  `);
});
