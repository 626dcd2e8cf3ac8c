import { concatBytes, delay, fromHex, isSmartCardError, type SmartCardConnection, toHex } from "@cardwire/core";
import type { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { patientClock, settle } from "../test/settle.ts";
import { type Stack, StackMachine, STACKS } from "../test/stack-machine.ts";
import {
  CCID_FEATURE,
  type CcidDisturbance,
  type EmulatedCard,
  EmulatedCcidReader,
  type FakeUsbDeviceOptions,
} from "./testing.ts";

const OK = fromHex("9000");
/** Bytes that could be headers of answers, some of them. */
const LONG = Uint8Array.from({ length: 3_000 }, (_, index) => (index % 64 === 54 ? 0x80 : index % 7 === 0 ? index : 0));
const card: EmulatedCard = {
  atr: fromHex("3B81018000"),
  transmit: (command) => concatBytes(command[1] === 0xb0 ? LONG : Uint8Array.of(command[3] ?? 0), OK),
};
const READ_LONG = fromHex("00B00000000000");
const READ_SHORT = fromHex("00CA000700");
const DONE = "079000";

interface Bench {
  readonly clock: VirtualClock;
  readonly reader: EmulatedCcidReader;
  readonly machine: StackMachine;
}

function bench(stack: Stack, maxMessageLength: number, options: FakeUsbDeviceOptions = {}): Bench {
  const clock = patientClock();
  const reader = new EmulatedCcidReader({
    classDescriptor: { features: CCID_FEATURE.extendedApdu | 0x4be, maxMessageLength },
    clock,
  });
  reader.insert(card);
  return { clock, reader, machine: new StackMachine(stack, clock, [reader], options) };
}

async function connect({ machine: { context } }: Bench): Promise<SmartCardConnection> {
  const [name = ""] = await context.listReaders();
  return (await context.connect(name, "shared")).connection;
}

/** Connects and asks, again and again: how many tries it took until there was an answer, and it was the right one. */
async function triesUntilAnswer(one: Bench): Promise<number> {
  for (let tries = 1; tries < 60; tries++) {
    try {
      const connection = await connect(one);
      expect(toHex(await connection.transmit(READ_SHORT))).toBe(DONE);
      expect((await connection.transmit(READ_LONG)).length).toBe(LONG.length + 2);
      await connection.disconnect();
      return tries;
    } catch {
      await delay(one.clock, 1_000);
    }
  }
  return Infinity;
}

const DISTURBANCES: readonly CcidDisturbance[] = ["gap", "cut", "lose", { pauseMs: 12_000 }];
/** In one message, and in a chain of many. */
const LENGTHS = { "one message": 65_556, "a chain": 271 } as const;

describe.each(STACKS)("%s", (stack) => {
  describe.each(Object.entries(LENGTHS))("a long response in %s", (_, maxMessageLength) => {
    it.each(DISTURBANCES)("fails when bytes of it are lost, and the next has its answer: %j", async (disturbance) => {
      const one = bench(stack, maxMessageLength);
      const work = async (): Promise<readonly [unknown, number]> => {
        const connection = await connect(one);
        one.reader.disturbNext(disturbance);
        const outcome = await connection.transmit(READ_LONG).then(
          (response) => response.length,
          (error: unknown) => error,
        );
        const tries = await triesUntilAnswer(one);
        await one.machine.context.close();
        return [outcome, tries];
      };
      const outcome = await settle(one.clock, work());
      if (!("value" in outcome)) throw outcome.error;
      const [failure, tries] = outcome.value;
      // only who loses what came before the pause has to fail
      if (typeof disturbance === "object" && stack !== "usb 3") expect(failure).toBe(LONG.length + 2);
      else expect(failure).toBeInstanceOf(Error);
      expect(tries).toBe(1);
      expect(one.machine.device.claimedInterfaces).toEqual([]);
    });
  });

  it("sends a command whose turn comes before the end of the last one has been told", async () => {
    const one: Bench = bench(stack, 271, { onSent: () => delay(one.clock, 50) });
    expect(await settle(one.clock, triesUntilAnswer(one))).toEqual({ value: 1 });
    await settle(one.clock, one.machine.context.close());
  });

  it("opens a reader anew that says nothing any more, and resets it", async () => {
    const one = bench(stack, 271);
    const work = async (): Promise<readonly [string[], number]> => {
      const connection = await connect(one);
      // half a message: all that follows is taken for the rest of it
      one.reader.receive(0x02, fromHex("6FFF000000000000000000"));
      const failures: string[] = [];
      for (let tries = 0; tries < 3; tries++)
        failures.push(
          await connection.transmit(READ_SHORT).then(
            () => "no failure",
            (error: unknown) => (isSmartCardError(error) ? error.responseCode : "an error"),
          ),
        );
      const tries = await triesUntilAnswer(one);
      await one.machine.context.close();
      return [failures, tries];
    };
    const outcome = await settle(one.clock, work());
    if (!("value" in outcome)) throw outcome.error;
    expect(outcome.value[0][2]).toBe("reader-unavailable");
    expect(outcome.value[1]).toBeLessThan(30);
    expect(one.machine.device.claimedInterfaces).toEqual([]);
  });

  it("drives two readers of one device at once, and gives both back", async () => {
    const clock = patientClock();
    const readers = [0, 1].map((interfaceNumber) => {
      const at = 3 * interfaceNumber;
      const endpointAddresses = { in: 0x81 + at, out: 0x02 + at, interrupt: 0x83 + at };
      const reader = new EmulatedCcidReader({ interfaceNumber, endpointAddresses, clock });
      reader.insert(card);
      return reader;
    });
    const { context, device } = new StackMachine(stack, clock, readers);
    const work = async (): Promise<string[]> => {
      const names = await context.listReaders();
      const answers = await Promise.all(
        names.map(async (name) => {
          const { connection } = await context.connect(name, "shared");
          return toHex(await connection.transmit(READ_SHORT));
        }),
      );
      await context.close();
      return answers;
    };
    expect(await settle(clock, work())).toEqual({ value: [DONE, DONE] });
    expect([device.opened, device.claimedInterfaces]).toEqual([false, []]);
  });

  it("finishes an abort of which only a half came through", async () => {
    let slow = false;
    const one = bench(stack, 271, {
      // the request reaches the reader, and its end is too late for the driver
      onCall: async (call) => {
        if (slow && call === "transferOut") await delay(one.clock, 4_000);
      },
    });
    const work = async (): Promise<number> => {
      const connection = await connect(one);
      one.reader.disturbNext("lose");
      const lost = expect(connection.transmit(READ_SHORT)).rejects.toThrow();
      slow = true;
      await lost;
      await one.machine.context.close();
      slow = false;
      // a half that is left from an earlier session, too
      one.reader.control({ bmRequestType: 0x21, bRequest: 1, wValue: 0x6300, wIndex: 0, wLength: 0 });
      const again: Bench = { ...one, machine: new StackMachine(stack, one.clock, [one.reader]) };
      const tries = await triesUntilAnswer(again);
      await again.machine.context.close();
      return tries;
    };
    expect(await settle(one.clock, work())).toEqual({ value: 1 });
  });
});
