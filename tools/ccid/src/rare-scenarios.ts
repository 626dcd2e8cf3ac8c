import { fromHex } from "@cardwire/core";
import { CCID_FEATURE, type EmulatedCcidReaderOptions } from "@cardwire/transport-ccid/testing";
import { type Scenario, withTck } from "./scenarios.ts";

const SET_PARAMETERS = 0x61;
/** Bit rate and the like by the reader; PPS by the host. */
const HOST_PPS = 0x30;
const TPDU = CCID_FEATURE.tpdu | CCID_FEATURE.autoVoltage | HOST_PPS;
const CHARACTER = CCID_FEATURE.autoVoltage | HOST_PPS;

const T0_T1 = fromHex("3B8180018080");
/** T=1 alone, IFSC 254. */
const T1 = withTck("3B808131FE45");
/** TA1 is 95, 96, then T=1. */
const T1_95 = withTck("3B909581312045");
const T1_96 = withTck("3B909681312045");
/** TA1 and TA2: specific mode in T=1 at 95, in T=0 at 91. */
const T1_SPECIFIC_95 = withTck("3B90959181310045");
const T0_SPECIFIC_91 = fromHex("3B90911000");

const SELECT = "00A40400";
const READ = "00B0000036";
const WRITE = `00D6000040${"33".repeat(64)}`;
const ECHO = "00EE0000040102030400";
const LONG = `00D60000000258${"22".repeat(600)}`;

/** PC/SC part 10, sections 2.5.2 and 2.5.3: a PIN of 4 to 8 digits as ASCII; the condition is none, and is corrected. */
const VERIFY = "!verify 1E00 82 04 00 0804 00 01 0904 00 000000 0D000000 0020000108FFFFFFFFFFFFFFFF";
const MODIFY = "!modify 1E00 82 04 00 0000 0804 00 02 02 0904 000102 000000 0D000000 0024010108FFFFFFFFFFFFFFFF";

const PAD: EmulatedCcidReaderOptions = {
  classDescriptor: { features: TPDU, pinSupport: 3 },
  pinPad: { enter: () => "1234" },
};
const SLOW_READER = { classDescriptor: { features: TPDU, maxDataRate: 115_200 } };

/** A scenario of one command in T=1, at the level of TPDUs. */
const T1_SELECT = {
  reader: { classDescriptor: { features: TPDU } },
  atr: T1,
  protocols: ["t1"],
  commands: [SELECT],
} as const;

/**
 * What few readers and cards do: each of these has shown a difference between libccid and us once, or still does. Others
 * that do no longer are recorded, and played by the driver's own tests.
 */
export const rareScenarios: readonly Scenario[] = [
  {
    name: "character-t1",
    ...T1_SELECT,
    reader: { classDescriptor: { features: CHARACTER } },
    commands: [SELECT, READ, WRITE, ECHO],
  },
  { name: "rate-lowered", ...T1_SELECT, reader: SLOW_READER, atr: T1_95 },
  { name: "specific-too-fast", ...T1_SELECT, reader: SLOW_READER, atr: T1_SPECIFIC_95 },
  {
    name: "specific-slow",
    ...T1_SELECT,
    atr: T0_SPECIFIC_91,
    protocols: ["t0"],
    differs: "in specific mode F and D of TA1 hold, be they slower than the default (ISO/IEC 7816-3 section 8.3)",
  },
  {
    name: "pps-refuse",
    ...T1_SELECT,
    atr: T1_96,
    behaviour: { pps: "refuse" },
    differs: "libccid takes an answer for another protocol for a yes; we reset the card",
  },
  {
    name: "pps-mute",
    ...T1_SELECT,
    atr: T1_96,
    behaviour: { pps: "mute" },
    ours: { answers: ["9000"], because: "the card is reset and used without a PPS, where libccid gives up" },
  },
  {
    name: "automatic-both",
    ...T1_SELECT,
    reader: { classDescriptor: { features: TPDU | CCID_FEATURE.autoNegotiation } },
    atr: T0_T1,
    protocols: ["t0"],
    differs: "which protocol the reader has chosen has to be known",
  },
  {
    name: "short-host-pps",
    ...T1_SELECT,
    reader: { classDescriptor: { features: CCID_FEATURE.shortApdu | HOST_PPS } },
    atr: T1_96,
    differs: "a PPS is a command of the card's to a reader that takes APDUs",
  },
  {
    name: "parameters-unknown",
    ...T1_SELECT,
    reader: {
      classDescriptor: { features: TPDU },
      disturb: ({ type }) => (type === SET_PARAMETERS ? { error: 0x00 } : undefined),
    },
    differs: "a reader that has its parameters fixed is told the IFSD all the same",
  },
  { name: "reset", ...T1_SELECT, atr: T1_96, commands: [SELECT, "!reset", READ, "!unpower", READ] },
  { name: "pin-tpdu", ...T1_SELECT, reader: PAD, commands: [VERIFY, SELECT, MODIFY, READ] },
  {
    name: "t1-aborted",
    ...T1_SELECT,
    behaviour: { t1Mishaps: [undefined, undefined, "abort"] },
    commands: [SELECT, LONG, READ],
    differs: "a command that the card has given up is not gone on with (ISO/IEC 7816-3 rule 9)",
  },
];
