import { describe, expect, test } from "vitest";
import {
  attributeName,
  DEVPKEY_READER_KIND,
  ICC_TYPE,
  IOCTL_SMARTCARD,
  type IoctlName,
  ioctlName,
  NTSTATUS,
  NTSTATUS_MEANING,
  NTSTATUS_TO_SCARD,
  NTSTATUS_TO_WIN32,
  PCI_BYTES,
  PCSCLITE_PROTOCOL,
  PCSCLITE_READER_STATE,
  READER_KIND,
  SCARD,
  SCARD_ATTR,
  SCARD_MEANING,
  SCARD_PCSCLITE,
  SCARD_POWER,
  SCARD_PROTOCOL,
  SCARD_READER,
  SCARD_READER_STATE,
  SCARD_STATE,
  scardCtlCode,
  SMARTCARD_READER_INTERFACE_GUID,
  SMARTCARD_READER_REFERENCE_STRING,
  WIN32,
} from "./index.ts";
import { PCSC_FEATURE, PCSC_TLV_PROPERTY } from "./features.ts";

/** Reads a table of "name number" lines: the header or document that it names, in the order that it has there. */
function table(text: string): Record<string, number> {
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", value] = line.trim().split(/\s+/);
        return [name, Number(value)];
      }),
  );
}

/** Function numbers: winsmcrd.h; the last one PC/SC part 10. */
const FUNCTIONS = table(`
  POWER 1
  GET_ATTRIBUTE 2
  SET_ATTRIBUTE 3
  CONFISCATE 4
  TRANSMIT 5
  EJECT 6
  SWALLOW 7
  READ 8
  WRITE 9
  IS_PRESENT 10
  IS_ABSENT 11
  SET_PROTOCOL 12
  GET_STATE 14
  GET_LAST_ERROR 15
  GET_PERF_CNTR 16
  GET_FEATURE_REQUEST 3400
`);

describe("control codes", () => {
  test("are CTL_CODE(FILE_DEVICE_SMARTCARD, function, METHOD_BUFFERED, FILE_ANY_ACCESS)", () => {
    const DEVICE = 0x31;
    const ANY_ACCESS = 0;
    const BUFFERED = 0;
    const codes = Object.fromEntries(
      Object.entries(FUNCTIONS).map(([name, number]) => [
        name,
        (DEVICE << 16) | (ANY_ACCESS << 14) | (number << 2) | BUFFERED,
      ]),
    );
    expect(IOCTL_SMARTCARD).toEqual(codes);
  });

  test("are found by their number", () => {
    for (const [name, code] of Object.entries(IOCTL_SMARTCARD)) expect(ioctlName(code)).toBe(name as IoctlName);
    expect(ioctlName(0x0031_0034)).toBeUndefined();
  });

  test("SCARD_CTL_CODE of both platforms", () => {
    expect(scardCtlCode(3400)).toBe(0x0031_3520);
    expect(scardCtlCode(3400, "pcsclite")).toBe(0x4200_0d48);
    expect(scardCtlCode(1, "pcsclite")).toBe(0x4200_0001);
    for (const [name, number] of Object.entries(FUNCTIONS))
      expect(scardCtlCode(number)).toBe(IOCTL_SMARTCARD[name as IoctlName]);
    for (const wrong of [-1, 0.5, 0x1000]) expect(() => scardCtlCode(wrong)).toThrow("function");
  });
});

