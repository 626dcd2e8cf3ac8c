import { isSmartCardError, PNP_NOTIFICATION, type SmartCardReaderStateIn } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { SCARD, WIN32 } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { fakeCard, GET_UID, SLOW, UID_ANSWER } from "../test/fake-card.ts";
import { type FakeReader, FakeResourceManager } from "../test/fake-resource-manager.ts";
import { createScardContext, PCSCLITE_DIALECT, type ScardContext } from "./index.ts";

interface Scene {
  readonly manager: FakeResourceManager;
  readonly reader: FakeReader;
  readonly context: ScardContext;
}

function scene(manager = new FakeResourceManager()): Scene {
  const reader = manager.addReader("Reader");
  manager.insert(reader, fakeCard);
  return { manager, reader, context: createScardContext(manager) };
}

/** What the reader of a scene is, as a caller knows it that has looked. */
const PRESENT: SmartCardReaderStateIn = { readerName: "Reader", currentState: { present: true }, currentCount: 1 };

/** As another program's transaction, until it is ended. */
function foreignTransaction(manager: FakeResourceManager, reader: FakeReader): () => void {
  reader.transaction = { reader, context: 0n, exclusive: false, protocol: 2, stale: 0 };
  return () => {
    reader.transaction = undefined;
    manager.addReader("told");
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test("making a context calls nothing, and closing an unused one neither", async () => {
  const { manager, context } = scene();
  await context.close();
  expect(manager.calls).toEqual([]);
});

test("however many wait in however many contexts, one call waits in the resource manager", async () => {
  const { manager, reader, context } = scene();
  const other = createScardContext(manager);
  const waits = [context, other, context, other].map((any) => any.getStatusChange([PRESENT]));
  await settle();
  expect([manager.waits, manager.pending, manager.openContexts]).toEqual([1, 1, 2]);
  manager.remove(reader);
  for (const [state] of await Promise.all(waits)) expect(state?.eventState.empty).toBe(true);
  await Promise.all([context.close(), other.close()]);
  expect(manager.openContexts).toBe(0);
});

test("nothing is called while nobody waits", async () => {
  const { manager, context } = scene();
  await expect(context.getStatusChange([PRESENT], { timeout: 10 })).rejects.toMatchObject({ rawCode: SCARD.E_TIMEOUT });
  const aborter = new AbortController();
  const aborted = context.getStatusChange([PRESENT], { signal: aborter.signal });
  await settle();
  expect(manager.waits).toBe(1);
  aborter.abort();
  await expect(aborted).rejects.toBe(aborter.signal.reason);
  await settle();
  expect([manager.waits, manager.pending]).toEqual([0, 0]);
  const calls = manager.calls.length;
  await settle();
  expect(manager.calls.length).toBe(calls);
  await context.close();
});

test("a cancel that comes before the wait has begun is repeated", async () => {
  const { manager, context } = scene();
  const cancel = manager.cancel.bind(manager);
  let deaf = 2;
  manager.cancel = (handle) => (deaf-- > 0 ? 0 : cancel(handle));
  const waiting = context.getStatusChange([PRESENT]);
  await settle();
  const closing = context.close();
  await expect(waiting).rejects.toMatchObject({ name: "InvalidStateError" });
  await closing;
  expect([deaf, manager.waits, manager.openContexts]).toEqual([-1, 0, 0]);
});

test("cancel ends what waits in this context, and nothing else", async () => {
  const { manager, context } = scene();
  const other = createScardContext(manager);
  const mine = context.getStatusChange([PRESENT]);
  const others = other.getStatusChange([PRESENT], { timeout: 60 });
  others.catch(() => undefined);
  await settle();
  context.cancel();
  await expect(mine).rejects.toMatchObject({ rawCode: SCARD.E_CANCELLED });
  await expect(others).rejects.toMatchObject({ rawCode: SCARD.E_TIMEOUT });
  await context.close();
  await other.close();
});

test("a transaction of one's own keeps others waiting without a thread", async () => {
  const { manager, context } = scene();
  const holder = (await context.connect("Reader", "shared")).connection;
  const others = await Promise.all(Array.from({ length: 6 }, () => context.connect("Reader", "shared")));
  let answers: Promise<Uint8Array>[] = [];
  let connecting: Promise<unknown> | undefined;
  await holder.startTransaction(async () => {
    answers = others.map(({ connection }) => connection.transmit(GET_UID));
    connecting = context.connect("Reader", "shared");
    await settle();
    expect(manager.pending).toBe(0);
    await holder.transmit(GET_UID);
  });
  for (const answer of answers) expect(await answer).toEqual(UID_ANSWER);
  await connecting;
  await context.close();
  expect([manager.openCards, manager.openContexts]).toEqual([0, 0]);
});

test("what blocks behind another program's transaction is one call per reader, and blocks no other reader", async () => {
  const { manager, reader, context } = scene(new FakeResourceManager(PCSCLITE_DIALECT));
  const second = manager.addReader("Second");
  manager.insert(second, fakeCard);
  const end = foreignTransaction(manager, reader);
  const blocked = Array.from({ length: 5 }, () => context.connect("Reader", "shared"));
  await settle();
  expect(manager.pending).toBe(1);
  const { connection } = await context.connect("Second", "shared");
  expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  expect((await context.listReaders()).length).toBe(2);
  end();
  await Promise.all(blocked);
  await context.close();
});

test.each([
  ["pcsc-lite, where it goes on alone", new FakeResourceManager(PCSCLITE_DIALECT), 0],
  ["Windows, where SCardCancel is tried", new FakeResourceManager(), 1],
] as const)("a connect that is given up is undone when it comes through after all: %s", async (_, manager, cancels) => {
  const { reader, context } = scene(manager);
  const end = foreignTransaction(manager, reader);
  const aborter = new AbortController();
  const connecting = context.connect("Reader", "shared", { signal: aborter.signal });
  await settle();
  aborter.abort();
  await expect(connecting).rejects.toBe(aborter.signal.reason);
  expect(manager.calls.filter((name) => name === "cancel").length).toBe(cancels);
  end();
  await settle();
  expect([manager.openCards, manager.openContexts]).toEqual([0, 0]);
  await context.close();
});

test("a transaction that is given up is ended when it is begun after all", async () => {
  const { manager, reader, context } = scene();
  const { connection } = await context.connect("Reader", "shared");
  const end = foreignTransaction(manager, reader);
  const aborter = new AbortController();
  const transaction = connection.startTransaction(() => Promise.reject(new Error("ran")), { signal: aborter.signal });
  await settle();
  aborter.abort();
  await expect(transaction).rejects.toBe(aborter.signal.reason);
  end();
  expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  expect(reader.transaction).toBeUndefined();
  await context.close();
});

test("close does not wait for ever for what cannot be ended", async () => {
  const { manager, reader, context } = scene(new FakeResourceManager(PCSCLITE_DIALECT));
  const { connection } = await context.connect("Reader", "shared");
  const end = foreignTransaction(manager, reader);
  const answer = connection.transmit(GET_UID);
  const connecting = context.connect("Reader", "shared");
  answer.catch(() => undefined);
  connecting.catch(() => undefined);
  await settle();
  await context.close();
  await expect(answer).rejects.toMatchObject({ name: "InvalidStateError" });
  await expect(connecting).rejects.toMatchObject({ name: "InvalidStateError" });
  expect(manager.pending).toBe(1);
  end();
  await settle();
  expect([manager.pending, manager.openCards, manager.openContexts]).toEqual([0, 0, 0]);
});

test("a context that answers what it never should is replaced, and the question asked again", async () => {
  const { manager, context } = scene();
  manager.lapses.push({ name: "getStatusChange", code: SCARD.E_UNEXPECTED }, { name: "listReaders", code: 1722 });
  const [state] = await context.getStatusChange([{ readerName: "Reader", currentState: {} }]);
  expect(state?.eventState.present).toBe(true);
  expect(await context.listReaders()).toEqual(["Reader"]);
  expect(manager.calls.filter((name) => name === "establishContext").length).toBe(3);
  await context.close();
  expect(manager.openContexts).toBe(0);
});

test("what every context answers is told at last", async () => {
  const { manager, context } = scene();
  for (let round = 0; round < 3; round++) manager.lapses.push({ name: "listReaders", code: SCARD.E_NO_MEMORY });
  await expect(context.listReaders()).rejects.toMatchObject({
    rawCode: SCARD.E_NO_MEMORY,
    symbol: "SCARD_E_NO_MEMORY",
  });
  await context.close();
});

test.each([SCARD.E_SERVICE_STOPPED, SCARD.E_SYSTEM_CANCELLED, WIN32.INVALID_HANDLE, SCARD.F_COMM_ERROR])(
  "watch tells a service that stops with code %i, and goes on when it is back",
  async (code) => {
    const clock = new VirtualClock();
    const manager = new FakeResourceManager();
    const reader = manager.addReader("Reader");
    const context = createScardContext(manager, { clock });
    const events: string[] = [];
    void (async () => {
      for await (const { type } of context.watch()) events.push(type);
    })();
    await settle();
    manager.insert(reader, fakeCard);
    await settle();
    manager.stop(code);
    await settle();
    await clock.advance(1_000);
    manager.start();
    for (let round = 0; round < 4; round++) {
      await clock.advance(5_000);
      await settle();
    }
    expect(events).toEqual([
      "reader-attached",
      "card-inserted",
      "card-removed",
      "reader-detached",
      "service-lost",
      "service-restored",
      "reader-attached",
      "card-inserted",
    ]);
    await context.close();
  },
);

test("without a service every call says so, and tries again", async () => {
  const manager = new FakeResourceManager();
  manager.isRunning = false;
  const context = createScardContext(manager);
  const absent = { responseCode: "no-service", rawCode: 0x8010_001d };
  await expect(context.listReaders()).rejects.toMatchObject(absent);
  await expect(context.connect("Reader", "shared")).rejects.toMatchObject(absent);
  manager.start();
  expect(await context.listReaders()).toEqual([]);
  await context.close();
});

test("a transmit's own failure keeps its code: Win32's and the resource manager's", async () => {
  const { manager, context } = scene();
  const { connection } = await context.connect("Reader", "shared");
  for (const [code, symbol, responseCode] of [
    [WIN32.NOT_READY, "ERROR_NOT_READY", "not-ready"],
    [WIN32.NOT_SUPPORTED, "ERROR_NOT_SUPPORTED", "unsupported-feature"],
    [SCARD.F_UNKNOWN_ERROR, "SCARD_F_UNKNOWN_ERROR", undefined],
  ] as const) {
    manager.lapses.push({ name: "transmit", code });
    const error: unknown = await connection.transmit(GET_UID).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ rawCode: code, symbol, readerName: "Reader", command: "transmit FF CA 00 00" });
    if (responseCode !== undefined) expect(isSmartCardError(error, responseCode)).toBe(true);
  }
  expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  await context.close();
});

