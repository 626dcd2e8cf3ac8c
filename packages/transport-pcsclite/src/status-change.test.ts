import { PNP_NOTIFICATION } from "@cardwire/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCard } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd, type FakeReader } from "../test/fake-pcscd.ts";
import { createPcscliteContext, type PcscliteContext } from "./index.ts";

let daemon: FakePcscd;
let reader: FakeReader;
let context: PcscliteContext;

beforeEach(async () => {
  daemon = new FakePcscd(DAEMON_KINDS.find(({ name }) => name === "2.3.3")!);
  reader = daemon.addReader("Reader");
  await daemon.start();
  context = createPcscliteContext({ socketPath: daemon.socketPath });
});
afterEach(async () => {
  await context.close();
  await daemon.dispose();
});

const EMPTY = { readerName: "Reader", currentState: { empty: true }, currentCount: 0 };
const registered = async (): Promise<void> => {
  while (!daemon.commands.includes(0x13)) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe("records that pcscd is writing", () => {
  test("a card whose answer to reset is not there yet is waited for", async () => {
    reader.card = { ...fakeCard, atr: new Uint8Array(0) };
    const waiting = context.getStatusChange([{ readerName: "Reader", currentState: {} }]);
    await registered();
    daemon.insert(reader, fakeCard);
    expect((await waiting)[0]?.answerToReset).toEqual(fakeCard.atr);
  });

  test("a card whose count has not come yet is waited for", async () => {
    const waiting = context.getStatusChange([EMPTY]);
    await registered();
    reader.card = fakeCard;
    daemon.signal();
    await new Promise((resolve) => setTimeout(resolve, 10));
    daemon.insert(reader, fakeCard);
    expect((await waiting)[0]?.eventCount).toBe(1);
  });

  test("but no longer than pcscd could take, or the caller wants", async () => {
    reader.card = { ...fakeCard, atr: new Uint8Array(0) };
    const asked = [{ readerName: "Reader", currentState: {} }];
    for (const options of [{ timeout: 0 }, { timeout: 20 }, {}]) {
      const [state] = await context.getStatusChange(asked, options);
      expect(state).toMatchObject({ eventState: { present: true } });
      expect(state?.answerToReset).toBeUndefined();
    }
  });
});

describe("ends", () => {
  test.each([0, 15])("a daemon that does not answer is not waited for longer than %i ms", async (timeout) => {
    daemon.onAnswer = () => undefined;
    await expect(context.getStatusChange([EMPTY], { timeout })).rejects.toMatchObject({ symbol: "SCARD_E_TIMEOUT" });
  });

  test("a signal ends the wait for a daemon that does not answer", async () => {
    daemon.onAnswer = () => undefined;
    const reason = new Error("mine");
    const aborter = new AbortController();
    const waiting = [
      context.getStatusChange([EMPTY], { signal: aborter.signal }),
      context.connect("Reader", "shared", { signal: aborter.signal }),
    ];
    setTimeout(() => {
      aborter.abort(reason);
    }, 5);
    for (const promise of waiting) await expect(promise).rejects.toBe(reason);
  });

  test("cancel ends every wait and no other call", async () => {
    const waiting = [context.getStatusChange([EMPTY]), context.getStatusChange([EMPTY])];
    await registered();
    await new Promise((resolve) => setTimeout(resolve, 5));
    context.cancel();
    for (const promise of waiting) await expect(promise).rejects.toMatchObject({ symbol: "SCARD_E_CANCELLED" });
    expect(await context.listReaders()).toEqual(["Reader"]);
    context.cancel();
    const again = context.getStatusChange([EMPTY]);
    daemon.insert(reader, fakeCard);
    expect((await again)[0]?.eventState.present).toBe(true);
  });
});

test("a place in the list is used until it is used up", async () => {
  for (const timeout of [1, 2, 3])
    await expect(context.getStatusChange([EMPTY], { timeout })).rejects.toMatchObject({ symbol: "SCARD_E_TIMEOUT" });
  expect(daemon.commands.filter((command) => command === 0x13)).toHaveLength(1);
  daemon.signal();
  await expect(context.getStatusChange([EMPTY], { timeout: 5 })).rejects.toMatchObject({ symbol: "SCARD_E_TIMEOUT" });
  expect(daemon.commands.filter((command) => command === 0x13)).toHaveLength(2);
});

test("the pseudo reader without a count waits for another number than the first one seen", async () => {
  const waiting = context.getStatusChange([
    { readerName: PNP_NOTIFICATION.toUpperCase(), currentState: {} },
    { readerName: "Reader", currentState: { ignore: true } },
  ]);
  await registered();
  daemon.addReader("Another");
  const [pnp, ignored] = await waiting;
  expect(pnp).toMatchObject({ eventCount: 2, eventState: { changed: true } });
  expect(ignored).toMatchObject({ eventState: { ignore: true, changed: false } });
});

test("a wait that outlives its connection is told of it", async () => {
  const waiting = context.getStatusChange([EMPTY]);
  const outcome = expect(waiting).rejects.toMatchObject({ responseCode: "no-service" });
  await registered();
  await daemon.stop();
  await outcome;
});
