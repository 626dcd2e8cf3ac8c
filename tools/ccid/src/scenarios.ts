import { concatBytes, fromHex, type SmartCardProtocol, toHex } from "@cardwire/core";
import type { T0Mode } from "@cardwire/transport-ccid";
import {
  CCID_FEATURE,
  type ContactBehaviour,
  EmulatedCcidReader,
  type EmulatedCcidReaderOptions,
} from "@cardwire/transport-ccid/testing";
import { countingBytes, testCard } from "./applet.ts";

/** A reader and a card, and what a client does with them. */
export interface Scenario {
  readonly name: string;
  readonly reader: EmulatedCcidReaderOptions;
  readonly atr: Uint8Array;
  readonly behaviour?: ContactBehaviour;
  readonly fileLength?: number;
  readonly protocols: readonly SmartCardProtocol[];
  /** APDUs, and what else a client can do: see {@link runClient}. */
  readonly commands: readonly string[];
  /** What libccid's client gets for each command: hexadecimal digits, or the symbol of an error. Ours' when absent. */
  readonly answers?: readonly string[];
  /** Where our answers are others than libccid's, and why. */
  readonly ours?: { readonly answers: readonly string[]; readonly because: string };
  /** Why our messages are not libccid's, where they are not. */
  readonly differs?: string;
  /** How our driver is told to do T=0; the default when absent. */
  readonly t0?: T0Mode;
  /** The card takes its time for each command. */
  readonly slow?: boolean;
  /** The rest of it in words, for those who look into a difference. */
  readonly about?: string;
}

/** TPDU level; the reader makes the PPS, as SetParameters tells it. */
const TPDU = { features: 0x1_00ba };
/** TPDU level; the host makes the PPS. */
const TPDU_HOST_PPS = { features: 0x1_0030 };
const SHORT = { features: CCID_FEATURE.shortApdu | CCID_FEATURE.autoIfsd | 0xbe };
const EXTENDED = { features: CCID_FEATURE.extendedApdu | CCID_FEATURE.autoIfsd | 0xbe };

const T0_T1 = fromHex("3B8180018080");
const T0_ONLY = fromHex("3B029000");
/** TA3 = FE, TB3 = 45. */
const T1_IFSC_254 = withTck("3B808131FE45");
/** TA3 = 20, TB3 = 45, TC3 = 01: a CRC. */
const T1_CRC = withTck("3B808171204501");
/** TA1 = 96, then T=1 with TA3 = 20, TB3 = 45. */
const T1_FAST = withTck("3B909681312045");

const SELECT = "00A40400";
const SELECT_FILE = "00A40400023F00";
const READ_ALL = "00B0000000";
const ECHO = "00EE0000040102030400";
const WRITE_600 = `00D60000000258${"22".repeat(600)}`;
const READ_600 = "00B00000000258";
const OK = "9000";
const read = (length: number): string => `${toHex(countingBytes(length))}9000`;

const BIG = [SELECT, SELECT_FILE, READ_ALL, ECHO, WRITE_600, READ_600];
const BIG_ANSWERS = [OK, OK, read(256), "010203049000", OK, read(600)];
const SMALL = [SELECT, SELECT_FILE, "00B0000036", READ_ALL, ECHO];
const SMALL_ANSWERS = [OK, OK, read(54), read(256), "010203049000"];
const T0 = [SELECT, "00A4040000", "00B0000008", READ_ALL, "00D600000401020304", "00EE00000401020304", "00C0000004"];
const T0_ANSWERS = [OK, OK, read(8), read(256), OK, "6104", "010203049000"];
const NOT_TRANSACTED = "SCARD_E_NOT_TRANSACTED";
const T1 = { protocols: ["t1"], commands: BIG, answers: BIG_ANSWERS, reader: { classDescriptor: TPDU } } as const;
const T0_CARD = { protocols: ["t0"], commands: T0, reader: { classDescriptor: TPDU }, atr: T0_ONLY } as const;
const APDU = { protocols: ["t1"], commands: SMALL, answers: SMALL_ANSWERS, atr: T0_T1 } as const;

