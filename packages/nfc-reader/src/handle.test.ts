import { fromHex, isIoctlOpenError, isUsageError, type TraceEvent } from "@cardwire/core";
import { encodeProtocol, IOCTL_SMARTCARD, type IoctlName, NTSTATUS } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { APDU, bench, named, NO_INPUT } from "../test/bench.ts";
import { ULTRALIGHT } from "../test/fake-front-end.ts";
import { flush } from "../test/manual-clock.ts";

const UNSUPPORTED: readonly IoctlName[] = ["EJECT", "SWALLOW", "CONFISCATE", "GET_PERF_CNTR"];
const UNLISTED: readonly IoctlName[] = ["READ", "WRITE", "GET_FEATURE_REQUEST"];

test.each(["documented", "nfccx"] as const)("what is not supported: %s", async (profile) => {
  const { io, device, reader } = await bench(profile);
  for (const name of UNSUPPORTED) expect((await io(name, Uint8Array.of(1), 1)).status, name).toBe("NOT_SUPPORTED");
  const unlisted = profile === "nfccx" ? "INVALID_DEVICE_STATE" : "NOT_SUPPORTED";
  for (const name of UNLISTED) expect((await io(name)).status, name).toBe(unlisted);
  for (const code of [0x0031_0034, 0, 0x0022_0000])
    expect(named(await device.deviceIoControl(code, NO_INPUT, 0)).status).toBe(unlisted);
  reader.setRadio(false);
  for (const name of UNSUPPORTED) expect((await io(name)).status, name).toBe("DEVICE_POWERED_OFF");
  for (const name of UNLISTED) expect((await io(name)).status, name).toBe(unlisted);
});

test("GET_LAST_ERROR succeeds with 0", async () => {
  const { io } = await bench();
  expect(await io("GET_LAST_ERROR", NO_INPUT, 4)).toEqual({ status: "SUCCESS", output: fromHex("00000000") });
  expect((await io("GET_LAST_ERROR", NO_INPUT, 3)).status).toBe("INVALID_PARAMETER");
});

test("SET_PROTOCOL: OPTIMAL, DEFAULT and T=1 give T=1", async () => {
  const { io, insert } = await bench();
  const set = async (mask: number): Promise<unknown> => io("SET_PROTOCOL", encodeProtocol(mask), 4);
  expect(await set(2)).toEqual({ status: "NO_MEDIA", output: NO_INPUT });
  await insert();
  const t1 = { status: "SUCCESS", output: fromHex("02000000") };
  for (const mask of [0, 2, 3, 0x8000_0000, 0x8001_0003]) expect(await set(mask)).toEqual(t1);
  for (const mask of [1, 0x0001_0000, 0x0001_0001])
    expect(await set(mask)).toEqual({ status: "NOT_SUPPORTED", output: NO_INPUT });
  for (const mask of [4, 0x100])
    expect(await set(mask)).toEqual({ status: "INVALID_DEVICE_REQUEST", output: NO_INPUT });
  expect((await io("SET_PROTOCOL", encodeProtocol(2), 3)).status).toBe("INVALID_PARAMETER");
  expect((await io("SET_PROTOCOL", fromHex("020000"), 4)).status).toBe("INVALID_PARAMETER");
});

test("IS_PRESENT and IS_ABSENT take no buffers", async () => {
  const { io } = await bench();
  for (const name of ["IS_PRESENT", "IS_ABSENT"] as const) {
    expect((await io(name, Uint8Array.of(0))).status).toBe("INVALID_PARAMETER");
    expect((await io(name, NO_INPUT, 1)).status).toBe("INVALID_PARAMETER");
  }
});

test("the one handle: a second open is denied until the first is closed", async () => {
  const { reader, device } = await bench();
  const denied = await reader.device.open().catch((error: unknown) => error);
  expect(isIoctlOpenError(denied) && denied.status).toBe(NTSTATUS.ACCESS_DENIED);
  await device.close();
  await device.close();
  const next = await reader.device.open();
  await next.close();
});

test("a closed handle is a broken contract", async () => {
  const { device } = await bench();
  await device.close();
  const error = await device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NO_INPUT, 4).catch((reason: unknown) => reason);
  expect(isUsageError(error)).toBe(true);
});

test("an output length that is none is a broken contract", async () => {
  const { device } = await bench();
  for (const length of [-1, 0.5, NaN, 2 ** 32])
    await expect(device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NO_INPUT, length)).rejects.toThrow("output length");
});

test("closing cancels what waits, finishes what runs, and lets go of the card", async () => {
  const { io, insert, device, frontEnd, reader, clock, events } = await bench();
  await insert();
  const absent = io("IS_ABSENT");
  frontEnd.mode = "held";
  const running = io("TRANSMIT", APDU, 64);
  const waiting = io("TRANSMIT", APDU, 64);
  const closed = device.close();
  expect((await absent).status).toBe("CANCELLED");
  expect((await waiting).status).toBe("CANCELLED");
  await flush();
  expect(frontEnd.isHeld).toBe(true);
  frontEnd.release();
  expect((await running).status).toBe("SUCCESS");
  await closed;
  expect(frontEnd.isOn).toBe(false);
  expect(clock.timerCount).toBe(0);
  expect(events.at(-1)?.type).toBe("card-departed");
  const next = await reader.device.open();
  expect(named(await next.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, NO_INPUT, 4)).output[0]).toBe(1);
});

