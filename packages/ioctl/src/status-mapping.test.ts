import { isSmartCardError, isSmartCardOtherError, type SmartCardResponseCode } from "@cardwire/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  describeNtStatus,
  describeScard,
  describeWin32,
  NTSTATUS,
  NTSTATUS_TO_SCARD_SOURCE,
  NTSTATUS_TO_WIN32_SOURCE,
  NtStatusError,
  ntStatusesFromWin32,
  ntStatusFromWin32,
  ntStatusName,
  RESPONSE_CODE_TO_SCARD,
  responseCodeFromScard,
  SCARD,
  scardCode,
  scardFromNtStatus,
  scardFromResponseCode,
  type ScardName,
  scardName,
  smartCardErrorFromCode,
  smartCardErrorFromNtStatus,
  WIN32,
  win32FromNtStatus,
  win32Name,
} from "./index.ts";

test("where each mapping comes from is said", () => {
  expect(NTSTATUS_TO_WIN32_SOURCE).toBe("wine");
  expect(NTSTATUS_TO_SCARD_SOURCE).toBe("inferred");
});

test("NTSTATUS to Win32, and back where there is one way", () => {
  expect(win32FromNtStatus(NTSTATUS.NO_MEDIA)).toBe(1112);
  expect(win32FromNtStatus(0xc000_ffff)).toBe(WIN32.GEN_FAILURE);
  expect(ntStatusFromWin32(WIN32.NO_MEDIA_IN_DRIVE)).toBe(NTSTATUS.NO_MEDIA);
  expect(ntStatusFromWin32(WIN32.NOT_READY)).toBeUndefined();
  expect(ntStatusesFromWin32(WIN32.NOT_READY)).toEqual([NTSTATUS.DEVICE_POWERED_OFF, NTSTATUS.DEVICE_NOT_READY]);
  expect(ntStatusFromWin32(WIN32.BROKEN_PIPE)).toBeUndefined();
  expect(ntStatusFromWin32(123_456)).toBeUndefined();
  for (const status of Object.values(NTSTATUS))
    expect(ntStatusesFromWin32(win32FromNtStatus(status))).toContain(status);
});

test("NTSTATUS to SCARD", () => {
  expect(scardFromNtStatus(NTSTATUS.NO_MEDIA)).toBe(SCARD.W_REMOVED_CARD);
  expect(scardFromNtStatus(NTSTATUS.NOT_SUPPORTED)).toBe(SCARD.E_UNSUPPORTED_FEATURE);
  expect(scardFromNtStatus(NTSTATUS.NOT_SUPPORTED, "pcsclite")).toBe(0x8010_001f);
  expect(scardFromNtStatus(NTSTATUS.PENDING)).toBe(SCARD.F_UNKNOWN_ERROR);
  expect(scardFromNtStatus(0xdead_beef)).toBe(SCARD.F_UNKNOWN_ERROR);
});

test("one number means two things: 8010001F on Windows and on pcsc-lite", () => {
  expect(scardName(0x8010_001f)).toBe("E_UNEXPECTED");
  expect(scardName(0x8010_001f, "pcsclite")).toBe("E_UNSUPPORTED_FEATURE");
  expect(scardName(0x8010_0022, "pcsclite")).toBe("E_UNSUPPORTED_FEATURE");
  expect(responseCodeFromScard(0x8010_001f)).toBeUndefined();
  expect(responseCodeFromScard(0x8010_001f, "pcsclite")).toBe("unsupported-feature");
});

test("a name's number and a number's name agree, on both platforms", () => {
  for (const platform of ["windows", "pcsclite"] as const)
    for (const name of Object.keys(SCARD) as ScardName[])
      if (platform === "windows" || name !== "E_UNEXPECTED")
        expect(scardName(scardCode(name, platform), platform)).toBe(name);
  for (const [name, code] of Object.entries(NTSTATUS)) expect(ntStatusName(code)).toBe(name);
  for (const [name, code] of Object.entries(WIN32)) expect(win32Name(code)).toBe(name);
  // as a foreign-function call hands it up
  expect(scardName(SCARD.E_TIMEOUT | 0)).toBe("E_TIMEOUT");
});

