/** Where a quirk is known from. */
export type QuirkSource = "libccid" | "gnupg" | "acsccid" | "libnfc";

/** What is different about one reader. Every field is absent where there is nothing to say. */
export interface ReaderQuirk {
  readonly vendorId: number;
  /** Every product of the vendor when absent. */
  readonly productIds?: readonly number[];
  /** Only for devices with a bcdDevice below this. */
  readonly belowVersion?: number;
  /** Only for exactly this bcdDevice, or one of these. */
  readonly versions?: readonly number[];
  /** What it is about, for a log. */
  readonly why: string;
  readonly sources: readonly QuirkSource[];
  /** The firmware is known to be broken, and the reader is not used. */
  readonly refused?: true;
  /** dwMaxIFSD to believe. */
  readonly maxIfsd?: number;
  /** S(IFS request) is not understood. */
  readonly noIfsNegotiation?: true;
  /** PIN pad announced and not there: bPINSupport to believe. */
  readonly pinSupport?: number;
  /** Takes and gives APDUs of any length, in parts if need be. */
  readonly treatAsExtended?: true;
  /** Announces extended APDUs and takes short ones. */
  readonly treatAsShort?: true;
  /** All time limits are multiplied by this. */
  readonly timeoutFactor?: number;
  /** All time limits are at least this long. */
  readonly minTimeoutMs?: number;
  /** IccPowerOff goes before IccPowerOn. */
  readonly powerOffBeforeOn?: true;
  /** IccPowerOn failed with BBh: an Escape ends the EMV mode, and it is tried again. */
  readonly leaveEmvMode?: readonly number[];
  /** An answer may carry the number of the command before. */
  readonly lateSequence?: true;
  /** No host-side PPS: only the default rate works. */
  readonly defaultRateOnly?: true;
  /** Data rates above this do not work, in bit/s. */
  readonly maxDataRateBps?: number;
  /** A refused SetParameters leaves the card as it was, and it works all the same. */
  readonly setParametersMayFail?: true;
  /** Removals are not always notified: GetSlotStatus is asked as well. */
  readonly pollToo?: true;
  /** bNumberMessage of a PIN verification to send whatever the application says. */
  readonly pinNumberMessage?: number;
  /** bEntryValidationCondition in PIN blocks to send whatever the application says. */
  readonly pinEntryValidation?: number;
  /**
   * A PIN modification always has three bMsgIndex: those of the application, or zeros with a bNumberMessage of 0; or
   * with a bNumberMessage of 3.
   */
  readonly pinModification?: "three-indexes" | "no-message" | "three-messages";
  /** The bytes of wPINMaxExtraDigit are the other way round. */
  readonly pinDigitsReversed?: true;
  /** The Escape after which a PIN follows a command of four bytes without padding. */
  readonly pinUnpadded?: readonly number[];
  /** How long to wait before a PIN is asked for, in milliseconds: the key that the user has just pressed is still down. */
  readonly pinPauseMs?: number;
  /** dwMaxCCIDMessageLength to believe. */
  readonly maxMessageLength?: number;
}

const BOGUS = {
  why: "the firmware of this version does not work",
  sources: ["libccid"],
  refused: true,
} as const;

/**
 * The readers that do not do as their descriptors say. All that matches one reader is merged, later lines over earlier
 * ones. Facts collected from the drivers named in each line.
 */
