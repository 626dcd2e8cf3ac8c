import { CCID_FEATURE, type CcidClassDescriptor, type ExchangeLevel } from "./class-descriptor.ts";
import type { CcidTransport } from "./configuration.ts";
import { type DeviceIdentity, quirksOf, type ReaderQuirk } from "./quirks.ts";

/** bPowerSelect of IccPowerOn: 0 leaves the voltage to the reader. */
export type PowerSelect = 0 | 1 | 2 | 3;

/** What a host does with a reader: its class descriptor, made sense of, and its quirks. */
export interface ReaderPlan {
  readonly transport: CcidTransport;
  readonly level: ExchangeLevel;
  /** 1 to 256. */
  readonly slots: number;
  /** How many slots may have a command under way: 1 to `slots`. */
  readonly busySlots: number;
  /** Longest message in either direction, header included. */
  readonly maxMessageLength: number;
  /** The information field that the reader can take in T=1, 1 to 254. */
  readonly ifsd: number;
  /** The host sends S(IFS request): neither where the reader does, nor for readers that pass characters on. */
  readonly hostNegotiatesIfsd: boolean;
  /** Who sends the PPS request; nobody where the host cannot, for the reader takes APDUs only. */
  readonly pps: "host" | "reader" | "none";
  /** The host sets the parameters that it has chosen. Else the reader follows an algorithm of its own. */
  readonly hostSetsParameters: boolean;
  /** What to try for bPowerSelect, in this order. */
  readonly voltages: readonly [PowerSelect, ...PowerSelect[]];
  /** The clock at which cards are powered on, in kHz; 0 where it is not said. */
  readonly clockKHz: number;
  /** In bit/s; 0 where it is not said. */
  readonly maxDataRateBps: number;
  /** How many data rates GET_DATA_RATES gives; 0 where any up to the highest is possible. */
  readonly dataRates: number;
  /** T=0 and T=1, as far as the reader speaks them. */
  readonly protocols: readonly (0 | 1)[];
  readonly pinVerify: boolean;
  readonly pinModify: boolean;
  readonly lcdLayout: number;
  /** CLA of GET RESPONSE that the reader's descriptor wants; undefined is the command's own. */
  readonly getResponseCla: number | undefined;
  /** The card cannot be taken out: the reader is one. */
  readonly permanentCard: boolean;
  /** The firmware is known to be broken. */
  readonly refused: boolean;
  readonly timeoutFactor: number;
  readonly minTimeoutMs: number;
  readonly powerOffBeforeOn: boolean;
  /** The Escape that ends the EMV mode in which the reader starts. */
  readonly leaveEmvMode: readonly number[] | undefined;
  readonly lateSequence: boolean;
  readonly setParametersMayFail: boolean;
  /** GetSlotStatus is asked even though there is an interrupt endpoint. */
  readonly pollToo: boolean;
  readonly pinNumberMessage: number | undefined;
  readonly pinEntryValidation: number | undefined;
  readonly pinModification: ReaderQuirk["pinModification"];
  readonly pinDigitsReversed: boolean;
  readonly pinUnpadded: readonly number[] | undefined;
  readonly pinPauseMs: number;
}

/** Long enough for an extended APDU and its response in one message. */
const LONGEST_MESSAGE = 10 + 4 + 3 + 65_535 + 3;
/** A short APDU of 261 bytes and the header: every reader takes as much, whatever it announces. */
const SHORT_MESSAGE = 271;
/** Readers of SCM announce 263 and take 271. */
const SCM_MESSAGE = 263;

