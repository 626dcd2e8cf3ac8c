import { PNP_NOTIFICATION } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { SCARD } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { fakeCard, GET_UID, SLOW, UID_ANSWER } from "../test/fake-card.ts";
import { type FakeReader, FakeResourceManager } from "../test/fake-resource-manager.ts";
import { PRESENT, scene, settle } from "../test/scene.ts";
import { createScardContext, PCSCLITE_DIALECT } from "./index.ts";

/** As another program's transaction, until it is ended. */
function foreignTransaction(manager: FakeResourceManager, reader: FakeReader): () => void {
  reader.transaction = { reader, context: 0n, exclusive: false, protocol: 2, stale: 0 };
  return () => {
    reader.transaction = undefined;
    manager.addReader("told");
  };
}

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
