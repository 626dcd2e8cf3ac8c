import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { patientClock, settle } from "../../test/settle.ts";
import { type CcidReader, type CcidReaderOptions, isCcidReaderError, openCcidReader, SLOT_ERROR } from "../index.ts";
import {
  CCID_FEATURE,
  type ContactBehaviour,
  type EmulatedCard,
  EmulatedCcidReader,
  EmulatedIccdToken,
  type EmulatedCcidReaderOptions,
  EmulatedUsbDevice,
  FakeUsbDevice,
} from "../testing.ts";

const OK = fromHex("9000");
const T1_ATR = "3B81018000";
const T0_ATR = "3B0180";

function echo(atr: string): EmulatedCard {
  return { atr: fromHex(atr), transmit: (command) => concatBytes(command.slice(0, 2), OK) };
}

interface Bench {
  readonly emulated: EmulatedCcidReader;
  readonly reader: CcidReader;
  /** The messages to the reader since it was opened, GetSlotStatus left out and bSeq as 00. */
  readonly sent: string[];
}

/** bSeq of the last message to a reader. */
let lastSequence = 0;

async function open(
  options: EmulatedCcidReaderOptions,
  identity: ConstructorParameters<typeof EmulatedUsbDevice>[1] = {},
  readerOptions: CcidReaderOptions = {},
): Promise<Bench> {
  const sent: string[] = [];
  const emulated = new EmulatedCcidReader({
    ...options,
    onMessage(direction, message) {
      if (direction === "out") lastSequence = message[6] ?? 0;
      if (direction === "in" || message[0] === 0x65) return;
      const plain = message.slice();
      plain[6] = 0;
      sent.push(toHex(plain));
    },
  });
  const device = new FakeUsbDevice(new EmulatedUsbDevice([emulated], identity));
  return { emulated, sent, reader: await openCcidReader(device, readerOptions) };
}

async function start(
  bench: Bench,
  card: EmulatedCard,
  behaviour: ContactBehaviour = {},
  protocols: readonly (0 | 1)[] = [0, 1],
): Promise<void> {
  bench.emulated.insert(card, behaviour);
  const [slot] = bench.reader.slots;
  await slot!.powerOn();
  await slot!.setProtocol(protocols);
}

const HOST_PPS = { features: CCID_FEATURE.tpdu | 0x30, maxDataRate: 344_086 };

describe("PPS and parameters", () => {
  it("asks for the rate of TA1 where the reader does not, tries 5 V first, and sets what was agreed on", async () => {
    const bench = await open({ classDescriptor: HOST_PPS });
    await start(bench, echo("3B909681312045D3"));
    expect(bench.sent).toEqual([
      "62000000000000010000",
      "6F040000000000000000FF119678",
      "6107000000000001000096100045002000",
      "6F0500000000000000000" + "0C101FE3E",
    ]);
    await bench.reader.close();
  });

  it("goes on at the default rate with a card that refuses another", async () => {
    const bench = await open({ classDescriptor: HOST_PPS });
    await start(bench, echo("3B909681312045D3"), { pps: "refuse-rate" });
    expect(bench.sent[2]).toBe("6107000000000001000011100045002000");
    await bench.reader.close();
  });

  it.each(["refuse", "mute"] as const)("resets a card whose PPS fails, and uses it without (%s)", async (pps) => {
    const bench = await open({ classDescriptor: HOST_PPS });
    await start(bench, echo("3B909681312045D3"), { pps });
    expect(bench.sent.slice(1, 5)).toEqual([
      "6F040000000000000000FF119678",
      "63000000000000000000",
      "62000000000000010000",
      "6107000000000001000011100045002000",
    ]);
    expect(toHex(await bench.reader.slots[0]!.transmit(fromHex("00CA000002")))).toBe("00CA9000");
    await bench.reader.close();
  });

  it("keeps to the rates that the reader lists", async () => {
    const bench = await open({
      classDescriptor: { ...HOST_PPS, dataRateCount: 2, maxDataRate: 125_000 },
      dataRates: [10_752, 125_000],
    });
    await start(bench, echo("3B909681312045D3"));
    // F = 512, D = 16 at 4 MHz: 125,000 bit/s
    expect(bench.sent[1]).toBe("6F040000000000000000FF11957B");
    await bench.reader.close();
  });

  it("refuses a card without a protocol that is wanted, and one in a mode that the reader does not reach", async () => {
    const bench = await open({ classDescriptor: HOST_PPS });
    await expect(start(bench, echo(T0_ATR), {}, [1])).rejects.toMatchObject({ code: "UNSUPPORTED_CARD" });
    // TA2: T=1, F and D implicit
    await expect(start(bench, echo("3B90961091" + "7101"))).rejects.toMatchObject({ code: "UNSUPPORTED_CARD" });
    await bench.reader.close();
  });

  it("gives an OpenPGP card the time that it forgets to ask for", async () => {
    const bench = await open({ classDescriptor: HOST_PPS });
    await start(bench, echo("3BFA1300FF813180450031C173C00100009000B1"));
    expect(bench.sent[2]).toBe("610700000000000100001310FF75008000");
    await bench.reader.close();
  });

  it.each([
    [7, ["01", "03", "02"]],
    [6, ["02", "03"]],
    [5, ["01", "03"]],
    [3, ["01", "02"]],
    [4, ["03"]],
    [0, ["01"]],
  ])("tries the voltages of bVoltageSupport %i in this order", async (voltageSupport, order) => {
    const bench = await open({
      classDescriptor: { ...HOST_PPS, voltageSupport },
      disturb: ({ type }) => (type === 0x62 ? { error: SLOT_ERROR.ICC_MUTE } : undefined),
    });
    bench.emulated.insert(echo(T0_ATR));
    await expect(bench.reader.slots[0]!.powerOn()).rejects.toMatchObject({ code: "CARD_MUTE" });
    expect(bench.sent.map((message) => message.slice(14, 16))).toEqual(order);
    await bench.reader.close();
  });

  it("takes parameters that cannot be changed for set", async () => {
    const bench = await open({});
    bench.emulated.insert(echo(T0_ATR));
    await bench.reader.slots[0]!.powerOn();
    bench.emulated.disturbNext({ error: 0x07 });
    expect(await bench.reader.slots[0]!.setProtocol([0])).toBe(0);
    await bench.reader.close();
  });
});