test.each([
  [WIN32.UNEXP_NET_ERR, "removed-card"],
  [WIN32.NO_MEDIA_IN_DRIVE, "removed-card"],
  [WIN32.DEVICE_REMOVED, "reader-unavailable"],
  [WIN32.INVALID_HANDLE, "reader-unavailable"],
  [SCARD.E_SERVICE_STOPPED, "no-service"],
] as const)("after code %i a connection is stale: %s", async (code, responseCode) => {
  const { manager, context } = scene();
  const { connection } = await context.connect("Reader", "shared");
  manager.lapses.push({ name: "transmit", code });
  await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode, rawCode: code });
  await expect(connection.status()).rejects.toMatchObject({ responseCode, rawCode: code });
  await connection.disconnect();
  expect(manager.openCards).toBe(0);
  await context.close();
});

test("an answer too short to have a status is no answer", async () => {
  const { manager, reader, context } = scene();
  manager.remove(reader);
  manager.insert(reader, { ...fakeCard, answer: () => Uint8Array.of(0x90) });
  const { connection } = await context.connect("Reader", "shared");
  await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "not-transacted" });
  await context.close();
});

test("reconnect makes a connection good again that a reset had made stale", async () => {
  const { manager, context } = scene();
  const { connection } = await context.connect("Reader", "shared");
  const other = (await context.connect("Reader", "shared")).connection;
  await other.disconnect("reset");
  await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "reset-card" });
  expect(await connection.reconnect("shared", { preferredProtocols: ["t1"] })).toBe("t1");
  expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  await context.close();
  expect(manager.openCards).toBe(0);
});

