import { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, test } from "vitest";
import { createCcidContext } from "../index.ts";
import { EmulatedCcidReader, EmulatedUsbDevice, FakeUsb, FakeUsbDevice } from "../testing.ts";
import { isMissingUsbError } from "./missing-usb-error.ts";
import { NodeUsbReaders } from "./node-usb-readers.ts";
import { recogniseUsb } from "./usb-module.ts";

function device(productId = 0xcc1d): FakeUsbDevice {
  return new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()], { productId }), { manner: "usb3" });
}

/** A package that tells of nothing. */
const silent = { addEventListener: () => undefined, removeEventListener: () => undefined };

/** Modules as the two versions export themselves. */
const MODULES = {
  2: (usb: FakeUsb): unknown => ({
    getDeviceList: () => [],
    WebUSB: function WebUSB() {
      return usb;
    },
  }),
  3: (usb: FakeUsb): unknown => ({ usb, WebUSB: FakeUsb }),
};

describe.each([2, 3] as const)("usb %i", (version) => {
  test("lists, and tells what comes and goes", async () => {
    const first = device(1);
    const usb = new FakeUsb(first);
    const readers = new NodeUsbReaders({ usb: MODULES[version](usb) }, new VirtualClock());
    const told: string[] = [];
    const unwatch = readers.watch(({ type, device: { productId } }) => told.push(`${type} ${productId}`));
    expect(told).toEqual([]);
    expect((await readers.list()).map(({ productId }) => productId)).toEqual([1]);
    const second = device(2);
    usb.plug(second);
    await expect.poll(() => told).toEqual(["attached 1", "attached 2"]);
    const [kept] = await readers.list();
    expect((await readers.list())[0]).toBe(kept);
    first.unplug();
    expect(told).toEqual(["attached 1", "attached 2", "detached 1"]);
    unwatch();
    await expect.poll(() => usb.watchers).toBe(0);
    second.unplug();
    expect(told).toHaveLength(3);
  });
});

test("a transfer notices first that its device is gone", async () => {
  const fake = device();
  const late = {
    ...silent,
    getDevices: () => Promise.resolve([fake]),
  };
  const readers = new NodeUsbReaders({ usb: { usb: late } }, new VirtualClock());
  const told: string[] = [];
  readers.watch(({ type }) => told.push(type));
  const [found] = await readers.list();
  await found!.open();
  await found!.claimInterface(0);
  const read = found!.transferIn(1, 64).catch(() => told.push("rejected"));
  fake.unplug();
  await read;
  expect(told).toEqual(["attached", "detached", "rejected"]);
  // the package lists it still
  expect(await readers.list()).toEqual([]);
});

test.each([2, 3] as const)(
  "a reader that is pulled is unknown, and not unavailable before: usb %i",
  async (version) => {
    const fake = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), { manner: `usb${version}` });
    // the package tells nobody, and lists it still
    const late = {
      ...silent,
      getDevices: () => Promise.resolve([fake]),
    };
    const WebUSB = function WebUSB(): unknown {
      return late;
    };
    const usb = version === 3 ? { usb: late } : { getDeviceList: () => [], WebUSB };
    await using context = createCcidContext({ readers: new NodeUsbReaders({ usb }) });
    const [readerName = ""] = await context.listReaders();
    const [now] = await context.getStatusChange([{ readerName, currentState: { unaware: true } }]);
    expect(now?.eventState).toMatchObject({ empty: true });
    const change = context.getStatusChange([{ readerName, currentState: { empty: true } }]);
    fake.unplug();
    const [state] = await change;
    expect(state?.eventState).toMatchObject({ unknown: true, unavailable: true });
  },
);

test("devices come in the order of buses and ports, however they are listed", async () => {
  const at = (productId: number, bus: string, ports: number[]): FakeUsbDevice =>
    Object.create(device(productId), { bus: { value: bus }, ports: { value: ports } }) as FakeUsbDevice;
  const listed = [at(5, "002", [1]), at(4, "001", [10]), at(3, "001", [2, 3]), at(2, "001", [2]), at(1, "001", [1, 4])];
  const usb = { usb: { ...silent, getDevices: () => Promise.resolve(listed) } };
  const found = await new NodeUsbReaders({ usb }).list();
  expect(found.map(({ productId }) => productId)).toEqual([1, 2, 3, 4, 5]);
});

test("a device that may be opened only later is told of again", async () => {
  let denied = true;
  const fake = device();
  const raw = Object.create(fake, {
    configuration: { value: null },
    configurations: {
      get() {
        if (denied) throw new Error("open error: Permission denied (errno 13)");
        return fake.configurations;
      },
    },
  }) as FakeUsbDevice;
  const readers = new NodeUsbReaders({ usb: { usb: { ...silent, getDevices: () => Promise.resolve([raw]) } } });
  const told: string[] = [];
  const unwatch = readers.watch(({ type }) => told.push(type));
  const [found] = await readers.list();
  expect([found?.configurations, told]).toEqual([[], ["attached"]]);
  denied = false;
  await readers.list();
  await readers.list();
  expect([found?.configurations.length, told]).toEqual([1, ["attached", "attached"]]);
  unwatch();
});

test("usb 3 without udev: looked for all the same", async () => {
  const clock = new VirtualClock();
  const usb = new FakeUsb();
  const deaf = {
    ...silent,
    getDevices: () => usb.getDevices(),
  };
  const readers = new NodeUsbReaders({ usb: { usb: deaf } }, clock);
  const told: string[] = [];
  const unwatch = readers.watch(({ type }) => told.push(type));
  await readers.list();
  usb.plug(device());
  await clock.advance(2_000);
  await expect.poll(() => told).toEqual(["attached"]);
  unwatch();
});

test("a kernel without USB has no devices", async () => {
  const usb = { getDevices: () => Promise.reject(new Error("/sys/bus/usb/devices/ not found")) };
  expect(await new NodeUsbReaders({ usb: { usb } }).list()).toEqual([]);
});

test("one who opens a device waits for one who is putting it away", async () => {
  const usb = { usb: new FakeUsb(device()) };
  const [first] = await new NodeUsbReaders({ usb }).list();
  const [second] = await new NodeUsbReaders({ usb }).list();
  expect(second).not.toBe(first);
  await first!.open();
  await first!.claimInterface(0);
  const opened = second!.open();
  await second!.releaseInterface(0);
  const read = first!.transferIn(3, 8);
  await first!.close();
  await expect(read).rejects.toThrow();
  await opened;
  await second!.claimInterface(0);
  await second!.close();
});

test("a device that is kept by somebody else in this process is busy", async () => {
  const clock = new VirtualClock();
  const usb = { usb: new FakeUsb(device()) };
  const [first] = await new NodeUsbReaders({ usb }, clock).list();
  const [second] = await new NodeUsbReaders({ usb }, clock).list();
  await first!.open();
  const busy = expect(second!.open()).rejects.toThrow("busy");
  await clock.advance(3_000);
  await busy;
  await first!.close();
});

test("what is not usb is refused, with what to install", () => {
  for (const wrong of [undefined, {}, { usb: {} }, { default: {} }]) {
    let caught: unknown;
    try {
      recogniseUsb(wrong);
    } catch (error) {
      caught = error;
    }
    expect(isMissingUsbError(caught)).toBe(true);
    expect(String(caught)).toContain("npm install usb");
  }
});