test("the sixteen response codes, both ways", () => {
  const codes = Object.keys(RESPONSE_CODE_TO_SCARD) as SmartCardResponseCode[];
  expect(codes).toHaveLength(16);
  for (const platform of ["windows", "pcsclite"] as const)
    for (const code of codes) {
      const raw = scardFromResponseCode(code, platform);
      expect(responseCodeFromScard(raw, platform)).toBe(code);
      const error = smartCardErrorFromCode(raw, { platform });
      expect(isSmartCardError(error, code)).toBe(true);
      expect(error.rawCode).toBe(raw);
      expect(error.symbol).toBe(`SCARD_${RESPONSE_CODE_TO_SCARD[code]}`);
    }
});

test("an error tells call, meaning, symbol and reader", () => {
  const cause = new Error("below");
  const error = smartCardErrorFromCode(0x8010_000b | 0, { readerName: "ACME 0", command: "SCardConnect", cause });
  expect(error).toMatchObject({
    responseCode: "sharing-violation",
    rawCode: 0x8010_000b,
    symbol: "SCARD_E_SHARING_VIOLATION",
    readerName: "ACME 0",
    command: "SCardConnect",
    cause,
  });
  expect(error.message).toBe(
    'SCardConnect: another program holds the card [SCARD_E_SHARING_VIOLATION] (reader "ACME 0")',
  );
});

test.each([
  [SCARD.E_INVALID_PARAMETER, "InvalidParameterError"],
  [SCARD.E_INVALID_HANDLE, "InvalidStateError"],
  [SCARD.E_SERVICE_STOPPED, "InvalidStateError"],
  [SCARD.E_CANCELLED, "UnknownError"],
  [SCARD.P_SHUTDOWN, "UnknownError"],
  [WIN32.INVALID_PARAMETER, "InvalidParameterError"],
  [WIN32.INVALID_HANDLE, "InvalidStateError"],
  [WIN32.GEN_FAILURE, "UnknownError"],
  [0x1234_5678, "UnknownError"],
])("code %i has the draft's own name %s", (code, name) => {
  const error = smartCardErrorFromCode(code);
  expect(isSmartCardOtherError(error)).toBe(true);
  expect(error.name).toBe(name);
  expect(error.rawCode).toBe(code);
});

test("bare Win32 errors, which Windows hands up for what a driver refused", () => {
  const removed = smartCardErrorFromCode(1112);
  expect(isSmartCardError(removed, "removed-card")).toBe(true);
  expect(removed.symbol).toBe("ERROR_NO_MEDIA_IN_DRIVE");
  expect(isSmartCardError(smartCardErrorFromCode(50), "unsupported-feature")).toBe(true);
  expect(smartCardErrorFromCode(0x1234_5678).symbol).toBe("0x12345678");
});

test("a status keeps itself as the cause", () => {
  const error = smartCardErrorFromNtStatus(NTSTATUS.NO_MEDIA, { command: "TRANSMIT" });
  expect(isSmartCardError(error, "removed-card")).toBe(true);
  expect(error.cause).toBeInstanceOf(NtStatusError);
  expect(error.cause).toMatchObject({ status: NTSTATUS.NO_MEDIA, symbol: "STATUS_NO_MEDIA" });
  expect(new NtStatusError(0xc000_ffff).message).toContain("0xC000FFFF");
});

test("codes for a log", () => {
  expect(describeNtStatus(NTSTATUS.NO_MEDIA)).toBe("STATUS_NO_MEDIA (0xC0000178): no card");
  expect(describeNtStatus(0xc000_ffff)).toBe("0xC000FFFF");
  expect(describeWin32(170)).toBe("ERROR_BUSY (170): one is pending already");
  expect(describeWin32(123_456)).toBe("0x0001E240");
  expect(describeScard(SCARD.E_NO_SMARTCARD)).toBe("SCARD_E_NO_SMARTCARD (0x8010000C): no card in the reader");
  expect(describeScard(0x8010_ffff)).toBe("0x8010FFFF");
});

test("any 32-bit number makes an error, signed or not; nothing else does", () => {
  fc.assert(
    fc.property(fc.integer({ min: -0x8000_0000, max: 0xffff_ffff }), (code) => {
      expect(smartCardErrorFromCode(code).rawCode).toBe(code >>> 0);
    }),
  );
  for (const wrong of [0.5, NaN, 2 ** 32, -(2 ** 31) - 1]) expect(() => smartCardErrorFromCode(wrong)).toThrow("code");
});
