import { concatBytes, fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { patientClock, settle } from "../../test/settle.ts";
import { isCcidReaderError, openCcidReader } from "../index.ts";
import {
  buildClassDescriptor,
  type EmulatedCard,
  EmulatedCcidReader,
  type EmulatedCcidReaderOptions,
  EmulatedIccdToken,
  EmulatedUsbDevice,
  FakeUsbDevice,
  type UsbFunction,
} from "../testing.ts";
import { findCcidInterfaces } from "./configuration.ts";

const RUNS = 120;
const OK = fromHex("9000");
const echo = (atr: string): EmulatedCard => ({
  atr: fromHex(atr),
  transmit: (command) => concatBytes(command.slice(0, 2), OK),
});
/** T=0, T=1, both. */
const CARDS = ["3B00", "3B81018000", "3B80800101"].map(echo);
const COMMAND = fromHex("00CA000002");
const ANSWER = "00CA9000";

/** Many values that are in order, and some that no reader should have. */
const dword = (...likely: number[]): fc.Arbitrary<number> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...likely), weight: 3 },
    { arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }), weight: 1 },
  );
const byte = (...likely: number[]): fc.Arbitrary<number> =>
  fc.oneof({ arbitrary: fc.constantFrom(...likely), weight: 3 }, { arbitrary: fc.nat(255), weight: 1 });

const classDescriptor = fc
  .record({
    maxSlotIndex: fc.oneof(
      { arbitrary: fc.constant(0), weight: 3 },
      { arbitrary: fc.constantFrom(1, 3, 4, 7, 15), weight: 1 },
    ),
    voltageSupport: byte(1, 2, 4, 7, 0),
    protocols: dword(1, 2, 3, 0, 0x2_0003, 0x300),
    clockKhz: dword(3_580, 4_000, 4_800, 20_000, 0),
    clockCount: byte(0, 1, 5),
    dataRate: dword(9_600, 10_752, 0),
    maxDataRate: dword(344_086, 115_200, 825_806, 0),
    dataRateCount: byte(0, 1, 53),
    maxIfsd: dword(254, 252, 32, 1, 0, 1_024),
    features: fc
      .tuple(
        fc.constantFrom(0, 0x1_0000, 0x2_0000, 0x4_0000, 0x3_0000, 0x7_0000),
        // every combination of what a reader does by itself; not 800h, a token
        fc.nat(0x7ff),
        fc.constantFrom(0, 0, 0x10_0000, 0xf000_0000),
      )
      .map(([level, automatic, more]) => (level | automatic | more) >>> 0),
    maxMessageLength: dword(271, 263, 64, 65_556, 524_288, 10, 0),
    lcdLayout: fc.constantFrom(0, 0x0210, 0xffff),
    pinSupport: byte(0, 1, 3),
    maxBusySlots: byte(1, 0, 16),
  })
  .chain((fields) =>
    fc
      .tuple(byte(0xff, 0x00), byte(0xff, 0x00), fc.constantFrom(0x21, 0x21, 0x21, 0xff), fc.constantFrom(0x10, 0x00))
      .map(([getResponse, envelope, type, version]) => {
        const bytes = buildClassDescriptor(fields);
        bytes[1] = type;
        bytes[2] = version;
        bytes[48] = getResponse;
        bytes[49] = envelope;
        return bytes;
      }),
  );

const readerOptions: fc.Arbitrary<EmulatedCcidReaderOptions> = fc.record({
  classDescriptor,
  interfaceClass: fc.constantFrom(0x0b, 0x0b, 0x0b, 0xff),
  packetSize: fc.constantFrom(64, 8, 16, 32, 512),
  interrupt: fc.boolean(),
  descriptorPlace: fc.constantFrom("behind-interface" as const, "behind-endpoints" as const),
  sendsZeroLengthPackets: fc.boolean(),
});

/** Something in the device that is no reader. */
class OtherFunction implements UsbFunction {
  readonly interfaceClass = 3;
  readonly interfaceSubclass = 1;
  readonly interfaceProtocol = 1;
  readonly endpoints;
  readonly classDescriptor = { bytes: fromHex("092111010001223F00"), place: "behind-interface" as const };
  readonly interfaceNumber: number;

  constructor(interfaceNumber: number) {
    this.interfaceNumber = interfaceNumber;
    this.endpoints = [{ address: 0x8f, type: "interrupt" as const, packetSize: 8 }];
  }

  attach(): void {
    // says nothing
  }

  control(): undefined {
    return undefined;
  }

  receive(): void {
    // and hears nothing
  }

  reset(): void {
    // and has nothing to forget
  }
}

/** A device whose configuration has more in it than its functions, or is not in order. */
class OddDevice extends EmulatedUsbDevice {
  odd: (configuration: Uint8Array) => Uint8Array = (configuration) => configuration;

  override get configurationDescriptor(): Uint8Array {
    return this.odd(super.configurationDescriptor);
  }
}