export const READER_QUIRKS: readonly ReaderQuirk[] = [
  {
    vendorId: 0x08e6,
    productIds: [0x4433],
    why: "GemPC433 starts in EMV mode",
    sources: ["libccid"],
    leaveEmvMode: [0x1f, 0x01],
  },
  {
    vendorId: 0x046a,
    productIds: [0x0005],
    why: "Cherry XX33 starts in EMV mode",
    sources: ["libccid", "gnupg"],
    leaveEmvMode: [0x1f, 0x01],
  },
  {
    vendorId: 0x08e6,
    productIds: [0x34d2],
    why: "eToken Fusion makes keys for minutes without a sign of life",
    sources: ["libccid"],
    minTimeoutMs: 300_000,
  },
  {
    vendorId: 0x08e6,
    productIds: [0x3478],
    why: "GemPC Pinpad wants one message, and the key that validates",
    sources: ["libccid", "gnupg"],
    pinNumberMessage: 1,
    pinEntryValidation: 2,
    pinModification: "three-indexes",
  },
  {
    vendorId: 0x0982,
    productIds: [0x0008],
    why: "Vega Alpha wants one message, and the key that validates",
    sources: ["libccid", "gnupg"],
    pinNumberMessage: 1,
    pinEntryValidation: 2,
    pinModification: "three-indexes",
  },
  {
    vendorId: 0x04e6,
    productIds: [0xe001],
    belowVersion: 0x0516,
    why: "SCR331 with old firmware hangs on answers of n × 64 bytes",
    sources: ["gnupg", "libccid"],
    maxIfsd: 48,
  },
  {
    vendorId: 0x04e6,
    productIds: [0x5111, 0x5115, 0x5117],
    belowVersion: 0x0620,
    why: "SCR331DI, SCR335 and SCR3320 with old firmware hang on answers of n × 64 bytes",
    sources: ["gnupg", "libccid"],
    maxIfsd: 48,
  },
  {
    vendorId: 0x04e6,
    productIds: [0xe003],
    belowVersion: 0x0510,
    why: "SPR532 with old firmware hangs on answers of n × 64 bytes",
    sources: ["gnupg", "libccid"],
    maxIfsd: 48,
  },
  {
    vendorId: 0x04e6,
    productIds: [0xe003],
    why: "SPR532 does not notify every removal",
    sources: ["gnupg"],
    pollToo: true,
  },
  {
    vendorId: 0x04e6,
    productIds: [0xe003],
    why: "SPR532 has no display and wants all messages, and must be told not to pad a PIN",
    sources: ["libccid", "gnupg"],
    pinModification: "no-message",
    pinUnpadded: [0x80, 0x02, 0x00],
  },
  {
    vendorId: 0x046a,
    productIds: [0x003e],
    why: "Cherry ST-2000 has no display and wants all messages",
    sources: ["libccid"],
    pinModification: "no-message",
  },
  {
    vendorId: 0x046a,
    productIds: [0x0010],
    why: "Cherry XX44 changes a PIN with three messages only",
    sources: ["libccid"],
    pinModification: "three-messages",
  },
  {
    vendorId: 0x04e6,
    productIds: [0x5293, 0x5724, 0x5790, 0x5791],
    why: "SCL011 and uTrust 3700F, 3701F, 4701F take 350 ms for their first answers",
    sources: ["libccid"],
    timeoutFactor: 4,
  },
  {
    vendorId: 0x09d8,
    productIds: [0x0427, 0x0428],
    why: "TWN4 takes up to a second to answer without a tag",
    sources: ["libccid"],
    timeoutFactor: 10,
  },
  {
    vendorId: 0x072f,
    productIds: [0x2200],
    why: "ACR122U takes up to a second without a tag, and numbers answers to long commands late",
    sources: ["libccid", "acsccid"],
    timeoutFactor: 10,
    lateSequence: true,
  },
  {
    vendorId: 0x0b97,
    productIds: [0x7762, 0x7772],
    why: "OZ776 does 9600 bit/s only",
    sources: ["libccid"],
    defaultRateOnly: true,
  },
  { vendorId: 0x0b81, productIds: [0x0200], why: "CL1356D is slow", sources: ["libccid"], minTimeoutMs: 60_000 },
  {
    vendorId: 0x09be,
    productIds: [0x0002],
    why: "MySmartPad announces a wrong IFSD",
    sources: ["libccid"],
    maxIfsd: 254,
  },
  {
    vendorId: 0x058f,
    productIds: [0x9540],
    why: "AU9540 loses characters above 200,000 bit/s, and may refuse parameters",
    sources: ["libccid"],
    maxDataRateBps: 200_000,
    setParametersMayFail: true,
  },
  {
    vendorId: 0x076b,
    productIds: [0x3a21, 0x3031, 0x6632],
    why: "Omnikey 3x21 and 6121 have no PIN pad, and chain by themselves",
    sources: ["libccid"],
    pinSupport: 0,
    treatAsExtended: true,
  },
  {
    vendorId: 0x046a,
    productIds: [0x00a7],
    why: "Cherry XX44 has no PIN pad, and chains by itself",
    sources: ["libccid"],
    pinSupport: 0,
    treatAsExtended: true,
  },
  {
    vendorId: 0x0bf8,
    productIds: [0x1024],
    why: "Fujitsu D323 has no PIN pad, and chains by itself",
    sources: ["libccid"],
    pinSupport: 0,
    treatAsExtended: true,
  },
  {
    vendorId: 0x2f7c,
    productIds: [0x6007],
    why: "answers come in parts at the level of short APDUs",
    sources: ["libccid"],
    treatAsExtended: true,
  },
  {
    vendorId: 0x046a,
    productIds: [0x00a1],
    versions: [0x0100],
    why: "Cherry KC 1000 SC gives answers in parts at the level of short APDUs",
    sources: ["libccid"],
    treatAsExtended: true,
  },
  {
    vendorId: 0x0d46,
    productIds: [0x3010],
    why: "TriBank announces extended APDUs and takes short ones",
    sources: ["libccid"],
    treatAsShort: true,
  },
  {
    vendorId: 0x0d46,
    productIds: [0x301d],
    why: "IDToken must be powered off before it is powered on",
    sources: ["libccid"],
    powerOffBeforeOn: true,
  },
  {
    vendorId: 0x0529,
    productIds: [0x0620],
    versions: [0x0012, 0x0013],
    why: "eToken 5110 does not negotiate the IFSD",
    sources: ["libccid"],
    noIfsNegotiation: true,
  },
  {
    vendorId: 0x03f0,
    productIds: [0x1024, 0x0036],
    why: "the keyboard has no PIN pad: the host reads the keys",
    sources: ["libccid"],
    pinSupport: 0,
  },
  {
    vendorId: 0x0bf8,
    productIds: [0x1017],
    why: "the keyboard has no PIN pad: the host reads the keys",
    sources: ["libccid"],
    pinSupport: 0,
  },
  {
    vendorId: 0x04f2,
    productIds: [0x1469],
    why: "the keyboard has no PIN pad: the host reads the keys",
    sources: ["libccid"],
    pinSupport: 0,
  },
  {
    vendorId: 0x0783,
    productIds: [0x0006],
    why: "a PIN pad is announced and is not there",
    sources: ["libccid"],
    pinSupport: 0,
  },
  {
    vendorId: 0x25dd,
    productIds: [0x3111],
    why: "a PIN pad is announced and is not there",
    sources: ["libccid"],
    pinSupport: 0,
  },
  {
    vendorId: 0x413c,
    productIds: [0x2100, 0x2101],
    why: "Dell's keyboards show no messages, and refuse a PIN while the Enter key is down",
    sources: ["libccid"],
    pinNumberMessage: 0,
    pinPauseMs: 250,
  },
  {
    vendorId: 0x413c,
    productIds: [0x2100],
    why: "Dell's SK keyboard reads wPINMaxExtraDigit the other way round",
    sources: ["libccid"],
    pinDigitsReversed: true,
  },
  {
    vendorId: 0x0424,
    productIds: [0x1104, 0x1202],
    why: "SEC1210 must be powered off before it is powered on",
    sources: ["libccid"],
    powerOffBeforeOn: true,
  },
  { vendorId: 0x0d46, productIds: [0x3001, 0x3002], belowVersion: 0x0037, ...BOGUS },
  { vendorId: 0x09c3, productIds: [0x0008], belowVersion: 0x0203, ...BOGUS },
  { vendorId: 0x0dc3, productIds: [0x1004], belowVersion: 0x0502, ...BOGUS },
  { vendorId: 0x0dc3, productIds: [0x1102], belowVersion: 0x0607, ...BOGUS },
  { vendorId: 0x0dc3, productIds: [0x0900], belowVersion: 0x0200, ...BOGUS },
  { vendorId: 0x058f, productIds: [0x9520], belowVersion: 0x0102, ...BOGUS },
  { vendorId: 0x08c3, productIds: [0x0401, 0x0402], belowVersion: 0x5000, ...BOGUS },
  { vendorId: 0x0b0c, productIds: [0x0050], belowVersion: 0x0101, ...BOGUS },
  { vendorId: 0x03f0, productIds: [0x0036], belowVersion: 0x0124, ...BOGUS },
  { vendorId: 0x062d, productIds: [0x0001], belowVersion: 0x0102, ...BOGUS },
  { vendorId: 0x04e6, productIds: [0x5291], belowVersion: 0x0112, ...BOGUS },
];

/** Which device it is. */
export interface DeviceIdentity {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice. */
  readonly version: number;
}

/** The quirks of one device, merged. */
export function quirksOf(device: DeviceIdentity): Omit<ReaderQuirk, "vendorId" | "why" | "sources"> {
  let merged: Partial<ReaderQuirk> = {};
  for (const quirk of READER_QUIRKS) if (matches(quirk, device)) merged = { ...merged, ...quirk };
  return merged;
}

function matches(quirk: ReaderQuirk, { vendorId, productId, version }: DeviceIdentity): boolean {
  return (
    quirk.vendorId === vendorId &&
    (quirk.productIds?.includes(productId) ?? true) &&
    (quirk.belowVersion === undefined || version < quirk.belowVersion) &&
    (quirk.versions?.includes(version) ?? true)
  );
}