test("whoever hears that the interface goes finds it gone", async () => {
  const { reader } = await bench();
  const listed: number[] = [];
  reader.subscribe(({ type }) => {
    if (type === "interface-removed") listed.push(reader.listInterfaces().length);
  });
  reader.setRadio(false);
  reader.setRadio(true);
  await reader.close();
  expect(listed).toEqual([0, 0]);
});

test("closing the reader closes handle and front end, and nothing can be opened any more", async () => {
  const { io, reader, frontEnd, events } = await bench();
  const present = io("IS_PRESENT");
  await flush();
  await reader.close();
  await reader.close();
  expect((await present).status).toBe("CANCELLED");
  expect(frontEnd.isClosed).toBe(true);
  expect(events.at(-1)?.type).toBe("discovery-stopped");
  expect(reader.listInterfaces()).toEqual([]);
  const error = await reader.device.open().catch((reason: unknown) => reason);
  expect(isIoctlOpenError(error) && error.status).toBe(NTSTATUS.OBJECT_NAME_NOT_FOUND);
  expect(reader.setRadio(false)).toBe(NTSTATUS.DEVICE_REMOVED);
});

test("a reader is disposed of at the end of its block", async () => {
  const { reader, frontEnd } = await bench();
  await reader[Symbol.asyncDispose]();
  expect(frontEnd.isClosed).toBe(true);
});

test("discovery that fails is reported, and tried again after a while", async () => {
  const { io, frontEnd, clock, events } = await bench();
  frontEnd.discoverError = new Error("busy");
  const present = io("IS_PRESENT");
  await clock.advance(450);
  expect(frontEnd.log).toEqual(["discover", "deactivate", "discover", "deactivate", "discover", "deactivate"]);
  expect(events.filter(({ type }) => type === "failed")).toHaveLength(3);
  frontEnd.discoverError = undefined;
  frontEnd.put(ULTRALIGHT);
  await clock.advance(200);
  expect((await present).status).toBe("SUCCESS");
});

test("a need that ends during the pause leaves no timer", async () => {
  const { device, io, frontEnd, clock, reader } = await bench();
  frontEnd.discoverError = new Error("busy");
  void io("IS_PRESENT");
  await flush();
  expect(clock.timerCount).toBe(1);
  await device.close();
  await reader.settled();
  expect(clock.timerCount).toBe(0);
});

test("a host's conversation comes before the arrival, and can find the card gone", async () => {
  const log: string[] = [];
  let stays = false;
  const { io, frontEnd, clock } = await bench("documented", {
    *beforeArrival(session, target) {
      log.push(`${session.family} ${target.technology}`);
      yield { kind: "frame", data: Uint8Array.of(0x30, 0x04), timeoutUs: 1000 };
      return stays;
    },
  });
  let present: string | undefined;
  void io("IS_PRESENT").then(({ status }) => (present = status));
  frontEnd.put(ULTRALIGHT);
  await flush();
  expect(present).toBeUndefined();
  expect(frontEnd.log).toEqual(["discover", "3004", "deactivate"]);
  stays = true;
  await clock.advance(200);
  expect(present).toBe("SUCCESS");
  expect(log).toEqual(["fake nfc-a", "fake nfc-a"]);
});

test("a trace has every layer in order, and bytes of its own", async () => {
  const trace: TraceEvent[] = [];
  const { io, insert, frontEnd } = await bench("documented", { trace: (event) => trace.push(event) });
  await insert();
  trace.length = 0;
  frontEnd.mode = "async";
  const input = APDU.slice();
  const done = io("TRANSMIT", input, 64);
  input.fill(0);
  await done;
  expect(trace.map(({ layer, direction }) => `${layer} ${direction}`)).toEqual([
    "ioctl down",
    "apdu down",
    "rf down",
    "rf up",
    "apdu up",
    "ioctl up",
  ]);
  expect(trace[0]).toMatchObject({ code: IOCTL_SMARTCARD.TRANSMIT, input: APDU, outputLength: 64 });
  expect(trace[1]).toMatchObject({ bytes: APDU.slice(8) });
  const times = trace.map(({ timeUs }) => timeUs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("a listener that throws does not stop the reader", async () => {
  const { reader, insert, io } = await bench();
  const unhandled: unknown[] = [];
  const collect = (error: unknown): void => void unhandled.push(error);
  process.prependOnceListener("uncaughtException", collect);
  const defect = new Error("a listener's defect");
  const end = reader.subscribe(({ type }) => {
    if (type === "card-arrived") throw defect;
  });
  const listeners = process.listeners("uncaughtException").filter((listener) => listener !== collect);
  for (const listener of listeners) process.off("uncaughtException", listener);
  try {
    await insert();
    await flush();
  } finally {
    for (const listener of listeners) process.on("uncaughtException", listener);
    process.off("uncaughtException", collect);
  }
  expect(unhandled).toEqual([defect]);
  expect((await io("GET_STATE", NO_INPUT, 4)).output[0]).toBe(6);
  end();
});