test("a transaction is kept from being idle for as long as it lasts, where that is wanted", async () => {
  const clock = new VirtualClock();
  const manager = new FakeResourceManager();
  manager.insert(manager.addReader("Reader"), fakeCard);
  for (const keepTransactionsAlive of [true, false]) {
    const context = createScardContext(manager, { clock, keepTransactionsAlive });
    const { connection } = await context.connect("Reader", "shared");
    manager.calls.length = 0;
    let leave!: () => void;
    const transaction = connection.startTransaction(() => new Promise<void>((resolve) => (leave = resolve)));
    await clock.advance(0);
    await clock.advance(10_000);
    const statuses = (): number => manager.calls.filter((name) => name === "status").length;
    expect(statuses()).toBe(keepTransactionsAlive ? 5 : 0);
    leave();
    await transaction;
    await clock.advance(10_000);
    expect(statuses()).toBe(keepTransactionsAlive ? 5 : 0);
    expect(clock.pending).toBe(0);
    await context.close();
  }
});

test("a record that is half written is looked at again", async () => {
  const { manager, reader, context } = scene();
  manager.remove(reader);
  manager.insert(reader, { ...fakeCard, answerToReset: new Uint8Array(0) });
  const looking = context.getStatusChange([{ readerName: "Reader", currentState: {} }]);
  await settle();
  reader.card = fakeCard;
  expect((await looking)[0]?.answerToReset).toEqual(fakeCard.answerToReset);
  await context.close();
});

