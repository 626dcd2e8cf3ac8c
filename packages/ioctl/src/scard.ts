import { describe, hex32, nameIn } from "./names.ts";
import { type PcscPlatform } from "./platform.ts";

/**
 * The codes of the resource manager as Windows numbers them (scarderr.h), without the prefix `SCARD_`. Where pcsc-lite
 * differs, {@link SCARD_PCSCLITE} says so; {@link scardCode} and {@link scardName} take both into account.
 */
export const SCARD = {
  S_SUCCESS: 0x0000_0000,
  F_INTERNAL_ERROR: 0x8010_0001,
  E_CANCELLED: 0x8010_0002,
  E_INVALID_HANDLE: 0x8010_0003,
  E_INVALID_PARAMETER: 0x8010_0004,
  E_INVALID_TARGET: 0x8010_0005,
  E_NO_MEMORY: 0x8010_0006,
  F_WAITED_TOO_LONG: 0x8010_0007,
  E_INSUFFICIENT_BUFFER: 0x8010_0008,
  E_UNKNOWN_READER: 0x8010_0009,
  E_TIMEOUT: 0x8010_000a,
  E_SHARING_VIOLATION: 0x8010_000b,
  E_NO_SMARTCARD: 0x8010_000c,
  E_UNKNOWN_CARD: 0x8010_000d,
  E_CANT_DISPOSE: 0x8010_000e,
  E_PROTO_MISMATCH: 0x8010_000f,
  E_NOT_READY: 0x8010_0010,
  E_INVALID_VALUE: 0x8010_0011,
  E_SYSTEM_CANCELLED: 0x8010_0012,
  F_COMM_ERROR: 0x8010_0013,
  F_UNKNOWN_ERROR: 0x8010_0014,
  E_INVALID_ATR: 0x8010_0015,
  E_NOT_TRANSACTED: 0x8010_0016,
  E_READER_UNAVAILABLE: 0x8010_0017,
  P_SHUTDOWN: 0x8010_0018,
  E_PCI_TOO_SMALL: 0x8010_0019,
  E_READER_UNSUPPORTED: 0x8010_001a,
  E_DUPLICATE_READER: 0x8010_001b,
  E_CARD_UNSUPPORTED: 0x8010_001c,
  E_NO_SERVICE: 0x8010_001d,
  E_SERVICE_STOPPED: 0x8010_001e,
  E_UNEXPECTED: 0x8010_001f,
  E_ICC_INSTALLATION: 0x8010_0020,
  E_ICC_CREATEORDER: 0x8010_0021,
  E_UNSUPPORTED_FEATURE: 0x8010_0022,
  E_DIR_NOT_FOUND: 0x8010_0023,
  E_FILE_NOT_FOUND: 0x8010_0024,
  E_NO_DIR: 0x8010_0025,
  E_NO_FILE: 0x8010_0026,
  E_NO_ACCESS: 0x8010_0027,
  E_WRITE_TOO_MANY: 0x8010_0028,
  E_BAD_SEEK: 0x8010_0029,
  E_INVALID_CHV: 0x8010_002a,
  E_UNKNOWN_RES_MNG: 0x8010_002b,
  E_NO_SUCH_CERTIFICATE: 0x8010_002c,
  E_CERTIFICATE_UNAVAILABLE: 0x8010_002d,
  E_NO_READERS_AVAILABLE: 0x8010_002e,
  E_COMM_DATA_LOST: 0x8010_002f,
  E_NO_KEY_CONTAINER: 0x8010_0030,
  E_SERVER_TOO_BUSY: 0x8010_0031,
  E_PIN_CACHE_EXPIRED: 0x8010_0032,
  E_NO_PIN_CACHE: 0x8010_0033,
  E_READ_ONLY_CARD: 0x8010_0034,
  W_UNSUPPORTED_CARD: 0x8010_0065,
  W_UNRESPONSIVE_CARD: 0x8010_0066,
  W_UNPOWERED_CARD: 0x8010_0067,
  W_RESET_CARD: 0x8010_0068,
  W_REMOVED_CARD: 0x8010_0069,
  W_SECURITY_VIOLATION: 0x8010_006a,
  W_WRONG_CHV: 0x8010_006b,
  W_CHV_BLOCKED: 0x8010_006c,
  W_EOF: 0x8010_006d,
  W_CANCELLED_BY_USER: 0x8010_006e,
  W_CARD_NOT_AUTHENTICATED: 0x8010_006f,
  W_CACHE_ITEM_NOT_FOUND: 0x8010_0070,
  W_CACHE_ITEM_STALE: 0x8010_0071,
  W_CACHE_ITEM_TOO_BIG: 0x8010_0072,
} as const;

/** A code's name without its prefix, such as "E_SHARING_VIOLATION" for SCARD_E_SHARING_VIOLATION. */
export type ScardName = keyof typeof SCARD;
/** One of the codes in the table. */
export type ScardCode = (typeof SCARD)[ScardName];

/**
 * The numbers that pcsc-lite gives otherwise (pcsclite.h). It has SCARD_E_UNEXPECTED under the same number, and never
 * means it; and it does not have the PIN cache, read-only and card cache codes.
 */