/** Plans a reader. Never throws: every descriptor makes a plan, be it a poor one. */
export function planReader(
  descriptor: CcidClassDescriptor,
  transport: CcidTransport,
  device: DeviceIdentity,
): ReaderPlan {
  const quirk = quirksOf(device);
  const has = (feature: number): boolean => (descriptor.dwFeatures & feature) !== 0;
  const slots = descriptor.bMaxSlotIndex + 1;
  const level = exchangeLevel(descriptor, transport, quirk);
  // 02h in the wrong byte (three readers) is no offer of anything; without any the card decides
  const offered = ([0, 1] as const).filter((protocol) => (descriptor.dwProtocols & (1 << protocol)) !== 0);
  const ifsd = quirk.maxIfsd ?? descriptor.dwMaxIFSD;
  const automatic = has(CCID_FEATURE.AUTO_NEGOTIATION) || transport !== "bulk";
  const tpduLike = level === "tpdu" || level === "character";
  const pin = quirk.pinSupport ?? descriptor.bPINSupport;
  const rate = descriptor.dwMaxDataRate;
  const limit = quirk.defaultRateOnly === true ? 1 : (quirk.maxDataRateBps ?? Infinity);
  return {
    transport,
    level,
    slots,
    busySlots: Math.min(Math.max(descriptor.bMaxCCIDBusySlots, 1), slots),
    maxMessageLength: messageLength(quirk.maxMessageLength ?? descriptor.dwMaxCCIDMessageLength, level),
    ifsd: ifsd === 0 ? 254 : Math.min(ifsd, 254),
    hostNegotiatesIfsd: level === "tpdu" && !has(CCID_FEATURE.AUTO_IFSD) && quirk.noIfsNegotiation !== true,
    pps: automatic || has(CCID_FEATURE.AUTO_PPS) ? "reader" : tpduLike ? "host" : "none",
    hostSetsParameters: !automatic,
    voltages: voltages(descriptor, has(CCID_FEATURE.AUTO_ACTIVATION) || has(CCID_FEATURE.AUTO_VOLTAGE)),
    clockKHz: descriptor.dwDefaultClock,
    maxDataRateBps: rate === 0 ? 0 : Math.min(rate, limit),
    dataRates: descriptor.bNumDataRatesSupported,
    protocols: offered.length === 0 ? [0, 1] : offered,
    pinVerify: (pin & 1) !== 0,
    pinModify: (pin & 2) !== 0,
    lcdLayout: descriptor.wLcdLayout,
    // FF echoes the command's class; 00 is what descriptors say that say nothing
    getResponseCla:
      descriptor.bClassGetResponse === 0xff || descriptor.bClassGetResponse === 0
        ? undefined
        : descriptor.bClassGetResponse,
    permanentCard: has(CCID_FEATURE.ICCD_TOKEN),
    refused: quirk.refused === true,
    timeoutFactor: quirk.timeoutFactor ?? 1,
    minTimeoutMs: quirk.minTimeoutMs ?? 0,
    powerOffBeforeOn: quirk.powerOffBeforeOn === true,
    leaveEmvMode: quirk.leaveEmvMode,
    lateSequence: quirk.lateSequence === true,
    setParametersMayFail: quirk.setParametersMayFail === true,
    pollToo: quirk.pollToo === true,
    pinNumberMessage: quirk.pinNumberMessage,
    pinEntryValidation: quirk.pinEntryValidation,
    pinModification: quirk.pinModification,
    pinDigitsReversed: quirk.pinDigitsReversed === true,
    pinUnpadded: quirk.pinUnpadded,
    pinPauseMs: quirk.pinPauseMs ?? 0,
  };
}

function exchangeLevel(
  { dwFeatures }: CcidClassDescriptor,
  transport: CcidTransport,
  quirk: { readonly treatAsExtended?: true; readonly treatAsShort?: true },
): ExchangeLevel {
  // a token of version A takes whole TPDUs of T=0, whatever it calls that
  if (transport === "iccd-a") return "tpdu";
  if (quirk.treatAsExtended === true) return "extended-apdu";
  if (quirk.treatAsShort === true) return "short-apdu";
  if ((dwFeatures & CCID_FEATURE.EXTENDED_APDU) !== 0) return "extended-apdu";
  // a token of version B takes every APDU, in parts
  if ((dwFeatures & CCID_FEATURE.SHORT_APDU) !== 0) return transport === "iccd-b" ? "extended-apdu" : "short-apdu";
  return (dwFeatures & CCID_FEATURE.TPDU) === 0 && transport === "bulk" ? "character" : "tpdu";
}

/** One with a lower bound: nothing works with less than a header and a byte. */
function messageLength(announced: number, level: ExchangeLevel): number {
  // what goes in parts anyway needs no more
  if (announced === SCM_MESSAGE && level !== "extended-apdu") return SHORT_MESSAGE;
  return Math.min(Math.max(announced, 11), LONGEST_MESSAGE);
}

/** 5 V, 1.8 V, 3 V; without 5 V, 3 V and then 1.8 V: as far as the reader has them, in the order in which libccid tries. */
function voltages({ bVoltageSupport }: CcidClassDescriptor, automatic: boolean): [PowerSelect, ...PowerSelect[]] {
  if (automatic) return [0];
  const has5V = (bVoltageSupport & 1) !== 0;
  const has3V = (bVoltageSupport & 2) !== 0;
  const has1V8 = (bVoltageSupport & 4) !== 0;
  const others: PowerSelect[] = has1V8 ? [3] : [];
  if (has5V) return [1, ...others, ...(has3V ? ([2] as const) : [])];
  if (has3V) return [2, ...others];
  // one that names none must be told all the same
  return has1V8 ? [3] : [1];
}
