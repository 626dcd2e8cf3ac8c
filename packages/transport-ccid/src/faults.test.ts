import { delay } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { type Fault, FaultBench, type FaultScenario, SCENARIOS } from "../test/fault-bench.ts";
import { type Outcome, settle } from "../test/settle.ts";
import { type Stack, STACKS } from "../test/stack-machine.ts";
import type { CcidDisturbance, UsbCall } from "./testing.ts";

/** What can happen to an answer. */
const DISTURBANCES: readonly CcidDisturbance[] = [
  "lose",
  "double",
  "cut",
  "cut-header",
  "gap",
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
  { pauseMs: 500 },
  { pauseMs: 11_000 },
];
/** What an answer may have without any harm being done. */
const HARMLESS: readonly CcidDisturbance[] = ["double", "stray-empty", "stale", "bytewise"];

const BULK_IN = 0x81;
const BULK_OUT = 0x02;

/** What can happen at a call of the driver's. */
const AT_A_CALL: Readonly<Record<string, (bench: FaultBench) => void | Promise<void>>> = {
  "the device is unplugged": ({ machine }) => {
    machine.device.unplug();
  },
  "the call fails": () => {
    throw new Error("a transfer error has occurred");
  },
  "the call takes long": ({ clock }) => delay(clock, 12_000),
  "bulk-IN stalls": ({ machine }) => {
    machine.device.emulated.halt(BULK_IN);
  },
  "bulk-OUT stalls": ({ machine }) => {
    machine.device.emulated.halt(BULK_OUT);
  },
  "the next control transfer stalls": (bench) => {
    bench.stallsControl = true;
  },
  "an empty packet comes": ({ machine }) => {
    machine.device.emulated.pipe(BULK_IN)?.push([new Uint8Array(0)]);
  },
  "the context is closed": ({ machine }) => {
    void machine.context.close();
  },
};

/** Every how many'th of all faults is tried. With 1 it is each of them, everywhere, which takes minutes. */
const STRIDE = 101;
/** More answers than any session has. */
const MOST_ANSWERS = 60;
const MOST_CALLS = 300;
let turn = 0;
const isTurn = (): boolean => turn++ % STRIDE === 0;

/** Nothing is left behind: no claim, no listener, no timer, and the device is closed. */
function expectClean({ machine: { device, bus }, clock }: FaultBench, where: string): void {
  expect(device.opened, where).toBe(false);
  expect(device.claimedInterfaces, where).toEqual([]);
  expect(bus.watchers, where).toBe(0);
  expect(clock.pending, where).toBe(0);
}

/** Runs a session to its end, then the next one, which nothing disturbs. */
async function tryOut(
  bench: FaultBench,
  where: string,
  { unreleased = () => false, isOver = () => true }: { unreleased?: () => boolean; isOver?: () => boolean } = {},
): Promise<Outcome<string[]>> {
  const outcome = await settle(bench.clock, bench.session());
  // what a reader sends late, it has sent
  await bench.clock.advance(30_000);
  if (!unreleased()) expectClean(bench, where);
  if (!bench.machine.device.emulated.plugged || unreleased() || !isOver()) return outcome;
  const next = await settle(bench.clock, bench.nextSession());
  expect(next, `after ${where}`).toEqual({ value: bench.allRight });
  expectClean(bench, `after ${where}`);
  return outcome;
}

describe.each(Object.entries(SCENARIOS))("%s", (name, scenario: FaultScenario) => {
  it.each(STACKS)("goes without any fault: %s", async (stack) => {
    const bench = new FaultBench(scenario, stack);
    expect(await tryOut(bench, name)).toEqual({ value: bench.allRight });
  });

  if (scenario.token === undefined)
    it.each(DISTURBANCES)("ends, leaves nothing behind and works again, whichever answer is: %j", async (kind) => {
      for (const stack of STACKS) await tryAnswers(scenario, stack, kind);
    });

  it.each(Object.keys(AT_A_CALL))("ends, leaves nothing behind and works again, whenever %s", async (kind) => {
    for (const stack of STACKS) await tryCalls(scenario, stack, kind);
  });
});

async function tryAnswers(scenario: FaultScenario, stack: Stack, kind: CcidDisturbance): Promise<void> {
  for (let index = 0; index < MOST_ANSWERS; index++) {
    if (!isTurn()) continue;
    const bench = new FaultBench(scenario, stack);
    bench.reader?.disturbNext(...Array.from({ length: index }, () => undefined), kind);
    const where = `${stack}, answer ${index}`;
    const outcome = await tryOut(bench, where, { isOver: () => bench.answers > index });
    if (HARMLESS.includes(kind)) expect(outcome, where).toEqual({ value: bench.allRight });
    if (bench.answers <= index) return;
  }
}

async function tryCalls(scenario: FaultScenario, stack: Stack, kind: string): Promise<void> {
  for (let at = 0; at < MOST_CALLS; at++) {
    if (!isTurn()) continue;
    let calls = 0;
    let hit: UsbCall | undefined;
    const fault: Fault = {
      onCall(call, index, bench) {
        calls = index;
        if (index !== at) return undefined;
        hit = call;
        return AT_A_CALL[kind]?.(bench);
      },
    };
    const bench = new FaultBench(scenario, stack, fault);
    // who cannot close a device cannot give it back
    const unreleased = (): boolean => kind === "the call fails" && hit === "close";
    const outcome = await tryOut(bench, `${stack}, call ${at}`, { unreleased });
    if (calls >= at) continue;
    expect(outcome).toEqual({ value: bench.allRight });
    return;
  }
}
