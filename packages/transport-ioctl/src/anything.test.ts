import {
  fromHex,
  isSmartCardError,
  isSmartCardOtherError,
  type SmartCardConnection,
  type SmartCardContext,
} from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import fc from "fast-check";
import { expect, it } from "vitest";
import { FakeDevice, FakeMachine, NTAG } from "../test/fake-device.ts";
import { createIoctlResourceManager } from "./index.ts";

const NAME = "Microsoft IFD 0";
const GET_UID = fromHex("FFCA000000");
const SLOW = fromHex("80FE");

const CODES = [
  IOCTL_SMARTCARD.IS_PRESENT,
  IOCTL_SMARTCARD.IS_ABSENT,
  IOCTL_SMARTCARD.GET_STATE,
  IOCTL_SMARTCARD.GET_ATTRIBUTE,
  IOCTL_SMARTCARD.SET_PROTOCOL,
  IOCTL_SMARTCARD.POWER,
  IOCTL_SMARTCARD.TRANSMIT,
] as const;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ do: "insert" } as const) },
  { weight: 3, arbitrary: fc.constant({ do: "remove" } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("connect"),
      mode: fc.constantFrom("shared", "shared", "shared", "exclusive", "direct"),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("transmit"), slow: fc.boolean(), which: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("transaction"),
      which: fc.nat(5),
      ends: fc.constantFrom("leave", "reset", "unpower", "rejects", "never"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("disconnect"),
      which: fc.nat(5),
      disposition: fc.constantFrom("leave", "reset", "eject"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "wait" } as const) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("abort"), which: fc.nat(5) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("advance"), ms: fc.constantFrom(0, 1, 500, 5_000, 20_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fail"),
      code: fc.constantFrom(...CODES),
      with: fc.constantFrom<"reject" | "hang" | number>(
        "reject",
        "hang",
        NTSTATUS.UNSUCCESSFUL,
        NTSTATUS.NO_MEDIA,
        NTSTATUS.DEVICE_BUSY,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "unplug" } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("radio"), on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ do: "detach" } as const) },
  { weight: 1, arbitrary: fc.constant({ do: "close context" } as const) },
);

it("whatever happens, every call comes to an end, and nothing is left behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = new VirtualClock();
      const machine = new FakeMachine();
      let device = machine.attach(new FakeDevice({ clock }));
      const devices = [device];
      const manager = createIoctlResourceManager({ devices: machine, clock });
      let context: SmartCardContext = manager.establishContext();
      const connections: SmartCardConnection[] = [];
      const aborters: AbortController[] = [];
      const leave: (() => void)[] = [];
      const open = new Set<string>();
      let calls = 0;
      const call = (name: string, work: (signal: AbortSignal) => Promise<unknown>): void => {
        const aborter = new AbortController();
        aborters.unshift(aborter);
        const id = `${name} ${calls++}`;
        open.add(id);
        work(aborter.signal).then(
          () => open.delete(id),
          (error: unknown) => {
            open.delete(id);
            const known =
              isSmartCardError(error) ||
              isSmartCardOtherError(error) ||
              (error instanceof Error && error.message === "mine");
            if (!known) throw error;
          },
        );
      };
      const pick = (which: number): SmartCardConnection | undefined => connections[which % connections.length];
      call("listReaders", () => context.listReaders());
      for (const now of steps) {
        const connection = "which" in now ? pick(now.which) : undefined;
        switch (now.do) {
          case "insert":
            if (device.card === undefined) device.insert({ ...NTAG, slow: { command: "80FE", ms: 700 } });
            break;
          case "remove":
            device.remove();
            break;
          case "connect": {
            const from = context;
            call("connect", async (signal) => {
              connections.unshift((await from.connect(NAME, now.mode, { signal })).connection);
            });
            break;
          }
          case "transmit":
            if (connection !== undefined)
              call("transmit", (signal) => connection.transmit(now.slow ? SLOW : GET_UID, { signal }));
            break;
          case "transaction":
            if (connection !== undefined)
              call("transaction", (signal) =>
                connection.startTransaction(
                  async () => {
                    await connection.transmit(GET_UID).catch(() => undefined);
                    if (now.ends === "rejects") throw new Error("mine");
                    if (now.ends === "never") await new Promise<void>((resolve) => leave.push(resolve));
                    return now.ends === "never" || now.ends === "leave" ? "leave" : now.ends;
                  },
                  { signal },
                ),
              );
            break;
          case "disconnect":
            if (connection !== undefined) call("disconnect", () => connection.disconnect(now.disposition));
            break;
          case "wait": {
            const from = context;
            call("getStatusChange", async (signal) => {
              const states = [{ readerName: NAME, currentState: { unavailable: true, mute: true } }];
              await from.getStatusChange(states, { signal });
            });
            break;
          }
          case "abort":
            aborters[now.which % aborters.length]?.abort(new Error("mine"));
            break;
          case "advance":
            await clock.advance(now.ms);
            break;
          case "fail":
            device.answer(now.code, now.with);
            break;
          case "unplug":
            device.unplug();
            break;
          case "radio":
            device.setRadio(now.on);
            break;
          case "detach":
            machine.detach(device);
            device = machine.attach(new FakeDevice({ clock, path: `fake#${calls++}` }));
            devices.push(device);
            break;
          case "close context": {
            const closing = context;
            call("close", () => closing.close());
            context = manager.establishContext();
            break;
          }
        }
      }
      for (const resolve of leave) resolve();
      // hanging I/O controls are given up after 150 s, what waits behind them then
      await clock.advance(200_000);
      await clock.advance(200_000);
      const closing = manager.close();
      await clock.advance(10_000);
      await closing;
      for (const resolve of leave) resolve();
      await clock.advance(0);
      expect([...open]).toEqual([]);
      expect([clock.pending, device.pending, machine.listeners]).toEqual([0, 0, 0]);
      expect(devices.filter(({ isOpen }) => isOpen)).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 60_000);
