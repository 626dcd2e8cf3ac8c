import { FormatError } from "@cardwire/core";
import type { PcscPlatform } from "./platform.ts";

/**
 * The control codes of the smart-card reader device class (winsmcrd.h): CTL_CODE(FILE_DEVICE_SMARTCARD 31h, function,
 * METHOD_BUFFERED, FILE_ANY_ACCESS), so `0x00310000 | function << 2`.
 */
export const IOCTL_SMARTCARD = {
  POWER: 0x0031_0004,
  GET_ATTRIBUTE: 0x0031_0008,
  SET_ATTRIBUTE: 0x0031_000c,
  CONFISCATE: 0x0031_0010,
  TRANSMIT: 0x0031_0014,
  EJECT: 0x0031_0018,
  SWALLOW: 0x0031_001c,
  /** Obsolete; no reader of today answers it. */
  READ: 0x0031_0020,
  /** Obsolete; no reader of today answers it. */
  WRITE: 0x0031_0024,
  IS_PRESENT: 0x0031_0028,
  IS_ABSENT: 0x0031_002c,
  SET_PROTOCOL: 0x0031_0030,
  GET_STATE: 0x0031_0038,
  GET_LAST_ERROR: 0x0031_003c,
  GET_PERF_CNTR: 0x0031_0040,
  /** CM_IOCTL_GET_FEATURE_REQUEST of PC/SC part 10, function 3400. */
  GET_FEATURE_REQUEST: 0x0031_3520,
} as const;

/** A control code's name without its prefix, such as "TRANSMIT" for IOCTL_SMARTCARD_TRANSMIT. */
export type IoctlName = keyof typeof IOCTL_SMARTCARD;
/** One of the control codes that have a name. */
export type IoctlCode = (typeof IOCTL_SMARTCARD)[IoctlName];

/** The name of a control code, `undefined` for one that the device class does not define. */
export function ioctlName(code: number): IoctlName | undefined {
  for (const [name, value] of Object.entries(IOCTL_SMARTCARD)) if (value === code) return name as IoctlName;
  return undefined;
}

/** Windows takes the function apart into a CTL_CODE (winsmcrd.h), pcsc-lite adds a base (reader.h). */
const CTL_CODE: Readonly<Record<PcscPlatform, (functionNumber: number) => number>> = {
  windows: (functionNumber) => 0x0031_0000 + functionNumber * 4,
  pcsclite: (functionNumber) => 0x4200_0000 + functionNumber,
};
const LARGEST_FUNCTION: Readonly<Record<PcscPlatform, number>> = { windows: 0x0fff, pcsclite: 0x00ff_ffff };

/**
 * SCARD_CTL_CODE: the control code of a function number, such as 3400 for CM_IOCTL_GET_FEATURE_REQUEST.
 *
 * @throws FormatError INVALID_VALUE for a number that the platform's form has no room for.
 */
export function scardCtlCode(functionNumber: number, platform: PcscPlatform = "windows"): number {
  if (!Number.isInteger(functionNumber) || functionNumber < 0 || functionNumber > LARGEST_FUNCTION[platform])
    throw new FormatError("INVALID_VALUE", `${functionNumber} is no function number`, { field: "function" });
  return CTL_CODE[platform](functionNumber);
}
