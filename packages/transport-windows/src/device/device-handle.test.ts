import { fromHex, isIoctlOpenError, isUsageError } from "@cardwire/core";
import { NTSTATUS, WIN32 } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { FakeKernel, FakeSetup } from "../../test/fake-system.ts";
import { DeviceHandle } from "./device-handle.ts";
import { openDevice } from "./reader-devices.ts";
import { isWin32CallError, Win32CallError } from "./win32-call-error.ts";

const NOTHING = new Uint8Array(0);
const CANCELLED = { status: NTSTATUS.CANCELLED, information: 0, output: NOTHING };

function open(): { kernel: FakeKernel; device: DeviceHandle } {
  const kernel = new FakeKernel();
  return { kernel, device: new DeviceHandle(kernel, 0x44) };
}

test("a request that pends gives its output when it has ended", async () => {
  const { kernel, device } = open();
  const result = device.deviceIoControl(0x31_0014, fromHex("0102"), 10);
  expect(kernel.pending.map(({ code, input, outputLength }) => ({ code, input, outputLength }))).toEqual([
    { code: 0x31_0014, input: fromHex("0102"), outputLength: 10 },
  ]);
  kernel.end(undefined, 0, 0, fromHex("9000"));
  expect(await result).toEqual({ status: 0, information: 2, output: fromHex("9000") });
  await device.close();
});

test("results stay as they are when the memory is used again", async () => {
  const { kernel, device } = open();
  const first = device.deviceIoControl(1, NOTHING, 4);
  kernel.end(undefined, 0, 0, fromHex("AAAA"));
  const second = device.deviceIoControl(1, NOTHING, 4);
  kernel.end(undefined, 0, 0, fromHex("BBBB"));
  expect((await first).output).toEqual(fromHex("AAAA"));
  expect((await second).output).toEqual(fromHex("BBBB"));
  expect(kernel.overlapped).toHaveLength(1);
  await device.close();
});

test("requests overlap, and may end in any order", async () => {
  const { kernel, device } = open();
  const first = device.deviceIoControl(1, NOTHING, 1);
  const second = device.deviceIoControl(2, NOTHING, 1);
  kernel.end(kernel.pending[1], 0, 0, fromHex("02"));
  expect((await second).output).toEqual(fromHex("02"));
  kernel.end(undefined, 0, 0, fromHex("01"));
  expect((await first).output).toEqual(fromHex("01"));
  await device.close();
});

test("a request that ends on the spot needs no wait, and the late echo of its event ends no other", async () => {
  const { kernel, device } = open();
  kernel.atOnce = { error: 0, status: 0, output: fromHex("06") };
  expect(await device.deviceIoControl(1, NOTHING, 4)).toEqual({ status: 0, information: 1, output: fromHex("06") });
  const next = device.deviceIoControl(2, NOTHING, 4);
  kernel.overlapped[0]!.completed();
  expect(kernel.pending).toHaveLength(1);
  kernel.end(undefined, 0, 0, fromHex("07"));
  expect((await next).output).toEqual(fromHex("07"));
  kernel.overlapped[0]!.completed();
  await device.close();
});

test.each([
  ["refused on the spot", WIN32.INVALID_PARAMETER, NTSTATUS.PENDING, NTSTATUS.INVALID_PARAMETER],
  ["refused on the spot, by one of two statuses", WIN32.NOT_READY, NTSTATUS.PENDING, NTSTATUS.DEVICE_NOT_READY],
])("%s", async (_, error, left, status) => {
  const { kernel, device } = open();
  kernel.atOnce = { error, status: left };
  expect(await device.deviceIoControl(1, NOTHING, 4)).toEqual({ status, information: 0, output: NOTHING });
  await device.close();
});

test("a warning's bytes are given, an error's are not", async () => {
  const { kernel, device } = open();
  const more = device.deviceIoControl(1, NOTHING, 4);
  // STATUS_BUFFER_OVERFLOW leaves ERROR_MORE_DATA
  kernel.end(undefined, 234, 0x8000_0005, fromHex("0102"));
  expect(await more).toEqual({ status: 0x8000_0005, information: 2, output: fromHex("0102") });
  const none = device.deviceIoControl(1, NOTHING, 4);
  kernel.end(undefined, WIN32.IO_DEVICE, NTSTATUS.IO_DEVICE_ERROR, fromHex("0102"));
  expect(await none).toEqual({ status: NTSTATUS.IO_DEVICE_ERROR, information: 0, output: NOTHING });
  await device.close();
});

