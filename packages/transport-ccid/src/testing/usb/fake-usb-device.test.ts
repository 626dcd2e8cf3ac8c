import { fromHex } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, test } from "vitest";
import { RawHost } from "../../../test/raw-host.ts";
import { EmulatedCcidReader } from "../ccid/emulated-ccid-reader.ts";
import { EmulatedUsbDevice } from "./emulated-usb-device.ts";
import { FakeUsb } from "./fake-usb.ts";
import { FakeUsbDevice } from "./fake-usb-device.ts";

const STATUS = "65 00000000 00 05 000000";
/** An escape whose answer fills a packet of 64 bytes. */
const WHOLE_PACKET = "6B 00000000 00 01 000000";
const escape = (): Uint8Array => new Uint8Array(54);

describe("descriptors", () => {
  test("of the device and its one configuration, class descriptor behind the interface", () => {
    const device = new EmulatedUsbDevice([new EmulatedCcidReader()], { vendorId: 0x04e6, productId: 0x5116 });
    expect([...device.deviceDescriptor]).toEqual([18, 1, 0, 2, 0, 0, 0, 64, 0xe6, 4, 0x16, 0x51, 0, 1, 1, 2, 3, 1]);
    const configuration = device.configurationDescriptor;
    expect([...configuration.subarray(0, 18)]).toEqual([9, 2, 93, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 3, 0x0b, 0, 0, 0]);
    expect([...configuration.subarray(18, 20)]).toEqual([54, 0x21]);
    expect([...configuration.subarray(72)]).toEqual([
      ...[7, 5, 0x81, 2, 64, 0, 0],
      ...[7, 5, 0x02, 2, 64, 0, 0],
      ...[7, 5, 0x83, 3, 8, 0, 16],
    ]);
  });

  test("as the host reads them", async () => {
    const { device } = await RawHost.open({ descriptorPlace: "behind-endpoints", interrupt: false });
    const setup = { requestType: "standard", recipient: "device", request: 6, value: 0x0200, index: 0 } as const;
    const { data } = await device.controlTransferIn(setup, 4096);
    expect(data?.byteLength).toBe(86);
    expect(data?.getUint8(32)).toBe(54);
    expect(device.configuration.interfaces[0]?.alternates[0]?.endpoints).toHaveLength(2);
  });
});

describe("reads", () => {
  test("of a whole packet without a zero-length one behind it wait for more", async () => {
    const host = await RawHost.open({ escape, sendsZeroLengthPackets: false });
    await host.send(WHOLE_PACKET);
    const read = host.receive(128);
    await host.send(STATUS);
    expect((await read).length).toBe(2 * 74);
  });

  test("of one packet end with it", async () => {
    const host = await RawHost.open({ escape });
    await host.send(WHOLE_PACKET);
    expect((await host.receive(64)).length).toBe(128);
    expect(await host.receive(64)).toBe("");
  });

  test("that are too short for a packet are babble, or rounded up by usb 3", async () => {
    const chrome = await RawHost.open({ escape });
    await chrome.send(WHOLE_PACKET);
    expect(await chrome.receive(20)).toBe("babble");
    const usb3 = await RawHost.open({ escape }, { manner: "usb3" });
    await usb3.send(WHOLE_PACKET);
    expect((await usb3.receive(20)).length).toBe(40);
  });
});

describe("manners", () => {
  test("usb 3 gives up after a second, has one read, and lends nothing meanwhile", async () => {
    const clock = new VirtualClock();
    const { device } = await RawHost.open({}, { manner: "usb3", clock });
    const read = device.transferIn(1, 64);
    await Promise.resolve();
    await Promise.resolve();
    await expect(device.transferIn(1, 64)).rejects.toThrow("endpoint not found");
    expect(() => device.configuration).toThrow("borrowed");
    expect(() => device.close()).toThrow("borrowed");
    const outcome = expect(read).rejects.toThrow("Cancelled");
    await clock.advance(1000);
    await outcome;
    await device.close();
    await device.open();
    await expect(device.claimInterface(0)).rejects.toThrow("busy");
  });

  test("usb 2 does not close under a read, and ends it with the interface", async () => {
    const { device } = await RawHost.open({}, { manner: "usb2" });
    const read = expect(device.transferIn(1, 64)).rejects.toThrow("LIBUSB_TRANSFER_NO_DEVICE");
    await Promise.resolve();
    await expect(device.close()).rejects.toThrow("pending request");
    await device.releaseInterface(0);
    await read;
    await device.close();
  });

  test.each([
    ["chrome", "Unable to claim", "Access denied", "NotFoundError"],
    ["usb2", "LIBUSB_ERROR_BUSY", "LIBUSB_ERROR_ACCESS", "Error"],
    ["usb3", "errno 16", "errno 13", "Error"],
  ] as const)("%s says why not in its own words", async (manner, busy, denied, unplugged) => {
    const emulated = new EmulatedUsbDevice([new EmulatedCcidReader()]);
    const held = new FakeUsbDevice(emulated, { manner, claimedElsewhere: true });
    await held.open();
    await expect(held.claimInterface(0)).rejects.toThrow(busy);
    await expect(held.claimInterface(1)).rejects.toThrow();
    await expect(new FakeUsbDevice(emulated, { manner, accessDenied: true }).open()).rejects.toThrow(denied);
    held.unplug();
    await expect(held.open()).rejects.toMatchObject({ name: unplugged });
  });
});

test("any call can be made to fail, or the device be pulled at it", async () => {
  const calls: string[] = [];
  const emulated = new EmulatedUsbDevice([new EmulatedCcidReader()]);
  const device = new FakeUsbDevice(emulated, {
    onCall(call, index) {
      calls.push(`${index} ${call}`);
      if (index === 2) throw new Error("not now");
      if (index === 4) emulated.unplug();
    },
  });
  await device.open();
  await device.claimInterface(0);
  await expect(device.transferOut(2, fromHex(STATUS))).rejects.toThrow("not now");
  await device.transferOut(2, fromHex(STATUS));
  await expect(device.transferIn(1, 64)).rejects.toThrow("disconnected");
  expect(calls).toEqual(["0 open", "1 claimInterface", "2 transferOut", "3 transferOut", "4 transferIn"]);
  expect([device.opened, device.claimedInterfaces]).toEqual([false, []]);
});

test("FakeUsb: devices come and go", async () => {
  const usb = new FakeUsb();
  const told: string[] = [];
  const unwatch = usb.watch(({ type }) => told.push(type));
  usb.addEventListener("connect", ({ type }) => told.push(type));
  await expect(usb.requestDevice()).rejects.toMatchObject({ name: "NotFoundError" });
  const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]));
  usb.plug(device);
  expect(await usb.list()).toEqual([device]);
  expect(await usb.requestDevice()).toBe(device);
  device.unplug();
  expect(await usb.getDevices()).toEqual([]);
  expect(told).toEqual(["attached", "connect", "detached"]);
  unwatch();
  expect(usb.watchers).toBe(1);
});
