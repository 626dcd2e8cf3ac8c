import { expect, test } from "vitest";
import { FakeForeign } from "../../test/fake-foreign.ts";
import { LocalThreads, type ScardThreads, type ThreadUse } from "../threads.ts";
import { processMemory } from "./process-memory.ts";
import { SHARED_THREADS_LENGTH, SharedThreads } from "./shared-threads.ts";

/** How often in a row a thread is to be had. */
function takes(threads: ScardThreads, use: ThreadUse): number {
  let count = 0;
  while (threads.take(use)) count++;
  return count;
}

test.each([
  [1, 0, 1],
  [2, 0, 1],
  [3, 1, 1],
  [4, 1, 2],
  [16, 1, 14],
])("of a pool of %i, %i waits for changes, and %i may wait for transactions", (poolSize, waits, calls) => {
  for (const threads of [
    new LocalThreads(poolSize),
    new SharedThreads(new ArrayBuffer(SHARED_THREADS_LENGTH), poolSize),
  ]) {
    expect([takes(threads, "wait"), takes(threads, "call")]).toEqual([waits, calls]);
    for (let count = 0; count < calls; count++) threads.giveBack("call");
    if (waits > 0) threads.giveBack("wait");
    expect([takes(threads, "wait"), takes(threads, "call")]).toEqual([waits, calls]);
  }
});

test("all who share the memory share the threads", () => {
  const memory = new SharedArrayBuffer(SHARED_THREADS_LENGTH);
  const [first, second, third] = [1, 2, 3].map(() => new SharedThreads(memory, 4));
  expect([first?.take("call"), second?.take("call"), third?.take("call")]).toEqual([true, true, false]);
  expect([first?.take("wait"), second?.take("wait")]).toEqual([true, false]);
  first?.giveBack("call");
  expect([third?.take("call"), second?.take("call")]).toEqual([true, false]);
  first?.giveBack("wait");
  second?.giveBack("call");
  third?.giveBack("call");
});

test("more take part than there are places for", () => {
  const memory = new ArrayBuffer(SHARED_THREADS_LENGTH);
  const all = Array.from({ length: 70 }, () => new SharedThreads(memory, 4));
  expect(all.filter((threads) => threads.take("call")).length).toBe(2);
});

test("who has not been heard of for long has nothing any more", () => {
  const memory = new ArrayBuffer(SHARED_THREADS_LENGTH);
  const gone = new SharedThreads(memory, 4);
  expect(takes(gone, "call")).toBe(2);
  const other = new SharedThreads(memory, 4);
  expect(other.take("call")).toBe(false);
  // as its thread would leave it that was terminated eleven seconds ago
  const words = new Int32Array(memory);
  words[1] = (words[1] ?? 0) - 11;
  expect(takes(other, "call")).toBe(2);
  for (const threads of [gone, gone, other, other]) threads.giveBack("call");
});

test("memory of the process is found by its address in the environment", () => {
  const environment = new Map<string, string>();
  const libc = {
    getenv: (name: string) => environment.get(name) ?? null,
    setenv: (name: string, value: string, overwrite: number) => {
      if (overwrite !== 0 || !environment.has(name)) environment.set(name, value);
    },
    calloc: () => 0x7fff_0000_1000,
  };
  const views: [bigint, number][] = [];
  const foreign = Object.assign(new FakeForeign(libc as never), {
    view: (address: bigint, length: number) => {
      views.push([address, length]);
      return new ArrayBuffer(length);
    },
  });
  for (let copy = 0; copy < 2; copy++) expect(processMemory(foreign, false, 7)?.byteLength).toBe(1024);
  expect([...environment]).toEqual([["CARDWIRE_SCARD_7", String(0x7fff_0000_1000)]]);
  expect(views).toEqual(Array.from({ length: 2 }, () => [0x7fff_0000_1000n, 1024]));
});

test("on Windows it is found by its name; where there is none, everybody counts alone", () => {
  const kernel32 = {
    CreateFileMappingW: (_file: number, _a: null, _b: number, _c: number, length: number, name: string) =>
      length === 1024 && name === "Local\\cardwire-scard-7" ? 0x44 : 0,
    MapViewOfFile: (handle: number) => (handle === 0x44 ? 0x1234_5678_0000n : 0n),
  };
  const foreign = new FakeForeign(kernel32 as never);
  expect(processMemory(foreign, true, 8)).toBeUndefined();
  expect(processMemory(foreign, true, 7)).toBeUndefined();
  const memory = new ArrayBuffer(1024);
  expect(processMemory(Object.assign(foreign, { view: () => memory }), true, 7)).toBe(memory);
});
