import { fromHex, isSmartCardError, type SmartCardContext, toHex } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, NTSTATUS, SCARD_ATTR, SCARD_READER_STATE } from "@cardwire/ioctl";
import { describe, expect, it } from "vitest";
import { FakeDevice, type FakeDeviceOptions, NTAG } from "../test/fake-device.ts";
import { createIoctlContext } from "./index.ts";

const NAME = "Microsoft IFD 0";

function setUp(options: FakeDeviceOptions = {}) {
  const clock = new VirtualClock();
  const device = new FakeDevice({ clock, ...options });
  const context = createIoctlContext({ devices: [device], clock });
  /** What the device has been asked since the last call. */
  const asked = (): string[] => device.log.splice(0);
  return { clock, device, context, asked };
}

async function withCard(context: SmartCardContext, device: FakeDevice, clock: VirtualClock): Promise<void> {
  await context.listReaders();
  device.insert(NTAG);
  await clock.advance(0);
}

describe("the sequence of the resource manager", () => {
  it("does nothing before it is asked", async () => {
    const { device, context, clock } = setUp();
    await clock.advance(1000);
    expect([device.opens, device.log]).toEqual([0, []]);
    await context.close();
    expect(device.opens).toBe(0);
  });

  it("starts a reader: name, characteristics, monitor", async () => {
    const { context, asked, device } = setUp();
    expect(await context.listReaders()).toEqual([NAME]);
    expect(asked()).toEqual([
      "GET_ATTRIBUTE 00010100",
      "GET_ATTRIBUTE 01010100",
      "GET_ATTRIBUTE 0100FF7F",
      "GET_ATTRIBUTE 50010600",
      "IS_PRESENT",
    ]);
    expect(device.pending).toBe(1);
    await context.close();
    expect([device.pending, device.closes]).toEqual([0, 1]);
  });

  it("watches for the departure before it asks a card who it is, and for the next arrival at once", async () => {
    const { context, asked, device, clock } = setUp();
    await context.listReaders();
    asked();
    device.insert(NTAG);
    await clock.advance(0);
    expect(asked()).toEqual(["IS_ABSENT", "GET_STATE", "GET_ATTRIBUTE 03030900"]);
    device.remove();
    await clock.advance(0);
    expect(asked()).toEqual(["IS_PRESENT"]);
    await context.close();
  });

  it("connects: state, answer to reset, protocol", async () => {
    const { context, asked, device, clock } = setUp();
    await withCard(context, device, clock);
    asked();
    const { connection, activeProtocol } = await context.connect(NAME, "shared", { preferredProtocols: ["t1"] });
    expect(activeProtocol).toBe("t1");
    expect(asked()).toEqual(["GET_STATE", "GET_ATTRIBUTE 03030900", "SET_PROTOCOL 02000000"]);
    expect(toHex(await connection.transmit(fromHex("FFCA000000")))).toBe("04A23B7A1D6F809000");
    expect(asked()).toEqual(["TRANSMIT FFCA000000"]);
    const second = await context.connect(NAME, "shared");
    expect(asked()).toEqual([]);
    expect(second.activeProtocol).toBe("t1");
    await connection.disconnect();
    await second.connection.disconnect();
    expect(asked()).toEqual([]);
    await context.close();
  });

  it.each([
    [SCARD_READER_STATE.PRESENT, ["SWALLOW", "GET_STATE", "POWER 01000000", "GET_STATE"]],
    [SCARD_READER_STATE.SWALLOWED, ["POWER 01000000", "GET_STATE"]],
    [SCARD_READER_STATE.POWERED, ["POWER 02000000", "GET_STATE"]],
    [SCARD_READER_STATE.NEGOTIABLE, []],
  ])("wakes a card from state %i", async (arrivalState, steps) => {
    const { context, asked, device, clock } = setUp({ arrivalState });
    await context.listReaders();
    asked();
    device.insert(NTAG);
    await clock.advance(0);
    expect(asked()).toEqual(["IS_ABSENT", "GET_STATE", ...steps, "GET_ATTRIBUTE 03030900"]);
    const { connection } = await context.connect(NAME, "shared");
    expect(asked()).toEqual(["GET_STATE", "GET_ATTRIBUTE 03030900", "SET_PROTOCOL 03000000"]);
    expect((await connection.status()).state).toBe("t1");
    await context.close();
  });

  it("gives up on a card that goes in circles", async () => {
    const { context, device, clock, asked } = setUp();
    await context.listReaders();
    asked();
    device.insert(NTAG);
    device.state = SCARD_READER_STATE.SWALLOWED;
    device.answer(IOCTL_SMARTCARD.POWER, ...Array.from({ length: 8 }, () => NTSTATUS.SUCCESS));
    await clock.advance(0);
    expect(asked().filter((line) => line.startsWith("POWER"))).toHaveLength(8);
    const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
    expect(state!.eventState).toMatchObject({ present: true, mute: true });
    // the next connect tries again, and wakes it
    const { connection } = await context.connect(NAME, "shared");
    expect(toHex((await connection.status()).answerToReset!)).toBe(toHex(NTAG.atr));
    await context.close();
  });

  it("powers a card down some time after the last connection, and up for the next", async () => {
    const { context, device, clock, asked } = setUp({ powersDown: true });
    await withCard(context, device, clock);
    const one = await context.connect(NAME, "shared");
    const two = await context.connect(NAME, "shared");
    await one.connection.disconnect();
    asked();
    await clock.advance(60_000);
    expect(asked()).toEqual([]);
    await two.connection.disconnect();
    await clock.advance(9_999);
    expect(asked()).toEqual([]);
    await clock.advance(1);
    expect(asked()).toEqual(["GET_STATE", "POWER 00000000"]);
    const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
    expect(state!.eventState).toMatchObject({ present: true, unpowered: true });
    const three = await context.connect(NAME, "shared");
    expect(asked()).toEqual([
      "GET_STATE",
      "POWER 01000000",
      "GET_STATE",
      "GET_ATTRIBUTE 03030900",
      "SET_PROTOCOL 03000000",
    ]);
    await three.connection.disconnect();
    await context.close();
    expect(clock.pending).toBe(0);
  });

  it("asks a reader that cannot power down only once", async () => {
    const { context, device, clock, asked } = setUp();
    await withCard(context, device, clock);
    for (let round = 0; round < 3; round++) {
      const { connection } = await context.connect(NAME, "shared");
      await connection.disconnect();
      await clock.advance(20_000);
    }
    expect(asked().filter((line) => line === "POWER 00000000")).toHaveLength(1);
    await context.close();
  });

  it.each([
    ["reset", {}, ["POWER 02000000", "GET_STATE", "GET_ATTRIBUTE 03030900", "SET_PROTOCOL 02000000"]],
    ["unpower", {}, ["POWER 00000000", "POWER 01000000"]],
    ["unpower", { powersDown: true }, ["POWER 00000000"]],
    ["eject", {}, ["POWER 00000000", "POWER 01000000"]],
    ["eject", { characteristics: 2 }, ["EJECT", "IS_PRESENT"]],
  ] as const)("disconnects with %s %j", async (disposition, options, steps) => {
    const { context, device, clock, asked } = setUp(options);
    await withCard(context, device, clock);
    const { connection } = await context.connect(NAME, "shared");
    asked();
    await connection.disconnect(disposition);
    await clock.advance(0);
    expect(asked()).toEqual(steps);
    await context.close();
  });

  it("names readers of a kind by numbers of their own, and gives a number free again", async () => {
    const clock = new VirtualClock();
    const devices = [0, 1, 2].map((index) => new FakeDevice({ path: `fake#${index}`, unit: index === 2 ? 7 : 0 }));
    const context = createIoctlContext({ devices, clock });
    expect((await context.listReaders()).sort()).toEqual(["Microsoft IFD 0", "Microsoft IFD 1", "Microsoft IFD 7"]);
    await context.close();
  });

  it("answers by itself what no driver knows: the names", async () => {
    const { context, asked } = setUp();
    await context.listReaders();
    const { connection } = await context.connect(NAME, "direct");
    asked();
    const ascii = new TextDecoder();
    const utf16 = new TextDecoder("utf-16le");
    const { DEVICE_FRIENDLY_NAME_A, DEVICE_FRIENDLY_NAME_W } = SCARD_ATTR;
    expect(ascii.decode(await connection.getAttribute(DEVICE_FRIENDLY_NAME_A))).toBe(`${NAME}\0`);
    expect(utf16.decode(await connection.getAttribute(DEVICE_FRIENDLY_NAME_W))).toBe(`${NAME}\0`);
    const { DEVICE_SYSTEM_NAME_A, DEVICE_SYSTEM_NAME_W } = SCARD_ATTR;
    expect(ascii.decode(await connection.getAttribute(DEVICE_SYSTEM_NAME_A))).toBe("\\\\?\\fake#0\0");
    expect(utf16.decode(await connection.getAttribute(DEVICE_SYSTEM_NAME_W))).toBe("\\\\?\\fake#0\0");
    expect(asked()).toEqual([]);
    await context.close();
  });

  it("counts a card that was gone before it could be asked", async () => {
    const { context, device, clock } = setUp();
    await context.listReaders();
    device.insert(NTAG);
    device.remove();
    await clock.advance(0);
    const [state] = await context.getStatusChange([{ readerName: NAME, currentState: { unaware: true } }]);
    expect([state!.eventState.empty, state!.eventCount]).toEqual([true, 2]);
    await context.close();
  });

  it("tells a card that is there before the context", async () => {
    const { context, device, clock } = setUp();
    device.insert(NTAG);
    await context.listReaders();
    await clock.advance(0);
    await expect(context.connect(NAME, "shared")).resolves.toMatchObject({ activeProtocol: "t1" });
    await context.close();
  });

  it("connects to a card that has arrived a moment ago and has not been asked yet", async () => {
    const { context, device } = setUp();
    await context.listReaders();
    device.insert(NTAG);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    await expect(context.connect(NAME, "shared")).resolves.toMatchObject({ activeProtocol: "t1" });
    await context.close();
  });

  it("refuses a shared or exclusive connection without a protocol", async () => {
    const { context, device, clock } = setUp();
    await withCard(context, device, clock);
    for (const mode of ["shared", "exclusive"] as const) {
      const error: unknown = await context
        .connect(NAME, mode, { preferredProtocols: [] })
        .catch((reason: unknown) => reason);
      expect(isSmartCardError(error, "proto-mismatch")).toBe(true);
    }
    const direct = await context.connect(NAME, "direct", { preferredProtocols: ["t1"] });
    expect(direct.activeProtocol).toBe("t1");
    await direct.connection.transmit(fromHex("FFCA000000"));
    await context.close();
  });
});
