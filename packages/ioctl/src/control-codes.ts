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