/** What a host is led through, by libccid and by our driver. */
export const scenarios: readonly Scenario[] = [
  { name: "t1", ...T1, atr: T0_T1 },
  { name: "t1-ifsc254", ...T1, atr: T1_IFSC_254 },
  { name: "t1-crc", ...T1, atr: T1_CRC },
  { name: "t1-edc", ...T1, atr: T0_T1, behaviour: { t1Mishaps: [undefined, "refuse"] } },
  {
    name: "t1-mute",
    ...T1,
    atr: T0_T1,
    behaviour: { t1Mishaps: [undefined, "miss"] },
    answers: BIG.map(() => NOT_TRANSACTED),
    ours: {
      answers: BIG_ANSWERS,
      because:
        "a block that is not answered is asked for again (ISO/IEC 7816-3 rule 7.1), where libccid gives up for good",
    },
  },
  { name: "t1-wtx", ...T1, atr: T0_T1, behaviour: { t1Mishaps: [undefined, { wtx: 3 }] } },
  {
    name: "t1-nr",
    ...T1,
    atr: T0_T1,
    behaviour: { t1Mishaps: [undefined, undefined, undefined, "refuse", "refuse", "refuse", "refuse"] },
  },
  { name: "t1-pps", ...T1, atr: T1_FAST, reader: { classDescriptor: TPDU_HOST_PPS } },
  {
    name: "t1-autopps-tpdu",
    ...T1,
    atr: T1_FAST,
    reader: { classDescriptor: { features: TPDU.features | CCID_FEATURE.autoNegotiation } },
  },
  { name: "t0", ...T0_CARD, answers: T0_ANSWERS },
  {
    name: "t0-pps",
    ...T0_CARD,
    answers: T0_ANSWERS,
    reader: { classDescriptor: TPDU_HOST_PPS },
    atr: fromHex("3B12960000"),
  },
  {
    name: "t0-6c",
    ...T0_CARD,
    fileLength: 8,
    answers: [OK, OK, read(8), "6C08", OK, "6104", "010203049000"],
    ours: {
      answers: [OK, OK, read(8), read(8), OK, "6104", "010203049000"],
      because: "6Cxx is answered with the same command and Le = xx",
    },
  },
  {
    name: "t0-case4",
    ...T0_CARD,
    commands: [ECHO],
    answers: ["6104"],
    ours: {
      answers: ["010203049000"],
      because: "Le is not sent, and 61xx is answered with GET RESPONSE (ISO/IEC 7816-3 section 12.2.2)",
    },
  },
  {
    name: "both-protocols",
    ...APDU,
    protocols: ["t0", "t1"],
    reader: { classDescriptor: SHORT },
    differs: "of the protocols that a client accepts pcscd prefers T=1, we what the card offers first",
  },
  { name: "short", ...APDU, reader: { classDescriptor: SHORT } },
  { name: "extended", ...APDU, commands: BIG, answers: BIG_ANSWERS, reader: { classDescriptor: EXTENDED } },
  {
    name: "extended-one-message",
    ...APDU,
    commands: BIG,
    answers: BIG_ANSWERS,
    reader: { classDescriptor: { ...EXTENDED, maxMessageLength: 65_556 } },
  },
  {
    name: "time-extension",
    ...APDU,
    reader: { classDescriptor: SHORT, timeExtension: { intervalMs: 50, multiplier: 2 } },
    slow: true,
  },
  { name: "no-interrupt", ...APDU, reader: { classDescriptor: SHORT, interrupt: false } },
];

/** One bulk message, as lower-case hexadecimal digits behind its direction. */
export type TraceLine = `${">" | "<"}${string}`;

/** The reader of a scenario, its card in it, and the messages that went through it. */
export function playScenario(scenario: Scenario): { readonly reader: EmulatedCcidReader; readonly trace: TraceLine[] } {
  const trace: TraceLine[] = [];
  const reader = new EmulatedCcidReader({
    ...scenario.reader,
    onMessage: (direction, message) => {
      trace.push(`${direction === "out" ? ">" : "<"}${toHex(message).toLowerCase()}`);
    },
  });
  const { fileLength } = scenario;
  const card = testCard(scenario.atr, fileLength === undefined ? {} : { fileLength });
  reader.insert(
    scenario.slow === true
      ? { atr: card.atr, transmit: async (command) => (await pause(120), card.transmit(command)) }
      : card,
    scenario.behaviour,
  );
  return { reader, trace };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An answer to reset that ends with the check character that it needs. */
export function withTck(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  return concatBytes(bytes, Uint8Array.of(bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0)));
}
