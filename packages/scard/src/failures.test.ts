import { isSmartCardError } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { SCARD, WIN32 } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { fakeCard, GET_UID, UID_ANSWER } from "../test/fake-card.ts";
import { FakeResourceManager } from "../test/fake-resource-manager.ts";
import { scene, settle } from "../test/scene.ts";
import { createScardContext } from "./index.ts";

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