test("a signal cancels its request, and no other", async () => {
  const { kernel, device } = open();
  const abort = new AbortController();
  const first = device.deviceIoControl(1, NOTHING, 0, { signal: abort.signal });
  const second = device.deviceIoControl(2, NOTHING, 0);
  abort.abort();
  expect(await first).toEqual(CANCELLED);
  expect(kernel.pending).toHaveLength(1);
  expect(await device.deviceIoControl(3, NOTHING, 0, { signal: abort.signal })).toEqual(CANCELLED);
  expect(kernel.pending).toHaveLength(1);
  kernel.end(undefined, 0, 0);
  expect((await second).status).toBe(0);
  await device.close();
});

test("a request that runs on is finished, however often it is cancelled", async () => {
  const { kernel, device } = open();
  kernel.heedsCancel = false;
  const abort = new AbortController();
  const result = device.deviceIoControl(1, NOTHING, 4, { signal: abort.signal });
  abort.abort();
  kernel.end(undefined, 0, 0, fromHex("9000"));
  expect((await result).output).toEqual(fromHex("9000"));
  await device.close();
});

test("closing ends what is pending, and gives everything back once", async () => {
  const { kernel, device } = open();
  const results = [device.deviceIoControl(1, NOTHING, 0), device.deviceIoControl(2, NOTHING, 0)];
  await Promise.all([device.close(), device.close()]);
  expect(await Promise.all(results)).toEqual([CANCELLED, CANCELLED]);
  expect(kernel.closed).toEqual([0x44]);
  expect(kernel.overlapped.every(({ disposed }) => disposed)).toBe(true);
  await expect(device.deviceIoControl(1, NOTHING, 0)).rejects.toSatisfy(isUsageError);
});

test("closing waits for a request that does not heed it, after the handle is gone", async () => {
  const { kernel, device } = open();
  kernel.heedsCancel = false;
  const result = device.deviceIoControl(1, NOTHING, 4);
  let closed = false;
  const closing = device.close().then(() => (closed = true));
  await Promise.resolve();
  expect([kernel.closed, closed, kernel.overlapped[0]!.disposed]).toEqual([[0x44], false, false]);
  kernel.end(undefined, 0, 0, fromHex("9000"));
  await closing;
  expect(await result).toEqual(CANCELLED);
  expect(kernel.overlapped[0]!.disposed).toBe(true);
});

test("a machine without handles rejects the request, and no later one", async () => {
  const { kernel, device } = open();
  kernel.failure = new Win32CallError("CreateEvent", 1450);
  await expect(device.deviceIoControl(1, NOTHING, 0)).rejects.toSatisfy(isWin32CallError);
  kernel.failure = undefined;
  kernel.atOnce = { error: 0, status: 0 };
  expect((await device.deviceIoControl(1, NOTHING, 0)).status).toBe(0);
  await device.close();
});

test.each([-1, 1.5, 0x1_0000_0000])("%s is no output length", async (length) => {
  const { device } = open();
  await expect(device.deviceIoControl(1, NOTHING, length)).rejects.toSatisfy(isUsageError);
  await device.close();
});

test.each([
  [WIN32.ACCESS_DENIED, NTSTATUS.ACCESS_DENIED],
  [WIN32.FILE_NOT_FOUND, NTSTATUS.OBJECT_NAME_NOT_FOUND],
  // ERROR_PATH_NOT_FOUND, ERROR_SHARING_VIOLATION, and one that nobody expects
  [3, NTSTATUS.OBJECT_NAME_NOT_FOUND],
  [32, NTSTATUS.ACCESS_DENIED],
  [1234, NTSTATUS.UNSUCCESSFUL],
])("error %s of CreateFile is a status", (error, status) => {
  const kernel = new FakeKernel();
  kernel.openError = error;
  let thrown: unknown;
  try {
    openDevice({ kernel, setup: new FakeSetup() }, "\\\\?\\x");
  } catch (reason) {
    thrown = reason;
  }
  expect(isIoctlOpenError(thrown) && thrown.status).toBe(status);
  expect(String(thrown)).toContain("\\\\?\\x cannot be opened");
});
