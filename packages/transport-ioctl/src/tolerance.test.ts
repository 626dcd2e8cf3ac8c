import { delay, fromHex, isSmartCardError, isSmartCardOtherError, type SmartCardContext } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, NTSTATUS, SCARD_ATTR } from "@cardwire/ioctl";
import { describe, expect, it } from "vitest";
import { FakeDevice, FakeMachine, NTAG } from "../test/fake-device.ts";
import { createIoctlContext } from "./index.ts";

const NAME = "Microsoft IFD 0";
const GET_UID = fromHex("FFCA000000");

function setUp() {
  const clock = new VirtualClock();
  const device = new FakeDevice({ clock });
  const context = createIoctlContext({ devices: [device], clock });
  return { clock, device, context };
}

async function flags(context: SmartCardContext): Promise<string[]> {
  const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
  return Object.entries(state!.eventState)
    .filter(([flag, value]) => value && flag !== "changed")
    .map(([flag]) => flag);
}

async function failure(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => "nothing",
    (reason: unknown) => reason,
  );
  if (isSmartCardError(error)) return error.responseCode;
  if (isSmartCardOtherError(error)) return `${error.name} ${error.symbol}`;
  return String(error);
}

describe("a device that is not as it should be", () => {
  it("is not listed while it cannot be opened, and tried again in growing intervals", async () => {
    const { clock, device, context } = setUp();
    device.openFailure = new Error("held by another program");
    expect(await context.listReaders()).toEqual([]);
    await clock.advance(10 * 60_000);
    expect(device.opens).toBeGreaterThan(20);
    expect(device.opens).toBeLessThan(30);
    device.openFailure = undefined;
    await clock.advance(30_000);
    expect(await context.listReaders()).toEqual([NAME]);
    await context.close();
    expect(clock.pending).toBe(0);
  });

  it.each(["VENDOR_NAME", "VENDOR_IFD_TYPE", "DEVICE_UNIT"] as const)("is not listed without %s", async (name) => {
    const { device, context } = setUp();
    device.attributes.delete(SCARD_ATTR[name]);
    expect(await context.listReaders()).toEqual([]);
    expect(device.closes).toBe(1);
    await context.close();
  });

  it("is listed without CHARACTERISTICS", async () => {
    const { device, context } = setUp();
    device.attributes.delete(SCARD_ATTR.CHARACTERISTICS);
    expect(await context.listReaders()).toEqual([NAME]);
    await context.close();
  });

  it("is not listed with a unit that is no DWORD, or without any name", async () => {
    for (const [tag, value] of [
      [SCARD_ATTR.DEVICE_UNIT, fromHex("00")],
      [SCARD_ATTR.VENDOR_NAME, fromHex("00")],
    ] as const) {
      const { device, context } = setUp();
      device.attributes.set(SCARD_ATTR.VENDOR_IFD_TYPE, new Uint8Array(0));
      device.attributes.set(tag, value);
      expect(await context.listReaders()).toEqual([]);
      await context.close();
    }
  });

  it("is forgiven four failures in a row", async () => {
    const { clock, device, context } = setUp();
    device.answer(IOCTL_SMARTCARD.IS_PRESENT, ...Array.from({ length: 4 }, () => NTSTATUS.DEVICE_BUSY));
    await context.listReaders();
    await clock.advance(5_000);
    expect(await flags(context)).toEqual(["empty"]);
    expect(device.pending).toBe(1);
    await context.close();
  });

  it("is unavailable after the fifth, and left alone", async () => {
    const { clock, device, context } = setUp();
    device.answer(IOCTL_SMARTCARD.IS_PRESENT, ...Array.from({ length: 5 }, () => NTSTATUS.UNSUCCESSFUL));
    await context.listReaders();
    const waiting = context.getStatusChange([{ readerName: NAME, currentState: { empty: true } }]);
    await clock.advance(5_000);
    expect((await waiting)[0]!.eventState.unavailable).toBe(true);
    expect(await context.listReaders()).toEqual([NAME]);
    expect(await failure(context.connect(NAME, "shared"))).toBe("reader-unavailable");
    expect([device.closes, clock.pending]).toEqual([1, 0]);
    await clock.advance(3_600_000);
    expect(device.opens).toBe(1);
    await context.close();
  });

  it("has its failures forgotten with the first success", async () => {
    const { clock, device, context } = setUp();
    device.answer(IOCTL_SMARTCARD.IS_PRESENT, ...Array.from({ length: 4 }, () => NTSTATUS.UNSUCCESSFUL));
    device.answer(IOCTL_SMARTCARD.IS_ABSENT, ...Array.from({ length: 4 }, () => NTSTATUS.UNSUCCESSFUL));
    await context.listReaders();
    await clock.advance(5_000);
    device.insert(NTAG);
    await clock.advance(5_000);
    expect(await flags(context)).toEqual(["present"]);
    await context.close();
  });

  it("is unavailable when it does not answer for 150 seconds", async () => {
    const { clock, device, context } = setUp();
    device.insert(NTAG);
    await context.listReaders();
    await clock.advance(0);
    const { connection } = await context.connect(NAME, "shared");
    device.answer(IOCTL_SMARTCARD.TRANSMIT, "hang");
    const hanging = failure(connection.transmit(GET_UID));
    const behind = failure(connection.transmit(GET_UID));
    await clock.advance(149_000);
    expect(await flags(context)).toEqual(["present", "inuse"]);
    await clock.advance(17_000);
    expect([await hanging, await behind]).toEqual(["reader-unavailable", "reader-unavailable"]);
    expect(await failure(connection.status())).toBe("reader-unavailable");
    expect(await flags(context)).toEqual(["unavailable"]);
    expect([device.closes, device.opens, clock.pending]).toEqual([1, 1, 0]);
    await context.close();
  });

  it("is not waited for at start-up longer than five seconds", async () => {
    const { clock, device, context } = setUp();
    device.answer(IOCTL_SMARTCARD.GET_ATTRIBUTE, "hang");
    const listing = context.listReaders();
    await clock.advance(5_000);
    expect(await listing).toEqual([]);
    await clock.advance(160_000);
    expect([device.closes, clock.pending]).toEqual([1, 0]);
    await context.close();
  });

  it("does not keep a context from closing, whatever it hangs in", async () => {
    for (const code of [IOCTL_SMARTCARD.GET_ATTRIBUTE, IOCTL_SMARTCARD.IS_PRESENT]) {
      const { clock, device, context } = setUp();
      device.answer(code, "hang");
      const listing = failure(context.listReaders());
      await clock.advance(0);
      await context.close();
      await listing;
      expect([device.closes, clock.pending]).toEqual([1, 0]);
    }
    const { clock, device, context } = setUp();
    device.open = () => new Promise(() => undefined);
    const ended = Promise.all([failure(context.listReaders()), context.close()]);
    await clock.advance(5_000);
    expect(await ended).toEqual(["InvalidStateError SCARD_E_INVALID_HANDLE", undefined]);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it("is waited for while it opens: a closed context has closed its devices", async () => {
    const { clock, device, context } = setUp();
    const open = device.open.bind(device);
    device.open = async () => {
      await delay(clock, 3_000);
      return open();
    };
    void failure(context.listReaders());
    await clock.advance(1_000);
    const closed = context.close().then(() => [clock.now(), device.opens, device.closes]);
    await clock.advance(2_000);
    expect(await closed).toEqual([3_000, 1, 1]);
    expect(clock.pending).toBe(0);
  });

  it("is closed in whatever moment its context is closed", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { clock, device, context } = setUp();
      void failure(context.listReaders());
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const closed = context.close().then(() => "closed");
      await clock.advance(0);
      expect(await Promise.race([closed, Promise.resolve("hangs")])).toBe("closed");
      expect([device.closes, clock.pending]).toEqual([device.opens, 0]);
    }
  });

  it("is closed again when it opens too late", async () => {
    const { clock, device, context } = setUp();
    const open = device.open.bind(device);
    let late!: () => void;
    device.open = () => new Promise((resolve) => (late = () => resolve(open())));
    void failure(context.listReaders());
    await clock.advance(0);
    const closed = context.close();
    await clock.advance(5_000);
    await closed;
    late();
    await clock.advance(0);
    expect([device.opens, device.closes]).toEqual([1, 1]);
  });

  it("is left behind when it does not close", async () => {
    const { clock, device, context } = setUp();
    const open = device.open.bind(device);
    device.open = async () => {
      const handle = await open();
      return {
        deviceIoControl: (code, input, outputLength, options) =>
          handle.deviceIoControl(code, input, outputLength, options),
        close: () => new Promise(() => undefined),
      };
    };
    await context.listReaders();
    const closing = context.close();
    await clock.advance(5_000);
    await closing;
    expect(clock.pending).toBe(0);
  });

  it("is opened anew after it was unplugged, or broke, while it is listed", async () => {
    const { clock, device, context } = setUp();
    device.insert(NTAG);
    await context.listReaders();
    await clock.advance(0);
    const { connection } = await context.connect(NAME, "shared");
    device.unplug();
    await clock.advance(0);
    expect(await failure(connection.transmit(GET_UID))).toBe("reader-unavailable");
    expect(await flags(context)).toEqual(["unavailable"]);
    await clock.advance(500);
    expect(await flags(context)).toEqual(["present"]);
    device.answer(IOCTL_SMARTCARD.IS_PRESENT, "reject");
    device.remove();
    await clock.advance(0);
    expect(await flags(context)).toEqual(["unavailable"]);
    await clock.advance(500);
    expect(await flags(context)).toEqual(["empty"]);
    expect(device.opens).toBe(3);
    await context.close();
  });

  it("is unavailable while its radio is off, and looked at every second", async () => {
    const { clock, device, context } = setUp();
    await context.listReaders();
    device.setRadio(false);
    await clock.advance(0);
    expect(await flags(context)).toEqual(["unavailable"]);
    expect(await failure(context.connect(NAME, "direct"))).toBe("reader-unavailable");
    device.log.length = 0;
    await clock.advance(60_000);
    expect(device.log).toHaveLength(60);
    device.setRadio(true);
    await clock.advance(1_000);
    expect(await flags(context)).toEqual(["empty"]);
    device.insert(NTAG);
    await clock.advance(0);
    expect(await flags(context)).toEqual(["present"]);
    device.setRadio(false);
    await clock.advance(0);
    expect(await flags(context)).toEqual(["unavailable"]);
    await context.close();
    expect(clock.pending).toBe(0);
  });
});

