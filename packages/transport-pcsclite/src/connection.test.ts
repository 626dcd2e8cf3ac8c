import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeCard, GET_UID, SLOW, UID_ANSWER } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd, type FakeReader } from "../test/fake-pcscd.ts";
import { createPcscliteContext, type PcscliteConnection, type PcscliteContext } from "./index.ts";

let daemon: FakePcscd;
let reader: FakeReader;
let context: PcscliteContext;
let connection: PcscliteConnection;

beforeEach(async () => {
  daemon = new FakePcscd(DAEMON_KINDS.find(({ name }) => name === "1.9.9")!);
  reader = daemon.addReader("Reader");
  daemon.insert(reader, fakeCard);
  await daemon.start();
  context = createPcscliteContext({ socketPath: daemon.socketPath });
  ({ connection } = await context.connect("Reader", "shared"));
});
afterEach(async () => {
  await context.close();
  await daemon.dispose();
});

test("an error names reader and command, and never a command's data", async () => {
  reader.card = { ...fakeCard, transmit: () => new Uint8Array(0) };
  const verify = Uint8Array.of(0x00, 0x20, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34);
  await expect(connection.transmit(verify)).rejects.toMatchObject({
    responseCode: "not-transacted",
    readerName: "Reader",
    command: "transmit 00 20 00 81",
  });
});

test("limits are those of pcscd", async () => {
  const tooLong = expect.objectContaining({ symbol: "SCARD_E_INSUFFICIENT_BUFFER" }) as unknown;
  await expect(connection.transmit(new Uint8Array(65_549))).rejects.toEqual(tooLong);
  await expect(connection.control(1, new Uint8Array(65_549))).rejects.toEqual(tooLong);
  await expect(connection.setAttribute(1, new Uint8Array(265))).rejects.toEqual(tooLong);
  await expect(context.connect("x".repeat(128), "shared")).rejects.toMatchObject({ responseCode: "unknown-reader" });
  reader.card = { ...fakeCard, transmit: (command) => command };
  const longest = new Uint8Array(65_548).fill(7);
  expect(await connection.transmit(longest)).toEqual(longest);
});

test("the eject disposition and protocols by name", async () => {
  await connection.disconnect("eject");
  const raw = await context.connect("Reader", "direct", { preferredProtocols: ["raw"] });
  expect(raw.activeProtocol).toBeUndefined();
  await raw.connection.disconnect();
  await expect(context.connect("Reader", "shared", { preferredProtocols: [] })).rejects.toMatchObject({
    responseCode: "proto-mismatch",
  });
  const second = await context.connect("Reader", "shared", { preferredProtocols: ["raw"] });
  expect(second.activeProtocol).toBe("raw");
  expect((await second.connection.status()).state).toBe("raw");
  expect(await second.connection.transmit(GET_UID, { protocol: "raw" })).toEqual(UID_ANSWER);
  await expect(second.connection.transmit(GET_UID, { protocol: "t0" })).rejects.toMatchObject({
    responseCode: "proto-mismatch",
  });
});

describe("reconnect", () => {
  test("makes a connection good again that a reset made stale", async () => {
    const { connection: other } = await context.connect("Reader", "shared");
    await other.disconnect("reset");
    await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "reset-card" });
    expect(await connection.reconnect("shared")).toBe("t1");
    expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  });

  test("changes the protocol, and tells why it cannot", async () => {
    expect(await connection.reconnect("shared", { preferredProtocols: ["raw"], initialization: "reset" })).toBe("raw");
    expect(connection.activeProtocol).toBe("raw");
    daemon.remove(reader);
    await expect(connection.reconnect("exclusive")).rejects.toMatchObject({ responseCode: "no-smartcard" });
  });
});

