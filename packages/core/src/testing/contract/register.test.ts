import { describe, expect, it, vi } from "vitest";
import {
  type ContractHarness,
  contractCases,
  isContractViolation,
  registerContract,
  type ContractRegister,
} from "../../testing.ts";
import { FakeReaders } from "../../../test/fake-readers.ts";
import { type SmartCardContext, watchReaders } from "../../index.ts";
import { check, rejection, rejectsWith, rejectsWithOther, rejectsWithReason, same } from "./check.ts";

/** Readers without cards: enough for the cases about readers, and too little for the rest. */
function readersOnly(lie?: Partial<SmartCardContext>) {
  const readers = new FakeReaders();
  readers.attach("A");
  let others = 0;
  const close = vi.fn(() => Promise.resolve());
  const harness: ContractHarness = {
    readerName: "A",
    card: { answerToReset: new Uint8Array(), protocol: "t1", exchanges: [] },
    createContext: () =>
      Promise.resolve({
        listReaders: () => readers.listReaders(),
        getStatusChange: (states, options) => readers.getStatusChange(states, options),
        connect: () => Promise.reject(new Error("no cards here")),
        watch: (options) => watchReaders(readers, options),
        close: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
        ...lie,
      }),
    attachReader: () => {
      const name = `B${++others}`;
      readers.attach(name);
      return Promise.resolve(name);
    },
    detachReader: () => {
      readers.detach(`B${others}`);
      return Promise.resolve();
    },
    close,
  };
  return { harness, close };
}

function registered(createHarness: () => Promise<ContractHarness>, options?: Parameters<typeof registerContract>[2]) {
  const tests = new Map<string, () => Promise<void>>();
  const register: ContractRegister = (name, run) => tests.set(name, run);
  registerContract(register, createHarness, options);
  return tests;
}

describe("the contract", () => {
  it("has cases with names of their own", () => {
    const names = contractCases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(70);
  });

  it("is registered whole, what is missing by name", async () => {
    const { harness } = readersOnly();
    const tests = registered(() => Promise.resolve(harness), { missing: ["transactions", "reset"] });
    expect(tests.size).toBe(contractCases.length);
    const lacking = contractCases.filter(
      ({ needs }) => needs.includes("transactions") || needs.includes("reset"),
    ).length;
    const shown = [...tests.keys()].filter((name) => name.startsWith("[not available: "));
    expect(shown).toHaveLength(lacking);
    const both = "[not available: transactions, reset] a transaction ends with the disposition of its callback";
    await tests.get(both)!();
  });

  it("lets a context pass that keeps it, and closes the harness each time", async () => {
    const { harness, close } = readersOnly();
    const tests = registered(() => Promise.resolve(harness));
    const names = [
      "listReaders names the reader",
      "listReaders gives each caller a list of its own",
      "listReaders follows readers that come and go",
      "the pseudo reader waits for readers to come and go",
      "getStatusChange tells a reader that is detached",
      "getStatusChange rejects an unknown reader",
      "watch tells readers that come and go",
      "watch ends with its signal, without an error",
    ];
    for (const name of names) await tests.get(name)!();
    expect(close).toHaveBeenCalledTimes(names.length);
  });

  it.each<[string, string, Partial<SmartCardContext>]>([
    ["listReaders names the reader", 'lacks "A"', { listReaders: () => Promise.resolve([]) }],
    [
      "getStatusChange rejects an unknown reader",
      "resolved to [] instead of being rejected",
      { getStatusChange: () => Promise.resolve([]) },
    ],
    [
      "getStatusChange answers for no readers at once",
      "did not come to its end within 50 ms",
      {
        getStatusChange: () => new Promise(() => undefined),
      },
    ],
  ])("catches a context that breaks it: %s", async (name, complaint, lie) => {
    const { harness, close } = readersOnly(lie);
    const error: unknown = await registered(() => Promise.resolve(harness), { limitMs: 50 }).get(name)!().catch(
      (reason: unknown) => reason,
    );
    expect(isContractViolation(error) && error.message).toContain(complaint);
    expect(close).toHaveBeenCalledOnce();
  });

  it("says what a harness lacks", async () => {
    const { harness } = readersOnly();
    const tests = registered(() => Promise.resolve(harness));
    await expect(tests.get("getStatusChange tells a mute card")!()).rejects.toThrow(
      "the harness has no insertMuteCard",
    );
  });
});

describe("checks", () => {
  it("compare bytes, dictionaries and nothing", () => {
    same(Uint8Array.of(1), Uint8Array.of(1), "bytes");
    same({ a: 1 }, { a: 1 }, "members");
    same(undefined, undefined, "nothing");
    expect(() => same(Uint8Array.of(1), Uint8Array.of(2), "bytes")).toThrow("bytes: 01 instead of 02");
    expect(() => same(new Uint8Array(40), new Uint8Array(41), "bytes")).toThrow("… (40 bytes) instead of");
    expect(() => same([1], [1, 2], "list")).toThrow("list: [1] instead of [1,2]");
    expect(() => check(false, "no")).toThrow("no");
  });

  it("look at rejections", async () => {
    const error = new Error("odd");
    expect(await rejection(Promise.reject(error), "x")).toBe(error);
    await expect(rejectsWith(Promise.reject(error), "no-service", "x")).rejects.toThrow(
      'x: Error: odd instead of SmartCardError "no-service"',
    );
    await expect(rejectsWithOther(Promise.reject(error), "InvalidStateError", "x")).rejects.toThrow(
      "x: Error: odd instead of InvalidStateError",
    );
    await expect(rejectsWithReason(Promise.reject(error), new Error("mine"), "x")).rejects.toThrow(
      "x: Error: odd instead of the reason given",
    );
  });
});
