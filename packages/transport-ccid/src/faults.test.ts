import { concatBytes, fromHex, toHex } from "@cardwire/core";
import type { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { patientClock, settle } from "../test/settle.ts";
import { CCID_ESCAPE_CODE, createCcidContext } from "./index.ts";
import {
  CCID_FEATURE,
  type CcidDisturbance,
  type ClassDescriptorFields,
  type EmulatedCard,
  EmulatedCcidReader,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
  type FakeUsbDeviceOptions,
} from "./testing.ts";

const OK = fromHex("9000");
const card: EmulatedCard = {
  atr: fromHex("3B81018000"),
  transmit: (command) => concatBytes(new Uint8Array(command[1] === 0xb0 ? 100 : 2).fill(command[3] ?? 0), OK),
};
const READ = fromHex("00B0000764");

interface Machine {
  readonly clock: VirtualClock;
  readonly reader: EmulatedCcidReader;
  readonly device: FakeUsbDevice;
  readonly usb: FakeUsb;
}

function machine(
  fields: ClassDescriptorFields,
  options: FakeUsbDeviceOptions = {},
  onAnswer: () => void = () => undefined,
): Machine {
  const clock = patientClock();
  const reader = new EmulatedCcidReader({
    classDescriptor: fields,
    clock,
    escape: (data) => data,
    onMessage(direction) {
      if (direction === "in") onAnswer();
    },
  });
  reader.insert(card);
  const device = new FakeUsbDevice(new EmulatedUsbDevice([reader]), { clock, ...options });
  return { clock, reader, device, usb: new FakeUsb(device) };
}

/** A whole session, with what it answered; a step that fails ends it. */
async function session({ clock, usb }: Machine): Promise<string[]> {
  const context = createCcidContext({ readers: usb, clock });
  const answers: string[] = [];
  try {
    const [name = "none"] = await context.listReaders();
    const { connection } = await context.connect(name, "shared");
    answers.push(toHex(await connection.control(CCID_ESCAPE_CODE, Uint8Array.of(1, 2))));
    for (let round = 0; round < 2; round++) answers.push(toHex((await connection.transmit(READ)).subarray(-3)));
    await connection.disconnect("reset");
  } finally {
    await context.close();
  }
  return answers;
}

/** Nothing is left behind: no claim, no listener, no timer, and the device is closed. */
function expectClean({ device, usb, clock }: Machine): void {
  expect(device.opened).toBe(false);
  expect(device.claimedInterfaces).toEqual([]);
  expect(usb.watchers).toBe(0);
  expect(clock.pending).toBe(0);
}

const ALL_RIGHT = ["0102", "079000", "079000"];
const LEVELS: Readonly<Record<string, ClassDescriptorFields>> = {
  "TPDU level": {},
  "level of extended APDUs": { features: CCID_FEATURE.extendedApdu | 0x4be, maxMessageLength: 74 },
  "character level": { features: 0xba },
};
const DISTURBANCES: readonly CcidDisturbance[] = [
  "lose",
  "double",
  "cut",
  "cut-header",
  "wrong-sequence",
  "wrong-slot",
  "wrong-type",
  "huge-length",
  "stall",
  "stall-and-lose",
  "stray-empty",
  "stale",
  "bytewise",
  "unplug",
  { error: 0x00 },
  { error: 0x07 },
  { error: 0xe0 },
  { error: 0xfb },
  { error: 0xfd },
  { error: 0xfe },
  { error: 0xff },
];
/** What an answer may have without any harm being done. */
const HARMLESS: readonly CcidDisturbance[] = ["double", "stray-empty", "stale", "bytewise"];

describe.each(Object.entries(LEVELS))("%s", (_, fields) => {
  it("goes without any disturbance", async () => {
    const one = machine(fields);
    expect(await settle(one.clock, session(one))).toEqual({ value: ALL_RIGHT });
    expectClean(one);
  });

  it.each(DISTURBANCES)("ends and leaves nothing behind, whichever answer is: %j", async (disturbance) => {
    for (let index = 0; ; index++) {
      let answers = 0;
      const one = machine(fields, {}, () => answers++);
      one.reader.disturbNext(...Array.from({ length: index }, () => undefined), disturbance);
      const outcome = await settle(one.clock, session(one));
      if (HARMLESS.includes(disturbance)) expect(outcome, `answer ${index}`).toEqual({ value: ALL_RIGHT });
      expectClean(one);
      if (answers <= index) return;
    }
  });

  it("answers the next command after one that was lost", async () => {
    const one = machine(fields);
    const context = createCcidContext({ readers: one.usb, clock: one.clock });
    const work = (async (): Promise<string> => {
      const [name = ""] = await context.listReaders();
      const { connection } = await context.connect(name, "shared");
      one.reader.disturbNext("lose");
      await expect(connection.transmit(READ)).rejects.toThrow();
      const response = toHex((await connection.transmit(READ)).subarray(-3));
      await context.close();
      return response;
    })();
    expect(await settle(one.clock, work)).toEqual({ value: "079000" });
    expectClean(one);
  });

  it("ends and leaves nothing behind, whichever call the device is unplugged at", async () => {
    for (let at = 0; at < 200; at++) {
      let calls = 0;
      const one: Machine = machine(fields, {
        onCall(_call, index) {
          calls = index;
          if (index === at) one.device.unplug();
        },
      });
      const outcome = await settle(one.clock, session(one));
      expectClean(one);
      if (calls < at) {
        expect(outcome).toEqual({ value: ALL_RIGHT });
        return;
      }
    }
    expect.unreachable("the session has no end");
  });

  it("ends and leaves nothing behind, whichever call fails once", async () => {
    for (let at = 0; at < 200; at++) {
      let calls = 0;
      const one = machine(fields, {
        onCall(_call, index) {
          calls = index;
          if (index === at) throw new Error("a transfer error has occurred");
        },
      });
      const outcome = await settle(one.clock, session(one));
      if (!one.device.opened) expect(one.device.claimedInterfaces).toEqual([]);
      expect(one.usb.watchers).toBe(0);
      expect(one.clock.pending).toBe(0);
      if (calls < at) {
        expect(outcome).toEqual({ value: ALL_RIGHT });
        return;
      }
    }
    expect.unreachable("the session has no end");
  });
});
