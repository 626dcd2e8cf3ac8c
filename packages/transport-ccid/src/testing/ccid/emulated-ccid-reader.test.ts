import { fromHex, toHex } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { describe, expect, test } from "vitest";
import { echoCard, RawHost, T0_ONLY, T0_T1, T1_ONLY } from "../../../test/raw-host.ts";
import { CCID_FEATURE } from "./class-descriptor.ts";

const STATUS = "65 00000000 00 05 000000";
const SHORT = { features: CCID_FEATURE.shortApdu | 0xbe };
const EXTENDED = { features: CCID_FEATURE.extendedApdu | 0xbe };

describe("a slot", () => {
  test("is empty, has a card, has power", async () => {
    const host = await RawHost.open();
    expect(await host.exchange(STATUS)).toBe("81000000000005020000");
    expect(await host.exchange("62 00000000 00 06 000000")).toBe("8000000000000642FE00");
    host.reader.insert(echoCard(T0_T1));
    expect(await host.exchange(STATUS)).toBe("81000000000005010000");
    expect(await host.exchange("62 00000000 00 06 000000")).toBe(`80050000000006000000${T0_T1}`);
    expect(await host.exchange(STATUS)).toBe("81000000000005000000");
    expect(await host.exchange("63 00000000 00 07 000000")).toBe("81000000000007010001");
    host.reader.remove();
    expect(await host.exchange(STATUS)).toBe("81000000000005020000");
  });

  test("that there is not fails at bSlot, a message that is too long at dwLength", async () => {
    const host = await RawHost.open();
    expect(await host.exchange("65 00000000 01 05 000000")).toBe("81000000000105420500");
    const tooLong = toHex(new Uint8Array(262));
    expect(await host.exchange(`6F 06010000 00 09 000000 ${tooLong}`)).toBe("80000000000009420100");
  });

  test("gives no power to a mute card", async () => {
    const host = await RawHost.open();
    host.reader.insert(echoCard(""));
    expect(await host.exchange("62 00000000 00 06 000000")).toBe("8000000000000641FE00");
  });

  test("tells what it is not asked for", async () => {
    const host = await RawHost.open({ classDescriptor: { maxSlotIndex: 4, maxBusySlots: 1 } });
    host.reader.insert(echoCard(T0_T1), { slot: 4 });
    host.reader.insert(echoCard(T0_T1), { slot: 1 });
    // one notification for both: two bits a slot, four slots a byte
    expect(await host.interrupt()).toBe("500C03");
    host.reader.remove(1);
    expect(await host.interrupt()).toBe("500801");
    host.reader.reportHardwareError(1, 9, 1);
    expect(await host.interrupt()).toBe("51010901");
  });
});

describe("exchange levels", () => {
  test("TPDU, T=1 after SetParameters, S(IFS) and an I-block", async () => {
    const host = await RawHost.open();
    host.reader.insert(echoCard(T0_T1));
    await host.powerOn();
    expect(await host.exchange("61 07000000 00 01 010000 11 10 00 4D 00 20 00")).toBe(
      "820700000000010000011110004D002000",
    );
    expect(await host.transfer("00 C1 01 FE 3E")).toBe("00E101FE1E");
    expect(await host.transfer("00 00 04 00A40400 A4")).toBe("00000600A40400900036");
  });

  test("short APDU", async () => {
    const host = await RawHost.open({ classDescriptor: SHORT });
    host.reader.insert(echoCard(T0_T1));
    await host.powerOn();
    expect(await host.transfer("00A40400")).toBe("00A404009000");
    expect(await host.transfer("00A40400", "0100")).toBe("error 08");
  });

  test("extended APDU, in parts both ways", async () => {
    const host = await RawHost.open({ classDescriptor: EXTENDED });
    host.reader.insert(echoCard(T0_T1));
    await host.powerOn();
    const data = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff);
    const command = `00EE0000 00012C ${toHex(data)}`;
    const all = toHex(fromHex(command));
    expect(await host.exchange(`6F 05010000 00 01 00 0100 ${all.slice(0, 522)}`)).toBe("80000000000001000010");
    const answer = await host.exchange(`6F 2E000000 00 02 00 0200 ${all.slice(522)}`);
    expect(answer.slice(0, 20)).toBe("80050100000002000001");
    expect(await host.exchange("6F 00000000 00 03 00 1000")).toBe(`80300000000003000002${all.slice(522)}9000`);
    expect(await host.transfer("", "1000")).toBe("error 08");
  });

  test("character, T=0 and T=1", async () => {
    const host = await RawHost.open({ classDescriptor: { features: 0x38 } });
    host.reader.insert(echoCard(T0_ONLY));
    await host.powerOn();
    // SELECT by a name of two bytes: header, INS, data, status
    expect(await host.transfer("00A4040002", "0100")).toBe("A4");
    expect(await host.transfer("3F00", "0100")).toBe("61");
    expect(await host.transfer("", "0100")).toBe("08");
    host.reader.insert(echoCard(T1_ONLY));
    await host.powerOn();
    expect(await host.transfer("0000 02 A4A4 02", "0300")).toBe("000004");
    expect(await host.transfer("", "0500")).toBe("A4A4900094");
  });
});