export const SCARD_PCSCLITE = { E_UNSUPPORTED_FEATURE: 0x8010_001f } as const;

/** What each code means, in our words. */
export const SCARD_MEANING: Readonly<Record<ScardName, string>> = {
  S_SUCCESS: "done",
  F_INTERNAL_ERROR: "internal error",
  E_CANCELLED: "cancelled by SCardCancel",
  E_INVALID_HANDLE: "the handle is not valid",
  E_INVALID_PARAMETER: "a parameter is not allowed",
  E_INVALID_TARGET: "information is missing",
  E_NO_MEMORY: "out of memory",
  F_WAITED_TOO_LONG: "time is up",
  E_INSUFFICIENT_BUFFER: "the output does not fit the buffer",
  E_UNKNOWN_READER: "no reader of this name",
  E_TIMEOUT: "time is up",
  E_SHARING_VIOLATION: "another program holds the card",
  E_NO_SMARTCARD: "no card in the reader",
  E_UNKNOWN_CARD: "no card of this name",
  E_CANT_DISPOSE: "cannot be disposed of so",
  E_PROTO_MISMATCH: "no such protocol with this card",
  E_NOT_READY: "reader or card not ready",
  E_INVALID_VALUE: "a value is not allowed",
  E_SYSTEM_CANCELLED: "cancelled by the system",
  F_COMM_ERROR: "communication failed",
  F_UNKNOWN_ERROR: "unknown error",
  E_INVALID_ATR: "not a valid ATR",
  E_NOT_TRANSACTED: "no transaction, or no usable answer",
  E_READER_UNAVAILABLE: "the reader is not available",
  P_SHUTDOWN: "the resource manager ends",
  E_PCI_TOO_SMALL: "a buffer is too small",
  E_READER_UNSUPPORTED: "the reader is not supported",
  E_DUPLICATE_READER: "a reader of this name exists",
  E_CARD_UNSUPPORTED: "the card is not supported",
  E_NO_SERVICE: "the resource manager is not running",
  E_SERVICE_STOPPED: "the resource manager has stopped",
  E_UNEXPECTED: "unexpected card error",
  E_ICC_INSTALLATION: "no provider for this card",
  E_ICC_CREATEORDER: "wrong order",
  E_UNSUPPORTED_FEATURE: "not supported",
  E_DIR_NOT_FOUND: "no such directory on the card",
  E_FILE_NOT_FOUND: "no such file on the card",
  E_NO_DIR: "not a directory",
  E_NO_FILE: "not a file",
  E_NO_ACCESS: "no access to this file",
  E_WRITE_TOO_MANY: "the card is full",
  E_BAD_SEEK: "wrong position",
  E_INVALID_CHV: "wrong PIN",
  E_UNKNOWN_RES_MNG: "unknown error of a lower layer",
  E_NO_SUCH_CERTIFICATE: "no such certificate",
  E_CERTIFICATE_UNAVAILABLE: "no access to the certificate",
  E_NO_READERS_AVAILABLE: "no reader is attached",
  E_COMM_DATA_LOST: "data was lost",
  E_NO_KEY_CONTAINER: "no such key container",
  E_SERVER_TOO_BUSY: "the resource manager is too busy",
  E_PIN_CACHE_EXPIRED: "the cached PIN has expired",
  E_NO_PIN_CACHE: "the PIN cannot be cached",
  E_READ_ONLY_CARD: "the card is read-only",
  W_UNSUPPORTED_CARD: "the card is not supported",
  W_UNRESPONSIVE_CARD: "the card is mute",
  W_UNPOWERED_CARD: "the card has no power",
  W_RESET_CARD: "the card was reset by another program",
  W_REMOVED_CARD: "the card was removed",
  W_SECURITY_VIOLATION: "access denied",
  W_WRONG_CHV: "wrong PIN",
  W_CHV_BLOCKED: "the PIN is blocked",
  W_EOF: "end of the file",
  W_CANCELLED_BY_USER: "cancelled by the user",
  W_CARD_NOT_AUTHENTICATED: "no PIN was presented",
  W_CACHE_ITEM_NOT_FOUND: "not in the card cache",
  W_CACHE_ITEM_STALE: "stale in the card cache",
  W_CACHE_ITEM_TOO_BIG: "too big for the card cache",
};

/** The number that a platform has for a code's name. */
export function scardCode(name: ScardName, platform: PcscPlatform = "windows"): number {
  return platform === "pcsclite" && name === "E_UNSUPPORTED_FEATURE" ? SCARD_PCSCLITE[name] : SCARD[name];
}

/** The name that a platform means by a number, `undefined` for one that is not in the table. */
export function scardName(code: number, platform: PcscPlatform = "windows"): ScardName | undefined {
  if (platform === "pcsclite" && code >>> 0 === SCARD_PCSCLITE.E_UNSUPPORTED_FEATURE) return "E_UNSUPPORTED_FEATURE";
  return nameIn(SCARD, code >>> 0);
}

/** A code for a log: `SCARD_E_NO_SMARTCARD (0x8010000C): no card in the reader`. */
export function describeScard(code: number, platform: PcscPlatform = "windows"): string {
  const name = scardName(code, platform);
  return describe(name && `SCARD_${name}`, hex32(code), name && SCARD_MEANING[name]);
}