/** Class and id of each attribute: winsmcrd.h, then the two of Windows' NFC driver. */
const ATTRIBUTES = table(`
  VENDOR_NAME 0x00010100
  VENDOR_IFD_TYPE 0x00010101
  VENDOR_IFD_VERSION 0x00010102
  VENDOR_IFD_SERIAL_NO 0x00010103
  CHANNEL_ID 0x00020110
  PROTOCOL_TYPES 0x00030120
  DEFAULT_CLK 0x00030121
  MAX_CLK 0x00030122
  DEFAULT_DATA_RATE 0x00030123
  MAX_DATA_RATE 0x00030124
  MAX_IFSD 0x00030125
  SYNC_PROTOCOL_TYPES 0x00030126
  POWER_MGMT_SUPPORT 0x00040131
  USER_TO_CARD_AUTH_DEVICE 0x00050140
  USER_AUTH_INPUT_DEVICE 0x00050142
  CHARACTERISTICS 0x00060150
  ESC_RESET 0x0007A000
  ESC_CANCEL 0x0007A003
  ESC_AUTHREQUEST 0x0007A005
  MAXINPUT 0x0007A007
  VENDOR_SPECIFIC_INFO 0x0007A008
  CURRENT_PROTOCOL_TYPE 0x00080201
  CURRENT_CLK 0x00080202
  CURRENT_F 0x00080203
  CURRENT_D 0x00080204
  CURRENT_N 0x00080205
  CURRENT_W 0x00080206
  CURRENT_IFSC 0x00080207
  CURRENT_IFSD 0x00080208
  CURRENT_BWT 0x00080209
  CURRENT_CWT 0x0008020A
  CURRENT_EBC_ENCODING 0x0008020B
  EXTENDED_BWT 0x0008020C
  ICC_PRESENCE 0x00090300
  ICC_INTERFACE_STATUS 0x00090301
  CURRENT_IO_STATE 0x00090302
  ATR_STRING 0x00090303
  ICC_TYPE_PER_ATR 0x00090304
  PERF_NUM_TRANSMISSIONS 0x7FFE0001
  PERF_BYTES_TRANSMITTED 0x7FFE0002
  PERF_TRANSMISSION_TIME 0x7FFE0003
  DEVICE_UNIT 0x7FFF0001
  DEVICE_IN_USE 0x7FFF0002
  DEVICE_FRIENDLY_NAME_A 0x7FFF0003
  DEVICE_SYSTEM_NAME_A 0x7FFF0004
  DEVICE_FRIENDLY_NAME_W 0x7FFF0005
  DEVICE_SYSTEM_NAME_W 0x7FFF0006
  SUPRESS_T1_IFS_REQUEST 0x7FFF0007
  VENDOR_SPECIFIC_BRAND_INFO 0x00000180
  VENDOR_SPECIFIC_DEVICECAP_INFO 0x00000181
`);

test("attribute tags", () => {
  expect(SCARD_ATTR).toEqual(ATTRIBUTES);
  for (const [name, tag] of Object.entries(ATTRIBUTES)) expect(attributeName(tag)).toBe(name);
  expect(attributeName(0)).toBeUndefined();
});

/** ntstatus.h and winerror.h; the pairs are what RtlNtStatusToDosError gives. */
const STATUSES = `
  SUCCESS 0x00000000 SUCCESS 0
  PENDING 0x00000103 IO_PENDING 997
  DEVICE_POWERED_OFF 0x8000000F NOT_READY 21
  DEVICE_BUSY 0x80000011 BUSY 170
  UNSUCCESSFUL 0xC0000001 GEN_FAILURE 31
  INVALID_HANDLE 0xC0000008 INVALID_HANDLE 6
  INVALID_PARAMETER 0xC000000D INVALID_PARAMETER 87
  INVALID_DEVICE_REQUEST 0xC0000010 INVALID_FUNCTION 1
  ACCESS_DENIED 0xC0000022 ACCESS_DENIED 5
  BUFFER_TOO_SMALL 0xC0000023 INSUFFICIENT_BUFFER 122
  OBJECT_NAME_NOT_FOUND 0xC0000034 FILE_NOT_FOUND 2
  DISK_FULL 0xC000007F DISK_FULL 112
  INTEGER_OVERFLOW 0xC0000095 ARITHMETIC_OVERFLOW 534
  INSUFFICIENT_RESOURCES 0xC000009A NO_SYSTEM_RESOURCES 1450
  DEVICE_NOT_CONNECTED 0xC000009D DEVICE_NOT_CONNECTED 1167
  DEVICE_NOT_READY 0xC00000A3 NOT_READY 21
  IO_TIMEOUT 0xC00000B5 SEM_TIMEOUT 121
  NOT_SUPPORTED 0xC00000BB NOT_SUPPORTED 50
  INVALID_NETWORK_RESPONSE 0xC00000C3 BAD_NET_RESP 58
  CANCELLED 0xC0000120 OPERATION_ABORTED 995
  LINK_FAILED 0xC000013E UNEXP_NET_ERR 59
  NO_MEDIA 0xC0000178 NO_MEDIA_IN_DRIVE 1112
  INVALID_DEVICE_STATE 0xC0000184 BAD_COMMAND 22
  IO_DEVICE_ERROR 0xC0000185 IO_DEVICE 1117
  INVALID_BUFFER_SIZE 0xC0000206 INVALID_USER_BUFFER 1784
  NOT_FOUND 0xC0000225 NOT_FOUND 1168
  DEVICE_REMOVED 0xC00002B6 DEVICE_REMOVED 1617
`
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/));