test("a count that does not come is not waited for beyond the caller's patience", async () => {
  const { reader, context } = scene();
  reader.count = 0;
  const asked = { readerName: "Reader", currentState: { empty: true }, currentCount: 0 };
  const [state] = await context.getStatusChange([asked], { timeout: 30 });
  expect(state?.eventState.present).toBe(true);
  await context.close();
});

test("where there is no pseudo reader, the list of readers is looked at", async () => {
  const manager = new FakeResourceManager();
  manager.knowsPnp = false;
  const context = createScardContext(manager);
  const waiting = context.getStatusChange([{ readerName: PNP_NOTIFICATION, currentState: {}, currentCount: 0 }]);
  await settle();
  manager.addReader("Reader");
  expect((await waiting)[0]?.eventCount).toBe(1);
  await context.close();
});

test("a library that cannot be loaded is tried again", async () => {
  const manager = new FakeResourceManager();
  const failure = new Error("not installed");
  let loads = 0;
  const context = createScardContext(() => (++loads === 1 ? Promise.reject(failure) : Promise.resolve(manager)));
  await expect(context.listReaders()).rejects.toBe(failure);
  expect(await context.listReaders()).toEqual([]);
  await context.listReaders();
  expect(loads).toBe(2);
  await context.close();
});

test("a command that is given up keeps its place until it is answered", async () => {
  const { manager, context } = scene();
  const { connection } = await context.connect("Reader", "shared");
  const aborter = new AbortController();
  const slow = connection.transmit(SLOW, { signal: aborter.signal });
  await settle();
  aborter.abort();
  await expect(slow).rejects.toBe(aborter.signal.reason);
  expect(manager.pending).toBe(1);
  expect(await connection.transmit(Uint8Array.of(0, 1))).toEqual(Uint8Array.of(0, 1, 0x90, 0));
  await context.close();
});