describe("statuses", () => {
  it.each([
    ["NO_MEDIA", "removed-card"],
    ["LINK_FAILED", "removed-card"],
    ["INVALID_PARAMETER", "InvalidParameterError SCARD_E_INVALID_PARAMETER"],
    ["INVALID_DEVICE_STATE", "not-ready"],
    ["BUFFER_TOO_SMALL", "UnknownError SCARD_E_INSUFFICIENT_BUFFER"],
    ["IO_TIMEOUT", "UnknownError SCARD_E_TIMEOUT"],
    ["UNSUCCESSFUL", "UnknownError SCARD_F_COMM_ERROR"],
    ["DEVICE_POWERED_OFF", "reader-unavailable"],
    ["NOT_SUPPORTED", "unsupported-feature"],
  ] as const)("of TRANSMIT: %s is %s, and the status is kept", async (status, expected) => {
    const { clock, device, context } = setUp();
    device.insert(NTAG);
    await context.listReaders();
    await clock.advance(0);
    const { connection } = await context.connect(NAME, "shared");
    device.answer(IOCTL_SMARTCARD.TRANSMIT, NTSTATUS[status]);
    const error: unknown = await connection.transmit(GET_UID).catch((reason: unknown) => reason);
    expect(await failure(Promise.reject(error as Error))).toBe(expected);
    expect(error).toMatchObject({
      readerName: NAME,
      command: "transmit FF CA 00 00 00",
      cause: { code: "NTSTATUS", status: NTSTATUS[status] },
    });
    // what says that the card is gone ends the connection, all else does not
    const next = await failure(connection.transmit(GET_UID));
    expect(next).toBe(expected === "removed-card" ? expected : "nothing");
    await context.close();
  });

  it("of SET_PROTOCOL", async () => {
    for (const [status, expected] of [
      [NTSTATUS.NO_MEDIA, "no-smartcard"],
      [NTSTATUS.NOT_SUPPORTED, "proto-mismatch"],
      [NTSTATUS.INVALID_DEVICE_REQUEST, "proto-mismatch"],
      [NTSTATUS.IO_TIMEOUT, "UnknownError SCARD_E_TIMEOUT"],
    ] as const) {
      const { clock, device, context } = setUp();
      device.insert(NTAG);
      await context.listReaders();
      await clock.advance(0);
      device.answer(IOCTL_SMARTCARD.SET_PROTOCOL, status);
      expect(await failure(context.connect(NAME, "shared"))).toBe(expected);
      expect(await failure(context.connect(NAME, "shared"))).toBe("nothing");
      await context.close();
    }
  });

  it("never show more of a command than its header", async () => {
    const { clock, device, context } = setUp();
    device.insert(NTAG);
    await context.listReaders();
    await clock.advance(0);
    const { connection } = await context.connect(NAME, "shared");
    device.answer(IOCTL_SMARTCARD.TRANSMIT, NTSTATUS.UNSUCCESSFUL);
    const verify = connection.transmit(fromHex("00 20 00 80 04 31 32 33 34"));
    const error = (await verify.catch((reason: unknown) => reason)) as Error;
    expect(error.message).toContain("transmit 00 20 00 80 04 … (9 bytes)");
    expect(error.message).not.toContain("31");
    await context.close();
  });

  it("leave nothing unsaid when an answer is malformed, or the device throws", async () => {
    const { clock, device, context } = setUp();
    device.insert({ ...NTAG, answers: {} });
    await context.listReaders();
    await clock.advance(0);
    const { connection } = await context.connect(NAME, "shared");
    const perform = device.perform.bind(device);
    device.perform = () => Promise.resolve({ status: 0, information: 9, output: new Uint8Array(9) });
    expect(await failure(connection.transmit(GET_UID))).toBe("UnknownError SCARD_F_COMM_ERROR");
    device.perform = perform;
    device.answer(IOCTL_SMARTCARD.TRANSMIT, "reject");
    expect(await failure(connection.transmit(GET_UID))).toBe("reader-unavailable");
    device.answer(IOCTL_SMARTCARD.SET_ATTRIBUTE, "reject");
    expect(await failure(connection.setAttribute(1, new Uint8Array(4)))).toBe("reader-unavailable");
    expect(await failure(connection.transmit(new Uint8Array(0)))).toBe(
      "InvalidParameterError SCARD_E_INVALID_PARAMETER",
    );
    expect(await failure(connection.transmit(GET_UID, { protocol: "t0" }))).toBe("proto-mismatch");
    expect(await failure(connection.transmit(GET_UID))).toBe("nothing");
    await context.close();
  });
});