describe("another program's transaction", () => {
  test("is waited for, as long as the caller wants", async () => {
    const { connection: other } = await context.connect("Reader", "shared");
    await other.startTransaction(async () => {
      const reason = new Error("mine");
      const aborter = new AbortController();
      const waiting = [
        connection.transmit(GET_UID, { signal: aborter.signal }),
        connection.control(1, new Uint8Array(0), { signal: aborter.signal }),
        connection.getAttribute(1, { signal: aborter.signal }),
      ];
      setTimeout(() => {
        aborter.abort(reason);
      }, 10);
      for (const promise of waiting) await expect(promise).rejects.toBe(reason);
    });
    expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  });

  test("or refused, where that is wanted", async () => {
    const impatient = createPcscliteContext({ socketPath: daemon.socketPath, waitForOthers: false });
    const { connection: other } = await impatient.connect("Reader", "shared");
    await connection.startTransaction(async () => {
      await expect(other.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "sharing-violation" });
      await expect(other.status()).rejects.toMatchObject({ responseCode: "sharing-violation" });
    });
    expect(await other.transmit(GET_UID)).toEqual(UID_ANSWER);
    await impatient.close();
  });

  test("a wait for it ends with pcscd", async () => {
    const { connection: other } = await context.connect("Reader", "shared");
    await other
      .startTransaction(async () => {
        const waiting = connection.transmit(GET_UID);
        const begin = connection.startTransaction(() => Promise.resolve());
        begin.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 10));
        await daemon.stop();
        await expect(waiting).rejects.toMatchObject({ responseCode: "no-service" });
        await expect(begin).rejects.toMatchObject({ responseCode: "no-service" });
      })
      .catch(() => undefined);
  });
});

test("what is under way when the context is closed is ended, and pcscd lets go of the card", async () => {
  const running = connection.transmit(SLOW);
  const waiting = connection.transmit(GET_UID);
  const outcomes = [running, waiting].map((promise) =>
    expect(promise).rejects.toMatchObject({ name: "InvalidStateError" }),
  );
  const { connection: idle } = await context.connect("Reader", "shared");
  await context.close();
  await Promise.all(outcomes);
  await idle.disconnect();
  while (reader.sharing !== 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await expect(context.connect("Reader", "shared")).rejects.toMatchObject({ name: "InvalidStateError" });
});

test("closing while a connect waits ends it", async () => {
  await connection.startTransaction(async () => {
    const other = createPcscliteContext({ socketPath: daemon.socketPath });
    const connecting = other.connect("Reader", "shared");
    const outcome = expect(connecting).rejects.toMatchObject({ name: "InvalidStateError" });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await other.close();
    await outcome;
  });
});

describe("commands that are not waited for one by one, in a transaction of ours", () => {
  test("keep their order, and get their own answers", async () => {
    const seen: number[] = [];
    reader.card = {
      ...fakeCard,
      transmit: (command) => {
        seen.push(command[3] ?? 0);
        return Uint8Array.of(command[3] ?? 0, 0x90, 0x00);
      },
    };
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await connection.startTransaction(async () => {
      const commands = numbers.map((number) =>
        // of several lengths: some need memory of their own
        connection.transmit(Uint8Array.of(0x00, 0xb0, 0x00, number, ...new Uint8Array(number * 4))),
      );
      const status = connection.status();
      const answers = await Promise.all(commands);
      expect(answers.map(([first]) => first)).toEqual(numbers);
      expect((await status).state).toBe("t1");
    });
    expect(seen).toEqual(numbers);
  });

  test("fail each for itself", async () => {
    reader.card = {
      ...fakeCard,
      transmit: (command) => (command[3] === 1 ? new Uint8Array(0) : UID_ANSWER),
    };
    await connection.startTransaction(async () => {
      const send = (number: number) => connection.transmit(Uint8Array.of(0xff, 0xca, 0x00, number, 0x00));
      const [first, second, third] = await Promise.allSettled([send(0), send(1), send(2)]);
      expect(first).toMatchObject({ status: "fulfilled", value: UID_ANSWER });
      expect(second).toMatchObject({ reason: { responseCode: "not-transacted", command: "transmit FF CA 00 01" } });
      expect(third).toMatchObject({ status: "fulfilled", value: UID_ANSWER });
    });
  });

  test("hold the transaction until the last is answered", async () => {
    const answers: Promise<Uint8Array>[] = [];
    const transaction = connection.startTransaction(() => {
      answers.push(connection.transmit(SLOW), connection.transmit(GET_UID));
      return Promise.resolve("leave");
    });
    await expect(transaction).rejects.toMatchObject({ name: "InvalidStateError" });
    expect(await Promise.all(answers)).toEqual([UID_ANSWER, UID_ANSWER]);
    expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
  });
});
