import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeContext, smartCardError } from "../test/fake-context.ts";
import { FakeVpcd } from "../test/fake-vpcd.ts";
import { type VpcdHandle } from "./publish-card.ts";
import { publishReader } from "./publish-reader.ts";

const ATR = Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01);
const READ = Uint8Array.of(0xff, 0xb0, 0x00, 0x04, 0x10);
const OK = Uint8Array.of(0x90, 0x00);
const NO_DIAGNOSIS = Uint8Array.of(0x6f, 0x00);
const inserted = { type: "card-inserted", readerName: "R", answerToReset: ATR, eventCount: 1 } as const;
const removed = { type: "card-removed", readerName: "R", eventCount: 2 } as const;

let vpcd: FakeVpcd;
let context: FakeContext;
let handle: VpcdHandle;

beforeEach(async () => {
  vpcd = await FakeVpcd.listen();
  context = new FakeContext();
  handle = publishReader({ context: context.asContext(), readerName: "R", port: vpcd.port, minRetryMs: 1 });
});
afterEach(async () => {
  const closing = handle.close();
  await vpcd.poll();
  await closing;
  await vpcd.close();
});

async function insertAndPower(): Promise<void> {
  context.emit(inserted);
  await vpcd.until(true);
  vpcd.control(1);
  expect(await vpcd.getAtr()).toEqual(ATR);
}

test("follows the cards of its reader and of no other", async () => {
  context.emit(
    { type: "reader-attached", readerName: "R" },
    { ...inserted, readerName: "other" },
    { ...inserted, answerToReset: new Uint8Array(0) },
    { type: "service-restored" },
  );
  expect(handle.state).toBe("no-card");
  await insertAndPower();
  expect(handle.state).toBe("connected");
  expect(await vpcd.transmit(READ)).toEqual(OK);
  context.emit(removed);
  await vpcd.until(false);
  await insertAndPower();
  context.emit({ type: "service-lost" });
  await vpcd.until(false);
});

test("connects when pcscd powers the card, resets and unpowers it as pcscd does", async () => {
  context.emit(inserted);
  await vpcd.until(true);
  expect(context.log).toEqual([]);
  vpcd.control(1);
  await vpcd.getAtr();
  expect(context.log).toEqual(["connect R shared"]);
  vpcd.control(2);
  await vpcd.getAtr();
  vpcd.control(0);
  await vpcd.getAtr();
  expect(context.log.slice(1)).toEqual(["disconnect reset", "connect R shared", "disconnect unpower"]);
});

test("a card that cannot be had answers 6F00 until it can", async () => {
  context.onConnect = () => {
    throw smartCardError("sharing-violation");
  };
  await insertAndPower();
  expect(await vpcd.transmit(READ)).toEqual(NO_DIAGNOSIS);
  context.onConnect = () => undefined;
  expect(await vpcd.transmit(READ)).toEqual(OK);
});

test("a command that finds the card gone takes it out", async () => {
  await insertAndPower();
  context.onTransmit = () => {
    throw smartCardError("removed-card");
  };
  expect(await vpcd.transmit(READ)).toHaveLength(0);
  context.emit(removed);
  expect(await vpcd.poll()).toBe(false);
  expect(handle.state).toBe("no-card");
});

test("a card that somebody else reset is taken out and put back", async () => {
  await insertAndPower();
  context.onTransmit = () => {
    context.onTransmit = () => OK;
    throw smartCardError("reset-card");
  };
  expect(await vpcd.transmit(READ)).toHaveLength(0);
  await vpcd.until(false);
  await vpcd.until(true);
  expect(await vpcd.transmit(READ)).toEqual(OK);
});

test("a source that fails ends it with its reason", async () => {
  await insertAndPower();
  context.emit(new Error("context closed"));
  await vpcd.until(false);
  await expect(handle.closed).rejects.toThrow("context closed");
  expect(handle.state).toBe("closed");
});

test("closing leaves the card to others", async () => {
  const controller = new AbortController();
  const second = new FakeContext();
  const other = publishReader({
    context: second.asContext(),
    readerName: "R",
    port: vpcd.port,
    signal: controller.signal,
  });
  second.emit(inserted);
  await vpcd.until(true);
  vpcd.control(1);
  await vpcd.getAtr();
  controller.abort();
  await vpcd.until(false);
  await other.closed;
  await other[Symbol.asyncDispose]();
  expect(second.log).toEqual(["connect R shared", "disconnect leave"]);
});