test("NTSTATUS and Win32 values, and the mapping between them", () => {
  expect(NTSTATUS).toEqual(Object.fromEntries(STATUSES.map(([name, value]) => [name, Number(value)])));
  expect(WIN32).toEqual(
    // BROKEN_PIPE comes from remote sessions, not from a status
    Object.fromEntries([...STATUSES.map(([, , name, value]) => [name, Number(value)]), ["BROKEN_PIPE", 109]]),
  );
  expect(NTSTATUS_TO_WIN32).toEqual(Object.fromEntries(STATUSES.map(([name, , win32]) => [name, win32])));
});

/** scarderr.h and winerror.h: facility 10h; E and F from 1 on, W from 65h on, in the order of their numbers. */
const SCARD_ERRORS =
  "F_INTERNAL_ERROR E_CANCELLED E_INVALID_HANDLE E_INVALID_PARAMETER E_INVALID_TARGET E_NO_MEMORY F_WAITED_TOO_LONG " +
  "E_INSUFFICIENT_BUFFER E_UNKNOWN_READER E_TIMEOUT E_SHARING_VIOLATION E_NO_SMARTCARD E_UNKNOWN_CARD E_CANT_DISPOSE " +
  "E_PROTO_MISMATCH E_NOT_READY E_INVALID_VALUE E_SYSTEM_CANCELLED F_COMM_ERROR F_UNKNOWN_ERROR E_INVALID_ATR " +
  "E_NOT_TRANSACTED E_READER_UNAVAILABLE P_SHUTDOWN E_PCI_TOO_SMALL E_READER_UNSUPPORTED E_DUPLICATE_READER " +
  "E_CARD_UNSUPPORTED E_NO_SERVICE E_SERVICE_STOPPED E_UNEXPECTED E_ICC_INSTALLATION E_ICC_CREATEORDER " +
  "E_UNSUPPORTED_FEATURE E_DIR_NOT_FOUND E_FILE_NOT_FOUND E_NO_DIR E_NO_FILE E_NO_ACCESS E_WRITE_TOO_MANY E_BAD_SEEK " +
  "E_INVALID_CHV E_UNKNOWN_RES_MNG E_NO_SUCH_CERTIFICATE E_CERTIFICATE_UNAVAILABLE E_NO_READERS_AVAILABLE " +
  "E_COMM_DATA_LOST E_NO_KEY_CONTAINER E_SERVER_TOO_BUSY E_PIN_CACHE_EXPIRED E_NO_PIN_CACHE E_READ_ONLY_CARD";