/** Between the descriptors of a configuration, something is put in: at the beginning, or behind each. */
function between(extra: Uint8Array, everywhere: boolean): (configuration: Uint8Array) => Uint8Array {
  return (configuration) => {
    const parts: Uint8Array[] = [configuration.slice(0, 9), extra];
    for (let offset = 9; offset < configuration.length; offset += configuration[offset] ?? 9) {
      parts.push(configuration.slice(offset, offset + (configuration[offset] ?? 9)));
      if (everywhere) parts.push(extra);
    }
    const whole = concatBytes(...parts);
    whole[2] = whole.length & 0xff;
    whole[3] = whole.length >> 8;
    return whole;
  };
}

const oddities: fc.Arbitrary<(configuration: Uint8Array) => Uint8Array> = fc.constantFrom(
  (configuration: Uint8Array) => configuration,
  (configuration: Uint8Array) => configuration,
  // an interface association, a descriptor of a vendor, of no known type, and the shortest that can be
  between(fromHex("080B00020B000000"), false),
  between(fromHex("05FF010203"), true),
  between(fromHex("0730AABBCCDDEE"), true),
  between(fromHex("0299"), true),
  // bytes behind the end
  (configuration: Uint8Array) => concatBytes(configuration, fromHex("36210001")),
);

interface Built {
  readonly device: FakeUsbDevice;
  readonly cards: readonly EmulatedCard[][];
}

const clock = patientClock();

const device: fc.Arbitrary<Built> = fc
  .record({
    readers: fc.array(readerOptions, { minLength: 1, maxLength: 3 }),
    tokens: fc.constantFrom(undefined, undefined, "A" as const, "B" as const),
    other: fc.constantFrom("none", "first", "last"),
    cards: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
    odd: oddities,
  })
  .map(({ readers, tokens, other, cards, odd }) => {
    const functions: UsbFunction[] = other === "first" ? [new OtherFunction(0)] : [];
    const inserted: EmulatedCard[][] = [];
    readers.forEach((options, index) => {
      const endpoint = 1 + 3 * index;
      const reader = new EmulatedCcidReader({
        ...options,
        clock,
        interfaceNumber: functions.length,
        endpointAddresses: { in: 0x80 | endpoint, out: endpoint + 1, interrupt: 0x80 | (endpoint + 2) },
      });
      const own = reader.slots.map(({ index: slot }) => CARDS[cards[(index + slot) % cards.length] ?? 0] ?? CARDS[0]!);
      own.forEach((card, slot) => {
        reader.insert(card, { slot });
      });
      functions.push(reader);
      inserted.push(own);
    });
    if (tokens !== undefined) {
      const card = CARDS[tokens === "A" ? 0 : 1]!;
      functions.push(new EmulatedIccdToken({ version: tokens, card, interfaceNumber: functions.length }));
      inserted.push([card]);
    }
    if (other === "last") functions.push(new OtherFunction(functions.length));
    const emulated = new OddDevice(functions);
    emulated.odd = odd;
    return { device: new FakeUsbDevice(emulated, { clock }), cards: inserted };
  });

/** What a reader and a card that do not fit each other may say. */
const REFUSALS = ["UNSUPPORTED_CARD", "COMMAND_TOO_LONG"] as const;

async function useAll({ device: usb, cards }: Built): Promise<void> {
  const interfaces = findCcidInterfaces(usb.emulated.configurationDescriptor);
  expect(interfaces).toHaveLength(cards.length);
  for (const [index, { interfaceNumber }] of interfaces.entries()) {
    const reader = await openCcidReader(usb, { clock, interfaceNumber });
    try {
      for (const [slot, card] of (cards[index] ?? []).entries()) {
        const at = reader.slots[slot];
        if (at === undefined) throw new Error(`there is no slot ${slot}`);
        expect(toHex(await at.powerOn())).toBe(toHex(card.atr));
        try {
          await at.setProtocol([0, 1]);
          expect(toHex(await at.transmit(COMMAND))).toBe(ANSWER);
        } catch (error) {
          if (!REFUSALS.some((code) => isCcidReaderError(error, code))) throw error;
        }
      }
    } finally {
      await reader.close();
    }
  }
}

it("a card in any reader that there could be is powered on, and answers or is refused in plain words", async () => {
  await fc.assert(
    fc.asyncProperty(device, async (built) => {
      const outcome = await settle(clock, useAll(built));
      if ("error" in outcome) throw outcome.error;
      expect([built.device.opened, built.device.claimedInterfaces]).toEqual([false, []]);
    }),
    { numRuns: RUNS },
  );
});

it("whatever is read in the place of a configuration, there are readers in it or what is wrong with it", () => {
  fc.assert(
    fc.property(
      device.map(({ device: { emulated } }) => emulated.configurationDescriptor),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.nat()),
      (configuration, changes, cut) => {
        const bytes = configuration.slice(0, cut === null ? undefined : cut % (configuration.length + 1));
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        try {
          for (const { bulkIn, bulkOut, transport } of findCcidInterfaces(bytes))
            expect(transport === "bulk").toBe(bulkIn !== undefined && bulkOut !== undefined);
        } catch (error) {
          expect(isFormatError(error)).toBe(true);
        }
      },
    ),
  );
});
