import { fromHex, isSmartCardError, isSmartCardOtherError, type SmartCardConnection } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD } from "@cardwire/ioctl";
import { describe, expect, it } from "vitest";
import { FakeDevice, FakeMachine, NTAG } from "../test/fake-device.ts";
import { createIoctlResourceManager, type IoctlManagerOptions } from "./index.ts";

const NAME = "Microsoft IFD 0";
const GET_UID = fromHex("FFCA000000");

async function setUp(options: Partial<IoctlManagerOptions> = {}) {
  const clock = new VirtualClock();
  const device = new FakeDevice({ clock });
  const manager = createIoctlResourceManager({ devices: [device], clock, ...options });
  const context = manager.establishContext();
  const other = manager.establishContext();
  await context.listReaders();
  device.insert({ ...NTAG, slow: { command: "80FE", ms: 1_000 } });
  await clock.advance(0);
  const connect = async (which = context): Promise<SmartCardConnection> =>
    (await which.connect(NAME, "shared")).connection;
  return { clock, device, manager, context, other, connect };
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  if (isSmartCardError(error)) return error.responseCode;
  return isSmartCardOtherError(error) ? error.name : String(error);
}

describe("transactions", () => {
  it("end with a reset of the card when nothing happens in them for five seconds", async () => {
    const { clock, device, connect, manager } = await setUp();
    const holder = await connect();
    const waiting = await connect();
    let leave!: () => void;
    const transaction = failure(holder.startTransaction(() => new Promise((resolve) => (leave = resolve))));
    const answer = failure(waiting.transmit(GET_UID));
    await clock.advance(4_999);
    expect(device.resets).toBe(0);
    await clock.advance(1);
    expect(device.resets).toBe(1);
    expect(await answer).toBe("reset-card");
    expect(await failure(holder.transmit(GET_UID))).toBe("reset-card");
    expect(await failure((await connect()).transmit(GET_UID))).toBe("nothing");
    leave();
    expect(await transaction).toBe("reset-card");
    await manager.close();
    expect(clock.pending).toBe(0);
  });

  it("last as long as something happens in them", async () => {
    const { clock, device, connect, manager } = await setUp();
    const holder = await connect();
    const transaction = holder.startTransaction(async () => {
      for (let round = 0; round < 10; round++) {
        await holder.transmit(GET_UID);
        await holder.transmit(fromHex("80FE"));
        await new Promise<void>((resolve) => clock.schedule(3_000, resolve));
      }
    });
    await clock.advance(60_000);
    await transaction;
    expect(device.resets).toBe(0);
    await manager.close();
    expect(clock.pending).toBe(0);
  });

  it("last for ever where that is wanted", async () => {
    const { clock, device, connect, manager } = await setUp({ transactionIdleLimitMs: Number.POSITIVE_INFINITY });
    const holder = await connect();
    let leave!: () => void;
    const transaction = failure(holder.startTransaction(() => new Promise((resolve) => (leave = resolve))));
    await clock.advance(3_600_000);
    leave();
    expect([await transaction, device.resets]).toEqual(["nothing", 0]);
    await manager.close();
  });

  it("end with a reset when their context is closed, before others get at the card", async () => {
    const { device, connect, context, other, manager } = await setUp();
    const holder = await connect(context);
    const waiting = await connect(other);
    void failure(holder.startTransaction(() => new Promise(() => undefined)));
    const next = failure(waiting.startTransaction(() => Promise.resolve()));
    device.log.length = 0;
    await context.close();
    expect(device.log[0]).toBe("POWER 02000000");
    expect(await next).toBe("reset-card");
    await manager.close();
  });

  it("go to those who wait in their order", async () => {
    const { connect, context, manager } = await setUp();
    const connections = [await connect(), await connect(), await connect(), await connect()];
    const log: string[] = [];
    const [first, ...rest] = connections as [SmartCardConnection, ...SmartCardConnection[]];
    let leave!: () => void;
    const transactions = [first.startTransaction(() => new Promise((resolve) => (leave = resolve)))];
    await first.status().catch(() => undefined);
    rest.forEach((connection, index) => {
      transactions.push(
        connection.startTransaction(async () => {
          log.push(`in ${index}`);
          await connection.transmit(GET_UID);
          log.push(`out ${index}`);
        }),
      );
    });
    const late = context.connect(NAME, "shared").then(() => log.push("late"));
    leave();
    await Promise.all([...transactions, late]);
    expect(log).toEqual(["in 0", "out 0", "in 1", "out 1", "in 2", "out 2", "late"]);
    await manager.close();
  });

  it("do not let a reset of another in", async () => {
    const { clock, device, connect, manager } = await setUp();
    const holder = await connect();
    const other = await connect();
    let resetting: Promise<void> | undefined;
    await holder.startTransaction(async () => {
      resetting = other.disconnect("reset");
      await clock.advance(100);
      await holder.transmit(GET_UID);
      expect(device.resets).toBe(0);
    });
    await resetting;
    expect(device.resets).toBe(1);
    expect(await failure(holder.transmit(GET_UID))).toBe("reset-card");
    await manager.close();
  });
});

