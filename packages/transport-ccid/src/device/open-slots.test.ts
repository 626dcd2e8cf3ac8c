import { delay, isIoctlOpenError } from "@cardwire/core";
import { IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import { expect, it } from "vitest";
import { patientClock, settle } from "../../test/settle.ts";
import { isCcidReaderError } from "../index.ts";
import { EmulatedCcidReader, EmulatedUsbDevice, FakeUsbDevice, type UsbCall } from "../testing.ts";
import { SharedReader } from "./open-slots.ts";

function bench(onCall: (call: UsbCall) => void | Promise<void> = () => undefined) {
  const clock = patientClock();
  const calls: UsbCall[] = [];
  const reader = new EmulatedCcidReader({ classDescriptor: { maxSlotIndex: 1 }, clock });
  const device = new FakeUsbDevice(new EmulatedUsbDevice([reader]), {
    clock,
    onCall(call) {
      calls.push(call);
      return onCall(call);
    },
  });
  return { clock, calls, device, shared: new SharedReader(device, { clock }, () => undefined) };
}

it("is open from its first slot to its last", async () => {
  const { clock, device, shared } = bench();
  const work = async (): Promise<boolean[]> => {
    const [first, second] = await Promise.all([shared.openSlot(0, ""), shared.openSlot(1, "")]);
    const states = [device.opened];
    await first.close();
    states.push(device.opened);
    await second.close();
    states.push(device.opened);
    return states;
  };
  expect(await settle(clock, work())).toEqual({ value: [true, true, false] });
});

it("is not opened again before it is given back, when its connection is lost", async () => {
  let fails = false;
  const { clock, calls, device, shared } = bench(async (call) => {
    if (fails && call === "transferOut") throw new Error("a transfer error has occurred");
    if (call === "releaseInterface") await delay(clock, 1_000);
  });
  const work = async (): Promise<void> => {
    const [first, second] = await Promise.all([shared.openSlot(0, ""), shared.openSlot(1, "")]);
    fails = true;
    const waits = first.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);
    // each power-on has an ABORT behind it
    while ((await first.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, new Uint8Array(0), 4)).status === NTSTATUS.SUCCESS)
      await first.deviceIoControl(0x0031_36b0, new Uint8Array(1), 16);
    expect((await waits).status).toBe(NTSTATUS.DEVICE_REMOVED);
    fails = false;
    await first.close();
    calls.length = 0;
    const again = await shared.openSlot(0, "");
    expect(calls.slice(0, 2)).toEqual(["close", "open"]);
    // the one who is late leaves the new one alone
    await second.close();
    expect(device.claimedInterfaces).toEqual([0]);
    expect((await again.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, new Uint8Array(0), 4)).status).toBe(0);
    await again.close();
  };
  expect(await settle(clock, work())).toEqual({ value: undefined });
  expect([device.opened, device.claimedInterfaces]).toEqual([false, []]);
});

it("says why it cannot be had, and is tried again", async () => {
  let denied = true;
  const { clock, device, shared } = bench((call) => {
    if (denied && call === "claimInterface") throw new Error("claimInterface error: interface is busy (errno 16)");
  });
  const work = async (): Promise<unknown> => {
    const error: unknown = await shared.openSlot(0, "there").catch((reason: unknown) => reason);
    denied = false;
    await (await shared.openSlot(1, "there")).close();
    await expect(shared.openSlot(2, "there")).rejects.toThrow("no slot 2");
    return error;
  };
  const outcome = await settle(clock, work());
  if (!("value" in outcome)) throw outcome.error;
  expect(isIoctlOpenError(outcome.value) && isCcidReaderError(outcome.value.cause, "HELD_BY_OTHER")).toBe(true);
  expect([device.opened, device.claimedInterfaces]).toEqual([false, []]);
});
