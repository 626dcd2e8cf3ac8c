import { concatBytes, fromHex, type SmartCardConnection, type SmartCardContext, toHex } from "@cardwire/core";
import type { VirtualClock } from "@cardwire/core/testing";
import { PCSC_FEATURE } from "@cardwire/ioctl/features";
import { CCID_ESCAPE_CODE, featureControlCode } from "../src/index.ts";
import {
  CCID_FEATURE,
  type ClassDescriptorFields,
  type EmulatedCard,
  EmulatedCcidReader,
  EmulatedIccdToken,
  type FakeUsbDeviceOptions,
  type UsbCall,
} from "../src/testing.ts";
import { patientClock } from "./settle.ts";
import { type Stack, StackMachine } from "./stack-machine.ts";

const OK = fromHex("9000");
const T0_ATR = fromHex("3B00");
const T1_ATR = fromHex("3B81018000");
const READ = fromHex("00B0000764");
/** PIN_VERIFY of PC/SC part 10, section 2.5.2: 30 s, 4 to 8 digits in ASCII, a VERIFY of 5 bytes. */
const VERIFY_PIN = fromHex("1E00820400080402010904000000000500000000" + "20000100");
const VERIFY = featureControlCode(PCSC_FEATURE.VERIFY_PIN_DIRECT, "windows");

/** A reader, and what its card can do. */
export interface FaultScenario {
  readonly fields?: ClassDescriptorFields;
  readonly t0?: true;
  readonly interrupt?: false;
  readonly pinPad?: true;
  readonly vendorClass?: true;
  readonly token?: "A" | "B";
}

const CHAINED = { features: CCID_FEATURE.extendedApdu | 0x4be, maxMessageLength: 74 } as const;

/** Every way in which a session can differ on the wire. */
export const SCENARIOS: Readonly<Record<string, FaultScenario>> = {
  "TPDU level, T=1": {},
  "TPDU level, T=0": { t0: true },
  // PPS, parameters and IFS by the host
  "TPDU level, all by the host": { fields: { features: CCID_FEATURE.tpdu, dataRateCount: 2, maxDataRate: 344_086 } },
  "character level, T=1": { fields: { features: 0xba } },
  "character level, T=0": { fields: { features: 0xba }, t0: true },
  "short APDUs": { fields: { features: CCID_FEATURE.shortApdu | 0x4be } },
  "extended APDUs in chains": { fields: CHAINED },
  "two slots at once": { fields: { ...CHAINED, maxSlotIndex: 1, maxBusySlots: 2 } },
  "a reader that is polled": { fields: CHAINED, interrupt: false },
  "a PIN pad": { fields: { ...CHAINED, pinSupport: 1 }, pinPad: true },
  "the vendor's class": { fields: CHAINED, vendorClass: true },
  "a token of version A": { token: "A" },
  "a token of version B": { token: "B" },
};

/** What a test does to a session. */
export interface Fault {
  /** Before a call of the driver's, numbered from 0. */
  readonly onCall?: (call: UsbCall, index: number, bench: FaultBench) => void | Promise<void>;
}

/** One reader behind one stack, and sessions with it. */
export class FaultBench {
  readonly clock: VirtualClock = patientClock();
  readonly reader: EmulatedCcidReader | undefined;
  readonly machine: StackMachine;
  /** Calls and answers so far. */
  calls = 0;
  answers = 0;
  /** What the device was asked last. */
  lastCall: UsbCall = "open";
  /** The next control transfer stalls. */
  stallsControl = false;
  readonly #scenario: FaultScenario;
  readonly #fault: Fault;
  #isFaulty = true;

  constructor(scenario: FaultScenario, stack: Stack, fault: Fault = {}) {
    this.#scenario = scenario;
    this.#fault = fault;
    const options: FakeUsbDeviceOptions = { onCall: (call, index) => this.#onCall(call, index) };
    if (scenario.token !== undefined) {
      const token = new EmulatedIccdToken({ version: scenario.token, card: cardOf(scenario) });
      this.machine = new StackMachine(stack, this.clock, [token], options);
    } else {
      this.reader = readerOf(scenario, this.clock, () => this.answers++);
      this.machine = new StackMachine(stack, this.clock, [this.reader], options);
    }
    const { emulated } = this.machine.device;
    const control = emulated.control.bind(emulated);
    emulated.control = (setup, data) => {
      if (!this.stallsControl) return control(setup, data);
      this.stallsControl = false;
      return undefined;
    };
  }

  #onCall(call: UsbCall, index: number): void | Promise<void> {
    if (!this.#isFaulty) return;
    this.calls = index + 1;
    this.lastCall = call;
    return this.#fault.onCall?.(call, index, this);
  }

  /** What a session without any fault answers. */
  get allRight(): string[] {
    const { token, pinPad, fields } = this.#scenario;
    const card = ["079000", "079000"];
    const escape = token === undefined ? ["0102"] : [];
    const pin = pinPad === true ? ["9000"] : [];
    const slots = (fields?.maxSlotIndex ?? 0) + 1;
    return Array.from({ length: slots }, () => [...escape, ...card, ...pin]).flat();
  }

  /** A whole session with all slots at once, and what it answered; a step that fails ends it. */
  async session(): Promise<string[]> {
    return this.#use(this.machine.context);
  }

  /** The same in a new context, with no faults any more: whoever had the reader before has left it usable. */
  async nextSession(): Promise<string[]> {
    this.#isFaulty = false;
    this.stallsControl = false;
    return this.#use(this.machine.newContext());
  }

  async #use(context: SmartCardContext): Promise<string[]> {
    try {
      const names = await context.listReaders();
      if (names.length === 0) throw new Error("no reader is listed");
      const answers = await Promise.all(
        names.map(async (name) => this.#talk((await context.connect(name, "shared")).connection)),
      );
      return answers.flat();
    } finally {
      await context.close();
    }
  }

  async #talk(connection: SmartCardConnection): Promise<string[]> {
    const { token, pinPad } = this.#scenario;
    const answers: string[] = [];
    if (token === undefined) answers.push(toHex(await connection.control(CCID_ESCAPE_CODE, Uint8Array.of(1, 2))));
    for (let round = 0; round < 2; round++) answers.push(toHex((await connection.transmit(READ)).subarray(-3)));
    if (pinPad === true) answers.push(toHex(await connection.control(VERIFY, VERIFY_PIN)));
    await connection.disconnect("reset");
    return answers;
  }
}

function cardOf({ t0, token }: FaultScenario): EmulatedCard {
  return {
    atr: t0 === true || token === "A" ? T0_ATR : T1_ATR,
    transmit: (command) => concatBytes(new Uint8Array(command[1] === 0xb0 ? 100 : 0).fill(command[3] ?? 0), OK),
  };
}

function readerOf(scenario: FaultScenario, clock: VirtualClock, onAnswer: () => void): EmulatedCcidReader {
  const { fields = {}, interrupt = true, pinPad, vendorClass } = scenario;
  const reader = new EmulatedCcidReader({
    classDescriptor: fields,
    clock,
    interrupt,
    interfaceClass: vendorClass === true ? 0xff : 0x0b,
    dataRates: [10_752, 344_086],
    escape: (data) => data,
    ...(pinPad === true ? { pinPad: { enter: () => "1234" } } : {}),
    onMessage(direction) {
      if (direction === "in") onAnswer();
    },
  });
  for (const { index } of reader.slots) reader.insert(cardOf(scenario), { slot: index });
  return reader;
}