describe("modes", () => {
  it("direct is alone in the reader, as on Windows", async () => {
    const { context, connect, manager } = await setUp();
    const { connection } = await context.connect(NAME, "direct");
    expect(await failure(connect())).toBe("sharing-violation");
    await connection.disconnect();
    const shared = await connect();
    expect(await failure(context.connect(NAME, "direct"))).toBe("sharing-violation");
    await shared.disconnect();
    await manager.close();
  });

  it("direct outlives cards", async () => {
    const { context, device, clock, manager } = await setUp();
    const { connection } = await context.connect(NAME, "direct");
    expect((await connection.status()).state).toBe("negotiable");
    device.remove();
    await clock.advance(0);
    expect((await connection.status()).state).toBe("absent");
    device.insert(NTAG);
    await clock.advance(0);
    expect(await connection.control(IOCTL_SMARTCARD.GET_FEATURE_REQUEST, new Uint8Array(0))).toHaveLength(6);
    await manager.close();
    expect(await failure(connection.status())).toBe("InvalidStateError");
  });

  it("an exclusive connection that is gone stale is in nobody's way", async () => {
    const { context, device, clock, connect, manager } = await setUp();
    const { connection } = await context.connect(NAME, "exclusive");
    device.remove();
    await clock.advance(0);
    device.insert(NTAG);
    await clock.advance(0);
    expect(await failure(connection.transmit(GET_UID))).toBe("removed-card");
    expect(await failure((await connect()).transmit(GET_UID))).toBe("nothing");
    await manager.close();
  });
});

describe("cancellation", () => {
  it("of a connect that is under way lets go of the card", async () => {
    const { context, device, clock, manager } = await setUp();
    const aborter = new AbortController();
    device.answer(IOCTL_SMARTCARD.GET_STATE);
    const connecting = failure(context.connect(NAME, "exclusive", { signal: aborter.signal }));
    await Promise.resolve();
    await Promise.resolve();
    aborter.abort(new Error("enough"));
    expect(await connecting).toBe("Error: enough");
    await clock.advance(0);
    expect((await context.connect(NAME, "exclusive")).activeProtocol).toBe("t1");
    await manager.close();
  });

  it("of a context that connects lets go of the card", async () => {
    const { context, other, clock, manager } = await setUp();
    for (let turns = 0; turns < 12; turns++) {
      const closing = turns % 2 === 0 ? context : manager.establishContext();
      const connecting = failure(closing.connect(NAME, "exclusive"));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await closing.close();
      expect(await connecting).toBe("InvalidStateError");
      await clock.advance(0);
      const { connection } = await other.connect(NAME, "exclusive");
      await connection.disconnect();
    }
    await manager.close();
  });

  it("of a command leaves its answer to nobody", async () => {
    const { connect, clock, manager } = await setUp();
    const connection = await connect();
    const aborter = new AbortController();
    const slow = failure(connection.transmit(fromHex("80FE"), { signal: aborter.signal }));
    const next = connection.transmit(GET_UID);
    await clock.advance(10);
    aborter.abort(new Error("enough"));
    expect(await slow).toBe("Error: enough");
    await clock.advance(1_000);
    expect(await next).toEqual(fromHex("04A23B7A1D6F809000"));
    await manager.close();
  });
});

describe("a resource manager", () => {
  it("closes contexts and devices, and gives out closed contexts from then on", async () => {
    const { manager, context, device, clock } = await setUp();
    const waiting = failure(
      context.getStatusChange([{ readerName: NAME, currentState: { present: true }, currentCount: 1 }]),
    );
    await manager[Symbol.asyncDispose]();
    await manager.close();
    expect(await waiting).toBe("InvalidStateError");
    expect(await failure(manager.establishContext().listReaders())).toBe("InvalidStateError");
    expect([device.pending, device.closes, clock.pending]).toEqual([0, 1, 0]);
  });

  it("leaves readers to its other contexts when one is closed", async () => {
    const { manager, context, other, device } = await setUp();
    await context.close();
    expect(await other.listReaders()).toEqual([NAME]);
    expect(device.closes).toBe(0);
    await manager.close();
  });

  it("takes devices from several places", async () => {
    const machine = new FakeMachine();
    machine.attach(new FakeDevice({ path: "a", unit: 3 }));
    const fixed = { listInterfaces: () => [new FakeDevice({ path: "b", unit: 4 })] };
    const manager = createIoctlResourceManager({ devices: [machine, fixed, new FakeDevice({ path: "c", unit: 5 })] });
    const context = manager.establishContext();
    expect(await context.listReaders()).toEqual(["Microsoft IFD 3", "Microsoft IFD 4", "Microsoft IFD 5"]);
    await manager.close();
    expect(machine.listeners).toBe(0);
  });

  it("takes in a reader that came while another list was on its way", async () => {
    const machine = new FakeMachine();
    const manager = createIoctlResourceManager({ devices: machine });
    const context = manager.establishContext();
    const listing = context.listReaders();
    machine.attach(new FakeDevice({ path: "a" }));
    await listing;
    machine.attach(new FakeDevice({ path: "b" }));
    machine.attach(new FakeDevice({ path: "c" }));
    machine.detach(machine.devices[1]!);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(await context.listReaders()).toEqual(["Microsoft IFD 0", "Microsoft IFD 1"]);
    await manager.close();
  });

  it("watches many readers at once", async () => {
    const machine = new FakeMachine();
    const devices = Array.from({ length: 20 }, (_, unit) => machine.attach(new FakeDevice({ path: `${unit}`, unit })));
    const manager = createIoctlResourceManager({ devices: machine });
    const context = manager.establishContext();
    await context.listReaders();
    for (const device of devices) device.insert(NTAG);
    const seen = new Set<string>();
    for await (const event of context.watch()) {
      if (event.type !== "card-inserted") continue;
      seen.add(event.readerName);
      if (seen.size === devices.length) break;
    }
    const answers = await Promise.all(
      Array.from(seen, async (name) => (await context.connect(name, "shared")).connection.transmit(GET_UID)),
    );
    expect(answers).toHaveLength(20);
    await manager.close();
  });
});
