import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeVpcd } from "../test/fake-vpcd.ts";
import { publishCard, type VpcdCardHandle } from "./publish-card.ts";
import { type VpcdCard, type VpcdState } from "./slot.ts";

const ATR = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

let vpcd: FakeVpcd;
let handle: VpcdCardHandle | undefined;

beforeEach(async () => {
  vpcd = await FakeVpcd.listen();
});
afterEach(async () => {
  const closing = handle?.close();
  await vpcd.poll();
  await closing;
  handle = undefined;
  await vpcd.close();
});

function publish(card: Partial<VpcdCard> = {}, onStateChange?: (state: VpcdState, error?: unknown) => void): void {
  handle = publishCard(
    { atr: ATR, transmit: () => bytes(0x90, 0x00), ...card },
    { port: vpcd.port, minRetryMs: 1, maxRetryMs: 4, ...(onStateChange === undefined ? {} : { onStateChange }) },
  );
}

test("answers the ATR and commands", async () => {
  publish({ transmit: (command) => bytes(...command, 0x90, 0x00) });
  expect(handle?.state).toBe("connecting");
  await vpcd.until(true);
  expect(handle?.state).toBe("connected");
  expect(await vpcd.getAtr()).toEqual(ATR);
  expect(await vpcd.transmit(bytes(0xff, 0xca, 0, 0, 0))).toEqual(bytes(0xff, 0xca, 0, 0, 0, 0x90, 0x00));
});

test("tells power and reset in their order, and answers the ATR after they are done", async () => {
  const log: string[] = [];
  publish({
    powerOn: async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push("on");
    },
    powerOff: () => {
      log.push("off");
    },
    reset: () => {
      log.push("reset");
    },
    transmit: () => {
      log.push("transmit");
      return Promise.resolve(bytes(0x90, 0x00));
    },
  });
  await vpcd.until(true);
  vpcd.control(1);
  expect(await vpcd.getAtr()).toEqual(ATR);
  expect(log).toEqual(["on"]);
  await vpcd.transmit(bytes(0, 0xa4, 0, 0));
  vpcd.control(2);
  vpcd.control(0);
  await vpcd.getAtr();
  expect(log).toEqual(["on", "transmit", "reset", "off"]);
});

test("a byte that is no control code is a command", async () => {
  publish({ transmit: (command) => bytes(command[0]!, 0x90, 0x00) });
  await vpcd.until(true);
  expect(await vpcd.transmit(bytes(3))).toEqual(bytes(3, 0x90, 0x00));
});

test("messages in pieces and messages together", async () => {
  publish({ transmit: (command) => bytes(command.length, 0x90, 0x00) });
  await vpcd.until(true);
  await vpcd.raw(bytes(0), bytes(5, 1), bytes(2, 3, 4), bytes(5, 0, 2, 9, 9, 0, 1, 4));
  expect(await vpcd.answer()).toEqual(bytes(5, 0x90, 0x00));
  expect(await vpcd.answer()).toEqual(bytes(2, 0x90, 0x00));
  expect(await vpcd.answer()).toEqual(ATR);
});

test.each([
  ["throws", () => { throw new Error("no"); }], // prettier-ignore
  ["rejects", () => Promise.reject(new Error("no"))],
  ["answers nothing", () => new Uint8Array(0)],
  ["answers more than vpcd can carry", () => new Uint8Array(0x10000)],
])("a card that %s gives 6F00", async (_, transmit: () => Uint8Array | Promise<Uint8Array>) => {
  publish({ transmit });
  await vpcd.until(true);
  expect(await vpcd.transmit(bytes(0, 0, 0, 0))).toEqual(bytes(0x6f, 0x00));
  expect(await vpcd.poll()).toBe(true);
});

test("a removed card is noticed, and one put back comes back", async () => {
  publish();
  await vpcd.until(true);
  const removed = handle!.remove();
  expect(handle?.state).toBe("no-card");
  expect(await vpcd.poll()).toBe(false);
  await removed;
  expect(await vpcd.poll()).toBe(false);
  handle!.insert({ atr: bytes(0x3b, 0x00), transmit: () => bytes(0x90, 0x00) });
  await vpcd.until(true);
  expect(await vpcd.getAtr()).toEqual(bytes(0x3b, 0x00));
});

test("a card exchanged under a command is first seen as absent", async () => {
  publish({ transmit: () => new Promise(() => undefined) });
  await vpcd.until(true);
  const lost = vpcd.transmit(bytes(0, 0xb0, 0, 0));
  await new Promise((resolve) => setImmediate(resolve));
  void handle!.remove();
  handle!.insert();
  expect(await lost).toHaveLength(0);
  // without the poll that fails, pcscd would go on with the old card's state
  await vpcd.until(false);
  await vpcd.until(true);
});

test("a power-up that meets a removed card does not count as seen absent", async () => {
  publish();
  await vpcd.until(true);
  void handle!.remove();
  vpcd.control(1);
  expect(await vpcd.getAtr()).toHaveLength(0);
  handle!.insert();
  await vpcd.until(false);
  await vpcd.until(true);
});

test("connects again when the daemon comes back, and tells the card that power was lost", async () => {
  const states: [VpcdState, string | undefined][] = [];
  let off = 0;
  publish(
    {
      powerOff: () => {
        off++;
      },
    },
    (state, error) => {
      states.push([state, error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined]);
    },
  );
  await vpcd.until(true);
  const { port } = vpcd;
  await vpcd.close();
  while (!states.some(([, code]) => code === "ECONNREFUSED")) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(off).toBe(1);
  vpcd = await FakeVpcd.listen(port);
  await vpcd.until(true);
  expect(states.slice(0, 3)).toEqual([
    ["connecting", undefined],
    ["connected", undefined],
    ["connecting", undefined],
  ]);
  expect(states.at(-1)).toEqual(["connected", undefined]);
});

test("garbage ends the connection and not the card", async () => {
  publish();
  await vpcd.until(true);
  await vpcd.raw(bytes(0, 0));
  await vpcd.until(false);
  await vpcd.until(true);
});

test("closing before anything answered, twice, and by signal", async () => {
  publish();
  await Promise.all([handle!.close(), handle!.close(), handle!.closed]);
  expect(handle?.state).toBe("closed");
  handle!.insert();
  expect(handle?.state).toBe("closed");

  const aborted = publishCard({ atr: ATR, transmit: () => ATR }, { port: vpcd.port, signal: AbortSignal.abort() });
  await aborted.closed;

  const controller = new AbortController();
  const open = publishCard({ atr: ATR, transmit: () => ATR }, { port: vpcd.port, signal: controller.signal });
  await vpcd.until(true);
  controller.abort();
  await vpcd.until(false);
  await open.closed;
  await open[Symbol.asyncDispose]();
});

test("an ATR that is none is refused", () => {
  expect(() => publishCard({ atr: bytes(0x3b), transmit: () => ATR })).toThrow("ATR: 1 bytes");
  expect(() => publishCard({ atr: new Uint8Array(34), transmit: () => ATR })).toThrow("ATR: 34 bytes");
});
