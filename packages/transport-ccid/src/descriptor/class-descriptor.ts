import { FormatError, readUint32LE } from "@cardwire/core";

/** bLength of the class descriptor. */
export const CLASS_DESCRIPTOR_BYTES = 54;

/** How much of ISO/IEC 7816-3 a reader does by itself: bits 16 to 18 of dwFeatures. */
export type ExchangeLevel = "character" | "tpdu" | "short-apdu" | "extended-apdu";

/** Bits of dwFeatures (USB CCID 1.1, table 5.1-1). */
export const CCID_FEATURE = {
  /** Parameters from the answer to reset. */
  AUTO_PARAMETERS: 0x0000_0002,
  AUTO_ACTIVATION: 0x0000_0004,
  AUTO_VOLTAGE: 0x0000_0008,
  AUTO_CLOCK: 0x0000_0010,
  AUTO_BAUD_RATE: 0x0000_0020,
  /** PPS and parameters by an algorithm of the reader's own. */
  AUTO_NEGOTIATION: 0x0000_0040,
  /** PPS with the parameters that the host has set. */
  AUTO_PPS: 0x0000_0080,
  CLOCK_STOP: 0x0000_0100,
  NAD: 0x0000_0200,
  AUTO_IFSD: 0x0000_0400,
  /** ICCD: the card is the reader, and never leaves it. */
  ICCD_TOKEN: 0x0000_0800,
  TPDU: 0x0001_0000,
  SHORT_APDU: 0x0002_0000,
  /** Short and extended APDUs. */
  EXTENDED_APDU: 0x0004_0000,
  WAKE_UP: 0x0010_0000,
} as const;

/** The class descriptor of a CCID interface, as it stands there: nothing is corrected (USB CCID 1.1, section 5.1). */
export interface CcidClassDescriptor {
  /** 21h; FFh in some readers. */
  readonly bDescriptorType: number;
  readonly bcdCCID: number;
  /** Number of slots less one. */
  readonly bMaxSlotIndex: number;
  /** Bits: 1 is 5 V, 2 is 3 V, 4 is 1.8 V. */
  readonly bVoltageSupport: number;
  /** Bits: 1 is T=0, 2 is T=1. */
  readonly dwProtocols: number;
  /** In kHz. */
  readonly dwDefaultClock: number;
  /** In kHz. */
  readonly dwMaximumClock: number;
  readonly bNumClockSupported: number;
  /** In bit/s. */
  readonly dwDataRate: number;
  /** In bit/s. */
  readonly dwMaxDataRate: number;
  readonly bNumDataRatesSupported: number;
  readonly dwMaxIFSD: number;
  readonly dwSynchProtocols: number;
  /** Bits: 1 accepts, 2 ejects, 4 captures, 8 locks. */
  readonly dwMechanical: number;
  /** Bits of {@link CCID_FEATURE}. */
  readonly dwFeatures: number;
  /** Header included. */
  readonly dwMaxCCIDMessageLength: number;
  /** CLA of the GET RESPONSE that the reader sends; FFh is the command's own. */
  readonly bClassGetResponse: number;
  /** CLA of the ENVELOPE that the reader sends; FFh is the command's own. */
  readonly bClassEnvelope: number;
  /** Lines in the high byte, characters per line in the low one; 0 without a display. */
  readonly wLcdLayout: number;
  /** Bits: 1 verifies, 2 modifies. */
  readonly bPINSupport: number;
  readonly bMaxCCIDBusySlots: number;
}

/**
 * Reads the 54 bytes of a class descriptor.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another number of bytes, INVALID_VALUE for a bLength other than 36h or a
 *   bDescriptorType other than 21h and FFh.
 */
export function parseClassDescriptor(bytes: Uint8Array): CcidClassDescriptor {
  if (bytes.length < CLASS_DESCRIPTOR_BYTES)
    throw new FormatError("TOO_SHORT", `a class descriptor has 54 bytes, these are ${bytes.length}`, {
      field: "bLength",
      offset: bytes.length,
    });
  if (bytes.length > CLASS_DESCRIPTOR_BYTES)
    throw new FormatError("LEFT_OVER", `${bytes.length - CLASS_DESCRIPTOR_BYTES} bytes behind the class descriptor`, {
      field: "bLength",
      offset: CLASS_DESCRIPTOR_BYTES,
    });
  const byte = (offset: number): number => bytes[offset] ?? 0;
  if (byte(0) !== CLASS_DESCRIPTOR_BYTES)
    throw new FormatError("INVALID_VALUE", `${byte(0)} is not 54`, { field: "bLength", offset: 0 });
  if (byte(1) !== 0x21 && byte(1) !== 0xff)
    throw new FormatError("INVALID_VALUE", "is neither 21 nor FF", { field: "bDescriptorType", offset: 1 });
  const word = (offset: number): number => byte(offset) | (byte(offset + 1) << 8);
  const dword = (offset: number, field: string): number => readUint32LE(bytes, offset, field);
  return {
    bDescriptorType: byte(1),
    bcdCCID: word(2),
    bMaxSlotIndex: byte(4),
    bVoltageSupport: byte(5),
    dwProtocols: dword(6, "dwProtocols"),
    dwDefaultClock: dword(10, "dwDefaultClock"),
    dwMaximumClock: dword(14, "dwMaximumClock"),
    bNumClockSupported: byte(18),
    dwDataRate: dword(19, "dwDataRate"),
    dwMaxDataRate: dword(23, "dwMaxDataRate"),
    bNumDataRatesSupported: byte(27),
    dwMaxIFSD: dword(28, "dwMaxIFSD"),
    dwSynchProtocols: dword(32, "dwSynchProtocols"),
    dwMechanical: dword(36, "dwMechanical"),
    dwFeatures: dword(40, "dwFeatures"),
    dwMaxCCIDMessageLength: dword(44, "dwMaxCCIDMessageLength"),
    bClassGetResponse: byte(48),
    bClassEnvelope: byte(49),
    wLcdLayout: word(50),
    bPINSupport: byte(52),
    bMaxCCIDBusySlots: byte(53),
  };
}
