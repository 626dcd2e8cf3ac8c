import { FormatError, writeUint32LE } from "@cardwire/core";

/** Bits of dwFeatures (CCID 1.1, table 5.1-1) that a test wants to name. */
export const CCID_FEATURE = {
  autoParameters: 0x02,
  autoActivation: 0x04,
  autoVoltage: 0x08,
  autoClock: 0x10,
  autoBaud: 0x20,
  autoNegotiation: 0x40,
  autoPps: 0x80,
  clockStop: 0x100,
  nad: 0x200,
  autoIfsd: 0x400,
  iccd: 0x800,
  tpdu: 0x1_0000,
  shortApdu: 0x2_0000,
  extendedApdu: 0x4_0000,
} as const;

/** The fields of a reader's class descriptor that a test wants to set; all others have the values of a plain reader. */
export interface ClassDescriptorFields {
  /** bMaxSlotIndex; 0 unless given. */
  readonly maxSlotIndex?: number;
  /** bVoltageSupport: 1 for 5 V, 2 for 3 V, 4 for 1.8 V; 7 unless given. */
  readonly voltageSupport?: number;
  /** dwProtocols: 1 for T=0, 2 for T=1; 3 unless given. */
  readonly protocols?: number;
  /** dwDefaultClock and dwMaximumClock in kHz; 4,000 unless given. */
  readonly clockKhz?: number;
  /** bNumClockSupported; 0 unless given. */
  readonly clockCount?: number;
  /** dwDataRate in bit/s; 10,752 unless given. */
  readonly dataRate?: number;
  /** dwMaxDataRate in bit/s; 344,086 unless given. */
  readonly maxDataRate?: number;
  /** bNumDataRatesSupported; 0 unless given. */
  readonly dataRateCount?: number;
  /** dwMaxIFSD; 254 unless given. */
  readonly maxIfsd?: number;
  /** dwFeatures; 000100BA unless given: TPDU, with PPS by the reader. */
  readonly features?: number;
  /** dwMaxCCIDMessageLength; 271 unless given. */
  readonly maxMessageLength?: number;
  /** wLcdLayout; 0 unless given. */
  readonly lcdLayout?: number;
  /** bPINSupport: 1 verify, 2 modify; 0 unless given. */
  readonly pinSupport?: number;
  /** bMaxCCIDBusySlots; 1 unless given. */
  readonly maxBusySlots?: number;
}

export const CLASS_DESCRIPTOR_LENGTH = 54;

/** A class descriptor (CCID 1.1, table 5.1-1). */
export function buildClassDescriptor(fields: ClassDescriptorFields = {}): Uint8Array {
  const { clockKhz = 4000, lcdLayout = 0 } = fields;
  const bytes = new Uint8Array(CLASS_DESCRIPTOR_LENGTH);
  bytes.set([CLASS_DESCRIPTOR_LENGTH, 0x21, 0x10, 0x01, fields.maxSlotIndex ?? 0, fields.voltageSupport ?? 7]);
  writeUint32LE(bytes, 6, fields.protocols ?? 3, "dwProtocols");
  writeUint32LE(bytes, 10, clockKhz, "dwDefaultClock");
  writeUint32LE(bytes, 14, clockKhz, "dwMaximumClock");
  bytes[18] = fields.clockCount ?? 0;
  writeUint32LE(bytes, 19, fields.dataRate ?? 10_752, "dwDataRate");
  writeUint32LE(bytes, 23, fields.maxDataRate ?? 344_086, "dwMaxDataRate");
  bytes[27] = fields.dataRateCount ?? 0;
  writeUint32LE(bytes, 28, fields.maxIfsd ?? 254, "dwMaxIFSD");
  writeUint32LE(bytes, 40, fields.features ?? 0x0001_00ba, "dwFeatures");
  writeUint32LE(bytes, 44, fields.maxMessageLength ?? 271, "dwMaxCCIDMessageLength");
  bytes.set([0xff, 0xff, lcdLayout & 0xff, lcdLayout >> 8, fields.pinSupport ?? 0, fields.maxBusySlots ?? 1], 48);
  return bytes;
}

/** What an emulated reader takes from its class descriptor, be it ever so odd. */
export interface ReaderAbilities {
  readonly slots: number;
  readonly level: "character" | "tpdu" | "short-apdu" | "extended-apdu";
  readonly features: number;
  readonly maxMessageLength: number;
  readonly maxBusySlots: number;
  readonly pinSupport: number;
}

/** @throws FormatError for a descriptor that does not have 54 bytes. */
export function readAbilities(descriptor: Uint8Array): ReaderAbilities {
  if (descriptor.length !== CLASS_DESCRIPTOR_LENGTH)
    throw new FormatError(
      descriptor.length < CLASS_DESCRIPTOR_LENGTH ? "TOO_SHORT" : "LEFT_OVER",
      `${descriptor.length} bytes in the place of 54`,
      { field: "class descriptor" },
    );
  const view = new DataView(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength);
  const features = view.getUint32(40, true);
  const slots = view.getUint8(4) + 1;
  return {
    slots,
    features,
    level: levelOf(features),
    // some descriptors say less than a header and an APDU need
    maxMessageLength: Math.max(view.getUint32(44, true), 271),
    maxBusySlots: Math.min(Math.max(view.getUint8(53), 1), slots),
    pinSupport: view.getUint8(52),
  };
}

function levelOf(features: number): ReaderAbilities["level"] {
  if ((features & CCID_FEATURE.extendedApdu) !== 0) return "extended-apdu";
  if ((features & CCID_FEATURE.shortApdu) !== 0) return "short-apdu";
  return (features & CCID_FEATURE.tpdu) !== 0 ? "tpdu" : "character";
}
