import { VirtualClock } from "@cardwire/core/testing";
import { READER_KIND } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { FakeKernel, FakeSetup } from "../../test/fake-system.ts";
import { WindowsDevices } from "./device-provider.ts";
import { Win32CallError, isWin32CallError } from "./win32-call-error.ts";
import { listDevices } from "./reader-devices.ts";
import { type ReaderDeviceEvent, watchDevices } from "./watch-reader-devices.ts";

const READER = { path: "\\\\?\\a", friendlyName: "A reader", readerKind: 3 };
const OTHER = { path: "\\\\?\\b", friendlyName: "", readerKind: undefined };

function machine(): {
  setup: FakeSetup;
  clock: VirtualClock;
  load: () => Promise<{ kernel: FakeKernel; setup: FakeSetup }>;
} {
  const setup = new FakeSetup();
  setup.devices = [READER];
  const system = { kernel: new FakeKernel(), setup };
  return { setup, clock: new VirtualClock(), load: () => Promise.resolve(system) };
}

const told = ({ value }: IteratorResult<ReaderDeviceEvent, undefined>): string =>
  value === undefined ? "end" : `${value.type} ${value.device.path}`;

test("a device has the kind that its driver sets, or is a generic one", async () => {
  const { setup, load } = machine();
  setup.devices.push(OTHER);
  const devices = listDevices(await load());
  expect(devices.map(({ path, deviceName, kind }) => ({ path, deviceName, kind }))).toEqual([
    { path: "\\\\?\\a", deviceName: "A reader", kind: READER_KIND.NFC },
    { path: "\\\\?\\b", deviceName: "", kind: READER_KIND.GENERIC },
  ]);
});

test("a watch tells what is there, and what comes and goes, found by listing", async () => {
  const { setup, clock, load } = machine();
  const watch = watchDevices(load, { clock, pollIntervalMs: 50 });
  expect(setup.lists).toBe(0);
  expect(told(await watch.next())).toBe("device-arrived \\\\?\\a");
  setup.devices = [OTHER];
  await clock.advance(50);
  expect(told(await watch.next())).toBe("device-removed \\\\?\\a");
  expect(told(await watch.next())).toBe("device-arrived \\\\?\\b");
  await watch.return();
  const { lists } = setup;
  await clock.advance(1000);
  expect(setup.lists).toBe(lists);
});

test("a watch hears of changes where the system tells of them, and looks at long intervals for what was missed", async () => {
  const { setup, clock, load } = machine();
  setup.listeners = new Set();
  const watch = watchDevices(load, { clock });
  expect(told(await watch.next())).toBe("device-arrived \\\\?\\a");
  setup.devices = [];
  for (const listener of setup.listeners) listener();
  expect(told(await watch.next())).toBe("device-removed \\\\?\\a");
  setup.devices = [READER];
  await clock.advance(30_000);
  expect(told(await watch.next())).toBe("device-arrived \\\\?\\a");
  await watch.return();
  expect(setup.listeners.size).toBe(0);
});

test("a watch ends with its signal, at any time", async () => {
  const { clock, load } = machine();
  const abort = new AbortController();
  const watch = watchDevices(load, { clock, signal: abort.signal });
  await watch.next();
  const next = watch.next();
  abort.abort();
  expect(told(await next)).toBe("end");
  expect(told(await watchDevices(load, { signal: abort.signal }).next())).toBe("end");
  const leaving = new AbortController();
  const early = watchDevices(load, { clock, signal: leaving.signal }).next();
  leaving.abort();
  expect(told(await early)).toBe("end");
});

test("a watch throws when devices cannot be listed, or nothing can be loaded", async () => {
  const { setup, clock, load } = machine();
  setup.failure = new Win32CallError("SetupDiGetClassDevs", 1450);
  await expect(watchDevices(load, { clock }).next()).rejects.toSatisfy(isWin32CallError);
  const missing = new Error("no koffi");
  await expect(watchDevices(() => Promise.reject(missing), { clock }).next()).rejects.toBe(missing);
});

test("the provider lists devices and says when the list may have changed", async () => {
  const { setup, clock, load } = machine();
  const provider = new WindowsDevices(load, { clock, pollIntervalMs: 50 });
  expect((await provider.listInterfaces()).map(({ path }) => path)).toEqual(["\\\\?\\a"]);
  let changes = 0;
  const end = provider.subscribe(() => changes++);
  await load();
  await clock.advance(50);
  expect(changes).toBe(0);
  setup.devices = [];
  await clock.advance(50);
  expect(changes).toBe(1);
  // a list that cannot be made is another list, told once
  setup.failure = new Error("no list");
  await clock.advance(200);
  expect(changes).toBe(2);
  end();
  setup.failure = undefined;
  await clock.advance(200);
  expect(changes).toBe(2);
});

test("a provider whose subscription ended before anything was loaded never lists", async () => {
  const { setup, clock, load } = machine();
  new WindowsDevices(load, { clock }).subscribe(() => undefined)();
  new WindowsDevices(() => Promise.reject(new Error("no koffi")), { clock }).subscribe(() => undefined)();
  await clock.advance(5000);
  expect(setup.lists).toBe(0);
});