describe("commands beside the card's", () => {
  test("escape, unknown and known, with a status of its own", async () => {
    const plain = await RawHost.open();
    expect(await plain.exchange("6B 01000000 00 03 000000 2A")).toBe("83000000000003420000");
    const host = await RawHost.open({
      escape: (data) => (data[0] === 0x2a ? { data: fromHex("D503"), iccStatus: 2, error: 0x81 } : data),
    });
    expect(await host.exchange("6B 01000000 00 03 000000 2A")).toBe("83020000000003028100D503");
    expect(await host.exchange("6B 02000000 00 04 000000 AABB")).toBe("83020000000004020000AABB");
  });

  test("parameters, clock, rates", async () => {
    const host = await RawHost.open({
      classDescriptor: { features: 0x1_01ba, clockCount: 1, dataRateCount: 2 },
      clockFrequencies: [4000],
      dataRates: [10_752, 344_086],
    });
    host.reader.insert(echoCard(T0_T1));
    await host.powerOn();
    expect(await host.exchange("6C 00000000 00 03 000000")).toBe("820500000000030000001100000A00");
    expect(await host.exchange("6E 00000000 00 04 010000")).toBe("81000000000004000001");
    const read = async (request: number): Promise<string> => {
      const setup = { requestType: "class", recipient: "interface", request, value: 0, index: 0 } as const;
      const { data } = await host.device.controlTransferIn(setup, 64);
      return toHex(new Uint8Array(data!.buffer));
    };
    expect(await read(2)).toBe("A00F0000");
    expect(await read(3)).toBe("002A000016400500");
  });

  test("abort: everything fails until both halves are there", async () => {
    const host = await RawHost.open({ classDescriptor: SHORT });
    host.reader.insert({ atr: fromHex(T0_T1), transmit: () => new Promise<Uint8Array>(() => undefined) });
    await host.powerOn();
    await host.send("6F 04000000 00 01 000000 00A40400");
    const abort = { requestType: "class", recipient: "interface", request: 1, value: 0x0700, index: 0 } as const;
    expect(await host.device.controlTransferOut(abort, new Uint8Array(0))).toMatchObject({ status: "ok" });
    expect(await host.receive()).toBe("8000000000000140FF00");
    expect(await host.exchange(STATUS)).toBe("8100000000000540FF00");
    expect(await host.exchange("72 00000000 00 07 000000")).toBe("81000000000007000000");
    expect(await host.exchange(STATUS)).toBe("81000000000005000000");
  });

  test("one slot is busy, and only as many as the reader says", async () => {
    const host = await RawHost.open({ classDescriptor: { ...SHORT, maxSlotIndex: 1, maxBusySlots: 1 } });
    let finish: (answer: Uint8Array) => void = () => undefined;
    host.reader.insert({
      atr: fromHex(T0_T1),
      transmit: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    await host.powerOn();
    await host.send("6F 04000000 00 01 000000 00A40400");
    expect(await host.exchange("65 00000000 00 02 000000")).toBe("8100000000000240E000");
    expect(await host.exchange("65 00000000 01 03 000000")).toBe("8100000000010342E000");
    finish(fromHex("9000"));
    expect(await host.receive()).toBe("800200000000010000009000");
  });

  test("a card that takes its time is waited for", async () => {
    const clock = new VirtualClock();
    const host = await RawHost.open({
      classDescriptor: SHORT,
      clock,
      timeExtension: { intervalMs: 100, multiplier: 3 },
    });
    host.reader.insert({
      atr: fromHex(T0_T1),
      transmit: () => new Promise((resolve) => clock.schedule(250, () => resolve(fromHex("9000")))),
    });
    await host.powerOn();
    await host.send("6F 04000000 00 01 000000 00A40400");
    await clock.advance(100);
    expect(await host.receive()).toBe("80000000000001800300");
    await clock.advance(200);
    expect(await host.receive()).toBe("80000000000001800300");
    expect(await host.receive()).toBe("800200000000010000009000");
  });

  test("a card that goes while it works is mute", async () => {
    const host = await RawHost.open({ classDescriptor: SHORT });
    host.reader.insert({ atr: fromHex(T0_T1), transmit: () => new Promise<Uint8Array>(() => undefined) });
    await host.powerOn();
    await host.send("6F 04000000 00 01 000000 00A40400");
    host.reader.remove();
    expect(await host.receive()).toBe("8000000000000142FE00");
  });
});

describe("disturbances", () => {
  const frame = "81000000000005020000";

  test.each([
    ["double", [frame, frame]],
    ["cut-header", ["8100000000"]],
    ["wrong-sequence", ["81000000000085020000"]],
    ["wrong-slot", ["81000000000105020000"]],
    ["wrong-type", ["8F000000000005020000"]],
    ["huge-length", ["81FFFFFF7F0005020000"]],
    ["stray-empty", ["", frame]],
    ["stale", ["81000000000004020000", frame]],
    ["stall", ["stall"]],
  ] as const)("%s", async (disturbance, wanted) => {
    const host = await RawHost.open();
    host.reader.disturbNext(disturbance);
    await host.send(STATUS);
    for (const text of wanted) expect(await host.receive()).toBe(text);
    if (disturbance === "stall") {
      await host.device.clearHalt("in", 1);
      expect(await host.receive()).toBe(frame);
    }
    expect(await host.exchange(STATUS)).toBe(frame);
  });

  test("bytewise: ten packets", async () => {
    const host = await RawHost.open();
    host.reader.disturbNext("bytewise");
    await host.send(STATUS);
    let all = "";
    for (let index = 0; index < 10; index++) all += await host.receive();
    expect(all).toBe(frame);
  });

  test("lost, failed, pulled", async () => {
    const host = await RawHost.open();
    host.reader.disturbNext("lose", { error: 0xfb }, "unplug");
    await host.send(STATUS);
    expect(await host.exchange(STATUS)).toBe("8100000000000542FB00");
    await host.send(STATUS).catch(() => undefined);
    await expect(host.receive()).rejects.toThrow("disconnected");
  });
});