describe("devices that cannot be listed", () => {
  it("are no service, until they can be", async () => {
    const machine = new FakeMachine();
    machine.attach(new FakeDevice());
    machine.break(new Error("no bus"));
    const context = createIoctlContext({ devices: machine });
    expect(await failure(context.listReaders())).toBe("no-service");
    machine.break(undefined);
    expect(await context.listReaders()).toEqual([NAME]);
    const waiting = failure(context.getStatusChange([{ readerName: NAME, currentState: { empty: true } }]));
    machine.break(new Error("no bus"));
    expect(await waiting).toBe("no-service");
    expect(await failure(context.connect(NAME, "shared"))).toBe("no-service");
    machine.break(undefined);
    expect(await context.listReaders()).toEqual([NAME]);
    await context.close();
    expect(machine.listeners).toBe(0);
  });
});

it("a device that comes back under its path between two lists is opened by its new interface", async () => {
  const clock = new VirtualClock();
  const machine = new FakeMachine();
  const first = machine.attach(new FakeDevice({ clock }));
  const context = createIoctlContext({ devices: machine, clock });
  await context.listReaders();
  const list = machine.listInterfaces.bind(machine);
  machine.listInterfaces = async () => {
    await clock.advance(0);
    return list();
  };
  machine.detach(first);
  const second = machine.attach(new FakeDevice({ clock }));
  first.openFailure = new Error("gone for good");
  await clock.advance(0);
  first.unplug();
  second.insert(NTAG);
  await clock.advance(500);
  expect(await flags(context)).toEqual(["present"]);
  await context.close();
  expect([first.isOpen, second.isOpen, clock.pending]).toEqual([false, false, 0]);
});
