import { type Clock, fromHex, systemClock, toHex } from "@cardwire/core";
import { afterEach, describe, expect, test } from "vitest";
import { EmulatedCcidReader, EmulatedUsbDevice, FakeUsbDevice } from "../testing.ts";
import { StackDevice } from "./stack-device.ts";
import { type UsbStack } from "./stack-usb-device.ts";

const STATUS = fromHex("65 00000000 00 05 000000");
const ANSWER = "81000000000005020000";

interface Bench {
  readonly reader: EmulatedCcidReader;
  readonly fake: FakeUsbDevice;
  readonly device: StackDevice;
}

const benches: Bench[] = [];

/** Fifty times as fast as the host's: usb 3 waits out the time of a read when it is closed. */
const fast: Clock = { ...systemClock, schedule: (delayMs, callback) => systemClock.schedule(delayMs / 50, callback) };

function plug(stack: UsbStack): Bench {
  const reader = new EmulatedCcidReader({});
  const manner = stack === "nusb" ? "usb3" : "usb2";
  const fake = new FakeUsbDevice(new EmulatedUsbDevice([reader]), { manner, clock: fast });
  const bench = { reader, fake, device: new StackDevice(fake, stack) };
  benches.push(bench);
  return bench;
}

async function open(stack: UsbStack): Promise<Bench> {
  const bench = plug(stack);
  await bench.device.open();
  await bench.device.claimInterface(0);
  return bench;
}

afterEach(async () => {
  for (const { device } of benches.splice(0)) await device.close();
});

describe.each(["libusb", "nusb"] as const)("over %s", (stack) => {
  test("bytes go out and come in", async () => {
    const { device } = await open(stack);
    expect(await device.transferOut(2, STATUS)).toEqual({ status: "ok", bytesWritten: 10 });
    const { data } = await device.transferIn(1, 64);
    expect(toHex(new Uint8Array(data!.buffer))).toBe(ANSWER);
  });

  test("a stall is a status", async () => {
    const { reader, device } = await open(stack);
    reader.disturbNext("stall");
    await device.transferOut(2, STATUS);
    expect(await device.transferIn(1, 64)).toEqual({ status: "stall" });
    await device.clearHalt("in", 1);
    expect((await device.transferIn(1, 64)).status).toBe("ok");
    const clocks = { requestType: "class", recipient: "interface", request: 2, value: 0, index: 0 } as const;
    expect(await device.controlTransferIn(clocks, 4)).toEqual({ status: "stall" });
    const unknown = { requestType: "vendor", recipient: "interface", request: 2, value: 0, index: 0 } as const;
    expect((await device.controlTransferOut(unknown)).status).toBe("stall");
  });

  test("a read waits longer than a slice, and everything can be read beside it", async () => {
    const { device } = await open(stack);
    const read = device.transferIn(1, 64);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(device.configuration?.interfaces[0]?.alternates[0]?.interfaceClass).toBe(0x0b);
    expect(device.configurations).toHaveLength(1);
    expect([device.manufacturerName, device.productName, device.serialNumber]).toEqual([
      "Emulated",
      "CCID Reader",
      "0001",
    ]);
    await device.transferOut(2, STATUS);
    expect((await read).data?.byteLength).toBe(10);
  });

  test("two reads of one endpoint come after each other", async () => {
    const { device } = await open(stack);
    const reads = [device.transferIn(1, 64), device.transferIn(1, 64)];
    await device.transferOut(2, STATUS);
    await device.transferOut(2, STATUS);
    for (const { data } of await Promise.all(reads)) expect(data?.byteLength).toBe(10);
  });

  test("closing ends what waits, and gives the claim back", async () => {
    const { device, fake } = await open(stack);
    const bulk = device.transferIn(1, 64).catch((error: unknown) => error);
    const interrupt = device.transferIn(3, 8).catch((error: unknown) => error);
    await device.close();
    expect(await bulk).toBeInstanceOf(Error);
    expect(await interrupt).toBeInstanceOf(Error);
    expect([fake.opened, device.opened, fake.pendingTransfers]).toEqual([false, false, 0]);
    expect(fake.claimedInterfaces).toEqual([]);
    await device.open();
    await device.claimInterface(0);
    await device.transferOut(2, STATUS);
    expect((await device.transferIn(1, 64)).data?.byteLength).toBe(10);
  });

  test("an interface is released under a read", async () => {
    const { device, fake } = await open(stack);
    const read = device.transferIn(1, 64).catch((error: unknown) => error);
    await device.releaseInterface(0);
    expect(await read).toBeInstanceOf(Error);
    expect(fake.claimedInterfaces).toEqual([]);
  });

  test("unplugged, everything rejects and closing does not", async () => {
    const { device, fake } = await open(stack);
    const read = device.transferIn(1, 64);
    fake.unplug();
    await expect(read).rejects.toThrow(/NO_DEVICE|disconnected/i);
    await expect(device.transferOut(2, STATUS)).rejects.toThrow();
    await expect(device.close()).resolves.toBeUndefined();
  });
});

describe("two readers in one device", () => {
  const ADDRESSES = [
    { in: 0x81, out: 0x02, interrupt: 0x83 },
    { in: 0x84, out: 0x05, interrupt: 0x86 },
  ];

  test.each(["libusb", "nusb"] as const)("are claimed and released under each other's reads: %s", async (stack) => {
    const readers = ADDRESSES.map(
      (endpointAddresses, interfaceNumber) => new EmulatedCcidReader({ interfaceNumber, endpointAddresses }),
    );
    const manner = stack === "nusb" ? "usb3" : "usb2";
    const fake = new FakeUsbDevice(new EmulatedUsbDevice(readers), { manner, clock: fast });
    const device = new StackDevice(fake, stack, { clock: fast });
    await device.open();
    await device.claimInterface(0);
    const kept = device.transferIn(3, 8);
    await device.claimInterface(1);
    const ended = device.transferIn(6, 8).catch((error: unknown) => error);
    await device.releaseInterface(1);
    expect(await ended).toBeInstanceOf(Error);
    expect(fake.claimedInterfaces).toEqual([0]);
    readers[0]!.insert({ atr: new Uint8Array(0), transmit: () => new Uint8Array(0) });
    expect((await kept).data?.byteLength).toBe(2);
    await device.close();
    expect([fake.opened, fake.claimedInterfaces]).toEqual([false, []]);
  });
});

test("usb 3 has to open a device to say what it is, and may be refused", async () => {
  const fake = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), {
    manner: "usb3",
    accessDenied: true,
  });
  const device = new StackDevice(fake, "nusb");
  expect([device.isReadable, device.configuration, device.configurations]).toEqual([false, null, []]);
  await expect(device.open()).rejects.toThrow("errno 13");
});

test("usb 2 clears a halt by libusb, which sets the host's toggle back, too", async () => {
  const fake = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), { manner: "usb2" });
  const cleared: number[] = [];
  const endpoint = (address: number): object => ({
    clearHalt(done: (error?: Error) => void) {
      cleared.push(address);
      done(address === 0x02 ? new Error("LIBUSB_ERROR_IO") : undefined);
    },
  });
  const legacy = { interfaces: [{ endpoint: () => undefined }, { endpoint }] };
  const raw = Object.create(fake, { device: { value: legacy } }) as FakeUsbDevice;
  const device = new StackDevice(raw, "libusb");
  await device.clearHalt("in", 1);
  await expect(device.clearHalt("out", 2)).rejects.toThrow("LIBUSB_ERROR_IO");
  expect(cleared).toEqual([0x81, 0x02]);
});