describe("cards at every level", () => {
  const levels = {
    character: { features: 0xba },
    tpdu: {},
    "short APDU": { features: CCID_FEATURE.shortApdu | 0x4be },
    "extended APDU": { features: CCID_FEATURE.extendedApdu | 0x4be },
  };

  it.each(Object.entries(levels))("answers at the level of %s, T=0 and T=1", async (_, classDescriptor) => {
    for (const atr of [T0_ATR, T1_ATR]) {
      const bench = await open({ classDescriptor });
      await start(bench, echo(atr));
      expect(toHex(await bench.reader.slots[0]!.transmit(fromHex("00CA000002")))).toBe("00CA9000");
      await bench.reader.close();
    }
  });

  it("gets the data of case 4 from a T=0 card, which has to be asked for it", async () => {
    const bench = await open({});
    await start(bench, echo(T0_ATR));
    expect(toHex(await bench.reader.slots[0]!.transmit(fromHex("00A40400023F0000")))).toBe("00A49000");
    await bench.reader.close();
  });

  it("refuses what a reader for short APDUs has no room for", async () => {
    const bench = await open({ classDescriptor: { features: CCID_FEATURE.shortApdu | 0x4be } });
    await start(bench, echo(T1_ATR));
    const long = fromHex(`00D60000000200${"00".repeat(512)}`);
    await expect(bench.reader.slots[0]!.transmit(long)).rejects.toMatchObject({ code: "COMMAND_TOO_LONG" });
    await bench.reader.close();
  });

  it("outlasts what a T=1 card does wrong", async () => {
    for (const mishap of [
      "miss",
      "lose-answer",
      "refuse",
      "refuse-other",
      "garble",
      "cut",
      { wtx: 3 },
      { ifs: 8 },
    ] as const) {
      const bench = await open({});
      await start(bench, echo(T1_ATR), { t1Mishaps: [undefined, mishap] });
      expect(toHex(await bench.reader.slots[0]!.transmit(fromHex("00CA000002")))).toBe("00CA9000");
      await bench.reader.close();
    }
  });

  it("powers a card on again that failed while it was active", async () => {
    const bench = await open({});
    await start(bench, echo(T1_ATR));
    bench.sent.length = 0;
    bench.emulated.disturbNext({ error: SLOT_ERROR.HW_ERROR });
    expect(toHex(await bench.reader.slots[0]!.powerOn())).toBe(T1_ATR);
    expect(bench.sent).toEqual(["62000000000000000000", "63000000000000000000", "62000000000000000000"]);
    await bench.reader.close();
  });

  it("tells an empty slot from a mute card", async () => {
    const bench = await open({});
    const [slot] = bench.reader.slots;
    await expect(slot!.powerOn()).rejects.toMatchObject({ code: "NO_CARD" });
    bench.emulated.insert({ ...echo(T1_ATR), atr: new Uint8Array(0) });
    await expect(slot!.powerOn()).rejects.toMatchObject({ code: "CARD_MUTE" });
    await expect(slot!.transmit(OK)).rejects.toMatchObject({ code: "CARD_MUTE" });
    await bench.reader.close();
    await expect(slot!.powerOn()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("time", () => {
  it("waits as often as the reader asks for time, and tells of a touch that is wanted", async () => {
    const clock = patientClock();
    const slow: EmulatedCard = {
      atr: fromHex(T1_ATR),
      transmit: () => new Promise((resolve) => clock.schedule(300_000, () => resolve(OK))),
    };
    const opening = open(
      { timeExtension: { intervalMs: 1_000, multiplier: 0xff }, clock, classDescriptor: LEVEL_SHORT },
      {},
      { clock },
    );
    const outcome = await settle(clock, opening);
    if (!("value" in outcome)) throw outcome.error;
    const bench = outcome.value;
    const [slot] = bench.reader.slots;
    let touches = 0;
    slot!.onWaitingForTouch(() => touches++);
    await settle(clock, start(bench, slow));
    expect(await settle(clock, slot!.transmit(fromHex("00CA000002")))).toEqual({ value: OK });
    expect(touches).toBeGreaterThan(200);
    await settle(clock, bench.reader.close());
    expect(clock.pending).toBe(0);
  });

  it("takes an Escape back that is given up: both halves of an abort, and the slot is free again", async () => {
    const never = new Promise<Uint8Array>(() => undefined);
    const bench = await open({ escape: (data) => (data[0] === 1 ? never : data) });
    const [slot] = bench.reader.slots;
    const aborter = new AbortController();
    const escaping = slot!.escape(Uint8Array.of(1), { signal: aborter.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    // callers may abort with anything
    const reason = { why: "the user has gone" };
    aborter.abort(reason);
    await expect(escaping).rejects.toBe(reason);
    expect(toHex(await slot!.escape(Uint8Array.of(2)))).toBe("02");
    expect(bench.sent).toEqual(["6B01000000000000000001", "72000000000000000000", "6B01000000000000000002"]);
    await bench.reader.close();
  });
});

const LEVEL_SHORT = { features: CCID_FEATURE.shortApdu | 0x4be };

describe("several slots", () => {
  const classDescriptor = { maxSlotIndex: 2, ...LEVEL_SHORT };

  it.each([1, 2, 3])("keeps to %i busy slots", async (maxBusySlots) => {
    let running = 0;
    let most = 0;
    const card: EmulatedCard = {
      atr: fromHex(T1_ATR),
      async transmit() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
        return OK;
      },
    };
    const bench = await open({ classDescriptor: { ...classDescriptor, maxBusySlots } });
    expect(bench.reader.slots).toHaveLength(3);
    for (const { index } of bench.reader.slots) bench.emulated.insert(card, { slot: index });
    const answers = await Promise.all(
      bench.reader.slots.map(async (slot) => {
        await slot.powerOn();
        await slot.setProtocol([1]);
        return toHex(await slot.transmit(fromHex("00CA000002")));
      }),
    );
    expect(answers).toEqual(["9000", "9000", "9000"]);
    expect(most).toBe(maxBusySlots === 3 ? 3 : 1);
    await bench.reader.close();
  });
});

describe("an ACR122U", () => {
  const identity = { vendorId: 0x072f, productId: 0x2200, deviceVersion: 0x0214 };

  /** Answers the last command in the reader's place; bSeq in it counts from that command's. */
  function answerLater(emulated: EmulatedCcidReader, answer: string): void {
    setTimeout(() => {
      const bytes = fromHex(answer);
      bytes[6] = ((bytes[6] ?? 0) + lastSequence) & 0xff;
      emulated.sendUnasked(bytes);
    }, 1);
  }

  /** A reader that answers nothing by itself: the test does. */
  async function silent(bench: Promise<Bench>, answer: string): Promise<string> {
    const { reader, emulated } = await bench;
    const [slot] = reader.slots;
    const asking = slot!.escape(fromHex("D402"), { timeoutMs: 20 });
    answerLater(emulated, answer);
    const outcome = await asking.then(toHex, (error: unknown) => (isCcidReaderError(error) ? error.code : "?"));
    await reader.close();
    return outcome;
  }
  const options: EmulatedCcidReaderOptions = {
    classDescriptor: LEVEL_SHORT,
    escape: () => new Promise(() => undefined),
    pseudoApdu: () => new Promise(() => undefined),
  };

  it("may answer with the number of the command before, which no other reader may", async () => {
    const late = "830200000000FF000000" + "D503";
    expect(await silent(open(options, identity), late)).toBe("D503");
    expect(await silent(open(options), late)).toBe("TIMEOUT");
  });

  it("answers an Escape with a bError that means nothing", async () => {
    expect(await silent(open(options, identity), "83020000000000028100" + "D503")).toBe("D503");
  });

  it("says 'done' with ICC_MUTE when a tag does not answer", async () => {
    const { reader, emulated } = await open(options, identity);
    const asking = reader.slots[0]!.exchange(fromHex("FF00000002D44A"));
    answerLater(emulated, "8000000000000000FE00");
    await expect(asking).rejects.toMatchObject({ code: "CARD_MUTE" });
    await reader.close();
  });

  it("makes up an answer to reset where there is no card", async () => {
    const { reader, emulated } = await open(options, identity);
    emulated.disturbNext("lose");
    const asking = reader.slots[0]!.powerOn();
    answerLater(emulated, "80020000000000028100" + "3B00");
    await expect(asking).rejects.toMatchObject({ code: "NO_CARD" });
    await reader.close();
  });
});

describe("a PIN at the reader's pad", () => {
  const VERIFY = "1E00" + "82" + "04" + "00" + "0804" + "02" + "01" + "0904" + "00" + "000000" + "0D000000";
  const COMMAND = "0020000108FFFFFFFFFFFFFFFF";

  async function pad(digits: string, features: number): Promise<{ bench: Bench; seen: string[] }> {
    const seen: string[] = [];
    const bench = await open({
      classDescriptor: { features, pinSupport: 3 },
      pinPad: { enter: () => digits },
    });
    const card: EmulatedCard = {
      atr: fromHex(T1_ATR),
      transmit(command) {
        seen.push(toHex(command));
        return OK;
      },
    };
    await start(bench, card);
    return { bench, seen };
  }

  it.each([
    ["short APDUs", LEVEL_SHORT.features],
    ["TPDUs", CCID_FEATURE.tpdu | 0xba],
  ])("goes to the card, at the level of %s", async (_, features) => {
    const { bench, seen } = await pad("1234", features);
    const [slot] = bench.reader.slots;
    expect(toHex(await slot!.verifyPin(fromHex(VERIFY + COMMAND)))).toBe("9000");
    expect(seen).toEqual(["002000010831323334FFFFFFFF"]);
    expect(toHex(await slot!.transmit(fromHex("00CA000002")))).toBe("9000");
    await bench.reader.close();
  });

  it.each([
    ["cancel", "6401"],
    ["timeout", "6400"],
  ])("is a status word when the user does not enter one: %s", async (what, status) => {
    const { bench, seen } = await pad(what, LEVEL_SHORT.features);
    expect(toHex(await bench.reader.slots[0]!.verifyPin(fromHex(VERIFY + COMMAND)))).toBe(status);
    expect(seen).toEqual([]);
    await bench.reader.close();
  });

  it("refuses a block whose length is not what it says", async () => {
    const { bench } = await pad("1234", LEVEL_SHORT.features);
    const cut = (): Promise<Uint8Array> => bench.reader.slots[0]!.verifyPin(fromHex(VERIFY + "0020"));
    expect(cut).toThrow("abData");
    await bench.reader.close();
  });
});

describe("opening", () => {
  it("says who holds a reader, and gives the device back", async () => {
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), { claimedElsewhere: true });
    const error: unknown = await openCcidReader(device, { platform: "linux" }).catch((reason: unknown) => reason);
    expect(isCcidReaderError(error, "HELD_BY_OTHER")).toBe(true);
    expect(String(error)).toContain("systemctl stop pcscd");
    expect(device.opened).toBe(false);
  });

  it("says what right is missing", async () => {
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader()]), { accessDenied: true });
    await expect(openCcidReader(device, { platform: "linux" })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await expect(openCcidReader(device, { platform: "linux" })).rejects.toThrow("udev");
  });

  it("finds no reader in a device that has none", async () => {
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedCcidReader({ interfaceClass: 0x03 })]));
    await expect(openCcidReader(device)).rejects.toMatchObject({ code: "NO_READER" });
    expect(device.opened).toBe(false);
  });
});

describe("a token", () => {
  it.each(["A", "B"] as const)("is waited for as long as it says that it is busy: version %s", async (version) => {
    const clock = patientClock();
    const card: EmulatedCard = {
      atr: fromHex(version === "A" ? T0_ATR : T1_ATR),
      transmit: () => new Promise((resolve) => clock.schedule(200_000, () => resolve(OK))),
    };
    const device = new FakeUsbDevice(new EmulatedUsbDevice([new EmulatedIccdToken({ version, card })]));
    const work = (async (): Promise<string> => {
      const reader = await openCcidReader(device, { clock });
      const [slot] = reader.slots;
      await slot!.powerOn();
      await slot!.setProtocol([0, 1]);
      const response = toHex(await slot!.transmit(fromHex("00CA0000")));
      await reader.close();
      return response;
    })();
    expect(await settle(clock, work)).toEqual({ value: "9000" });
    expect(clock.pending).toBe(0);
  });
});
