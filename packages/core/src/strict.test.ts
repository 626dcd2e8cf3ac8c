import { describe, expect, it } from "vitest";
import {
  isSmartCardOtherError,
  type SmartCardConnection,
  type SmartCardContext,
  type SmartCardEvent,
  strict,
} from "./index.ts";

async function* noEvents(): AsyncGenerator<SmartCardEvent> {
  // a service without readers
}

/** A context whose calls end when the test says so. */
function setUp() {
  const log: string[] = [];
  const open: (() => void)[] = [];
  const call = <Value>(name: string, value: Value): Promise<Value> => {
    log.push(name);
    return new Promise((resolve) =>
      open.push(() => {
        resolve(value);
      }),
    );
  };
  const connection = (name: string): SmartCardConnection => ({
    disconnect: (disposition) => call(`${name}.disconnect ${disposition}`, undefined),
    transmit: () => call(`${name}.transmit`, new Uint8Array([0x90, 0x00])),
    async startTransaction(transaction) {
      await call(`${name}.begin`, undefined);
      let disposition;
      try {
        disposition = (await transaction()) ?? "leave";
      } catch (reason) {
        await call(`${name}.end reset`, undefined);
        throw reason;
      }
      await call(`${name}.end ${disposition}`, undefined);
    },
    status: () => call(`${name}.status`, { readerName: "A", state: "t1" as const }),
    control: () => call(`${name}.control`, new Uint8Array()),
    getAttribute: () => call(`${name}.getAttribute`, new Uint8Array()),
    setAttribute: () => call(`${name}.setAttribute`, undefined),
    [Symbol.asyncDispose]: () => call(`${name}.dispose`, undefined),
  });
  let connections = 0;
  const inner: SmartCardContext = {
    listReaders: () => call("listReaders", ["A"]),
    getStatusChange: () => call("getStatusChange", []),
    connect: () => call("connect", { connection: connection(`c${++connections}`), activeProtocol: "t1" as const }),
    watch: () => noEvents(),
    close: () => call("close", undefined),
    [Symbol.asyncDispose]: () => call("dispose", undefined),
  };
  /** Ends the oldest open call, and lets what follows from it happen. */
  const finish = async (): Promise<void> => {
    open.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const connect = async (context: SmartCardContext, reader = "A"): Promise<SmartCardConnection> => {
    const connecting = context.connect(reader, "shared");
    await finish();
    return (await connecting).connection;
  };
  return { context: strict(inner), log, finish, connect };
}

async function expectInvalidState(promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isSmartCardOtherError(error) && error.name).toBe("InvalidStateError");
}

describe("strict", () => {
  it("rejects a call that overlaps another of the context", async () => {
    const { context, finish, log } = setUp();
    const listing = context.listReaders();
    await expectInvalidState(context.listReaders());
    await expectInvalidState(context.getStatusChange([]));
    await expectInvalidState(context.connect("A", "shared"));
    await finish();
    expect(await listing).toEqual(["A"]);
    void context.listReaders();
    expect(log).toEqual(["listReaders", "listReaders"]);
  });

  it("counts the calls of connections to their context", async () => {
    const { context, finish, connect } = setUp();
    const connection = await connect(context);
    const answer = connection.transmit(Uint8Array.of(0));
    await expectInvalidState(context.listReaders());
    await expectInvalidState(connection.status());
    await expectInvalidState(connection.control(1, Uint8Array.of(0)));
    await expectInvalidState(connection.getAttribute(1));
    await expectInvalidState(connection.setAttribute(1, Uint8Array.of(0)));
    await expectInvalidState(connection.startTransaction(() => Promise.resolve()));
    await expectInvalidState(connection.disconnect());
    await finish();
    expect(await answer).toEqual(Uint8Array.of(0x90, 0));
  });

  it("rejects the calls of a disconnected connection", async () => {
    const { context, finish, connect } = setUp();
    const connection = await connect(context);
    const gone = connection.disconnect("unpower");
    await finish();
    await gone;
    await expectInvalidState(connection.disconnect());
    await expectInvalidState(connection.status());
    await expectInvalidState(connection.startTransaction(() => Promise.resolve()));
  });

  it("keeps the other connections out of a reader with a transaction", async () => {
    const { context, finish, connect, log } = setUp();
    const one = await connect(context);
    const two = await connect(context);
    let leave!: () => void;
    const transaction = one.startTransaction(() => new Promise((resolve) => (leave = resolve)));
    await expectInvalidState(context.listReaders());
    await finish();
    await expectInvalidState(two.transmit(Uint8Array.of(0)));
    await expectInvalidState(two.startTransaction(() => Promise.resolve()));
    await expectInvalidState(one.startTransaction(() => Promise.resolve()));
    await expectInvalidState(context.connect("A", "shared"));
    const other = await connect(context, "B");
    const answer = one.transmit(Uint8Array.of(0));
    await finish();
    await answer;
    leave();
    await finish();
    await finish();
    await transaction;
    const late = other.status();
    await finish();
    await late;
    expect(log).toEqual(["connect", "connect", "c1.begin", "connect", "c1.transmit", "c1.end leave", "c3.status"]);
  });

  it("ends a transaction after an operation that was left running, and rejects", async () => {
    const { context, finish, connect, log } = setUp();
    const connection = await connect(context);
    const transaction = connection.startTransaction(() => {
      void connection.transmit(Uint8Array.of(0));
      return Promise.resolve("unpower");
    });
    transaction.catch(() => undefined);
    await finish();
    expect(log.at(-1)).toBe("c1.transmit");
    await finish();
    expect(log.at(-1)).toBe("c1.end unpower");
    await finish();
    await expectInvalidState(transaction);
    void context.listReaders();
    expect(log.at(-1)).toBe("listReaders");
  });

  it("hands the callback's reason on, and is free afterwards", async () => {
    const { context, finish, connect, log } = setUp();
    const connection = await connect(context);
    const transaction = connection.startTransaction(() => Promise.reject(new Error("mine")));
    transaction.catch(() => undefined);
    await finish();
    await finish();
    await expect(transaction).rejects.toThrow("mine");
    void connection.status();
    expect(log.slice(-2)).toEqual(["c1.end reset", "c1.status"]);
  });

  it("hands through what the draft does not have", async () => {
    const { context, finish, connect, log } = setUp();
    const connection = await connect(context);
    void connection[Symbol.asyncDispose]();
    void context[Symbol.asyncDispose]();
    void context.close();
    expect(await context.watch().next()).toEqual({ done: true, value: undefined });
    expect(log).toEqual(["connect", "c1.dispose", "dispose", "close"]);
    await finish();
  });
});