const SCARD_WARNINGS =
  "W_UNSUPPORTED_CARD W_UNRESPONSIVE_CARD W_UNPOWERED_CARD W_RESET_CARD W_REMOVED_CARD W_SECURITY_VIOLATION " +
  "W_WRONG_CHV W_CHV_BLOCKED W_EOF W_CANCELLED_BY_USER W_CARD_NOT_AUTHENTICATED W_CACHE_ITEM_NOT_FOUND " +
  "W_CACHE_ITEM_STALE W_CACHE_ITEM_TOO_BIG";

test("SCARD codes", () => {
  expect(SCARD).toEqual({
    S_SUCCESS: 0,
    ...Object.fromEntries(SCARD_ERRORS.split(" ").map((name, index) => [name, 0x8010_0001 + index])),
    ...Object.fromEntries(SCARD_WARNINGS.split(" ").map((name, index) => [name, 0x8010_0065 + index])),
  });
  // pcsclite.h
  expect(SCARD_PCSCLITE).toEqual({ E_UNSUPPORTED_FEATURE: 0x8010_001f });
});

test("every code has a meaning, in words of its own", () => {
  for (const [codes, meanings] of [
    [NTSTATUS, NTSTATUS_MEANING],
    [SCARD, SCARD_MEANING],
  ] as const) {
    expect(Object.keys(meanings)).toEqual(Object.keys(codes));
    for (const meaning of Object.values(meanings)) expect(meaning).toMatch(/^[^A-Z].*[^.]$|^[A-Z]/);
  }
  expect(Object.keys(NTSTATUS_TO_SCARD)).toEqual(Object.keys(NTSTATUS).filter((name) => name !== "PENDING"));
});

test("states, protocols, power, characteristics and card types (winsmcrd.h, pcsclite.h)", () => {
  expect(Object.keys(SCARD_READER_STATE)).toEqual(
    "UNKNOWN ABSENT PRESENT SWALLOWED POWERED NEGOTIABLE SPECIFIC".split(" "),
  );
  expect(Object.values(SCARD_READER_STATE)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  for (const [name, state] of Object.entries(SCARD_READER_STATE))
    expect(PCSCLITE_READER_STATE[name as keyof typeof PCSCLITE_READER_STATE]).toBe(1 << state);
  expect(SCARD_PROTOCOL).toEqual({
    UNDEFINED: 0,
    OPTIMAL: 0,
    T0: 1,
    T1: 2,
    TX: 3,
    RAW: 0x0001_0000,
    DEFAULT: 0x8000_0000,
  });
  expect(PCSCLITE_PROTOCOL).toEqual({ RAW: 4, T15: 8 });
  expect(SCARD_POWER).toEqual({ DOWN: 0, COLD_RESET: 1, WARM_RESET: 2 });
  expect(SCARD_READER).toEqual({ SWALLOWS: 1, EJECTS: 2, CONFISCATES: 4, CONTACTLESS: 8 });
  expect(Object.values(ICC_TYPE)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(Object.values(SCARD_STATE)).toEqual([0, ...Array.from({ length: 11 }, (_, bit) => 1 << bit)]);
});

test("the device interface", () => {
  expect(SMARTCARD_READER_INTERFACE_GUID).toBe("{50DD5230-BA8A-11D1-BF5D-0000F805F530}");
  expect(SMARTCARD_READER_REFERENCE_STRING).toBe("SmardCardReader");
  expect(READER_KIND).toEqual({ ANY: 0, GENERIC: 1, TPM: 2, NFC: 3, UICC: 4, EMBEDDED_SE: 5 });
  expect(DEVPKEY_READER_KIND).toEqual({ formatId: "{D6B5B883-18BD-4B4D-B2EC-9E38AFFEDA82}", propertyId: 2 });
});

test("features and properties of PC/SC part 10", () => {
  expect(Object.values(PCSC_FEATURE)).toEqual([...Array.from({ length: 0x13 }, (_, index) => index + 1), 0x20]);
  expect(Object.values(PCSC_TLV_PROPERTY)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});

test("SCARD_IO_REQUEST is two DWORDs", () => {
  expect(PCI_BYTES).toBe(8);
});
