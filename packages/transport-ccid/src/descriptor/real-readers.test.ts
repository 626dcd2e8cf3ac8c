import { concatBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { REAL_DESCRIPTORS } from "../../test/real-descriptors.ts";
import { openCcidReader, parseClassDescriptor, planReader, quirksOf, type ReaderPlan } from "../index.ts";
import {
  type EmulatedCard,
  EmulatedCcidReader,
  EmulatedIccdToken,
  EmulatedUsbDevice,
  FakeUsbDevice,
  type UsbFunction,
} from "../testing.ts";
import type { CcidTransport } from "./configuration.ts";

interface RealReader {
  readonly vendorId: number;
  readonly productId: number;
  readonly version: number;
  readonly interfaceClass: number;
  readonly transport: CcidTransport;
  readonly interrupt: boolean;
  readonly bytes: Uint8Array;
}

const READERS: readonly RealReader[] = REAL_DESCRIPTORS.map((line) => {
  const [vendor = "", product = "", version = "", kind = "", endpoints = "", bytes = ""] = line.split(" ");
  const hasBulk = Number(endpoints) >= 2;
  return {
    vendorId: parseInt(vendor, 16),
    productId: parseInt(product, 16),
    version: parseInt(version, 16),
    interfaceClass: parseInt(kind.slice(0, 2), 16),
    transport: hasBulk ? "bulk" : kind.endsWith("01") ? "iccd-a" : "iccd-b",
    interrupt: Number(endpoints) >= 3,
    bytes: fromHex(bytes),
  };
});

const OK = fromHex("9000");
const T0_CARD: EmulatedCard = { atr: fromHex("3B0180"), transmit: (command) => concatBytes(command.slice(0, 2), OK) };
const T1_CARD: EmulatedCard = {
  atr: fromHex("3B81018000"),
  transmit: (command) => concatBytes(command.slice(0, 2), OK),
};

function plan({ bytes, transport, ...device }: RealReader): ReaderPlan {
  return planReader(parseClassDescriptor(bytes), transport, device);
}

function emulated(reader: RealReader, card: EmulatedCard): UsbFunction {
  if (reader.transport !== "bulk")
    return new EmulatedIccdToken({
      classDescriptor: reader.bytes,
      version: reader.transport === "iccd-a" ? "A" : "B",
      card,
    });
  const function_ = new EmulatedCcidReader({
    classDescriptor: reader.bytes,
    interfaceClass: reader.interfaceClass,
    interrupt: reader.interrupt,
  });
  function_.insert(card);
  return function_;
}

describe("every real reader", () => {
  it("is planned within what its descriptor can mean", () => {
    expect(READERS.length).toBeGreaterThan(380);
    for (const reader of READERS) {
      const planned = plan(reader);
      const where = toHex(reader.bytes);
      expect(planned.slots, where).toBeGreaterThanOrEqual(1);
      expect(planned.busySlots, where).toBeLessThanOrEqual(planned.slots);
      expect(planned.busySlots, where).toBeGreaterThanOrEqual(1);
      expect(planned.ifsd, where).toBeGreaterThanOrEqual(1);
      expect(planned.ifsd, where).toBeLessThanOrEqual(254);
      expect(planned.maxMessageLength, where).toBeGreaterThanOrEqual(64);
      expect(planned.maxMessageLength, where).toBeLessThanOrEqual(65_556);
      expect(planned.protocols.length, where).toBeGreaterThan(0);
      expect(planned.pps === "host" && !planned.hostSetsParameters, where).toBe(false);
    }
  });

  it("has one of four exchange levels, as its descriptor counts them", () => {
    const levels = new Map<string, number>();
    for (const reader of READERS) {
      const { level } = plan(reader);
      levels.set(level, (levels.get(level) ?? 0) + 1);
    }
    expect([...levels.keys()].sort()).toEqual(["character", "extended-apdu", "short-apdu", "tpdu"]);
  });

  it.each(
    READERS.map(
      (reader) =>
        [
          toHex(Uint8Array.of(reader.vendorId >> 8, reader.vendorId, reader.productId >> 8, reader.productId)),
          reader,
        ] as const,
    ),
  )("%s: a card is powered on and answers", async (_, reader) => {
    const { refused, protocols } = plan(reader);
    const card = protocols.includes(1) && reader.transport !== "iccd-a" ? T1_CARD : T0_CARD;
    const { vendorId, productId, version } = reader;
    const usb = new FakeUsbDevice(
      new EmulatedUsbDevice([emulated(reader, card)], { vendorId, productId, deviceVersion: version }),
    );
    if (refused) {
      await expect(openCcidReader(usb)).rejects.toMatchObject({ code: "FIRMWARE_REFUSED" });
      expect(usb.opened).toBe(false);
      return;
    }
    const opened = await openCcidReader(usb);
    const slot = opened.slots[0]!;
    expect(toHex(await slot.powerOn())).toBe(toHex(card.atr));
    await slot.setProtocol([0, 1]);
    expect(toHex(await slot.transmit(fromHex("00CA000002")))).toBe("00CA9000");
    await opened.close();
    expect(usb.opened).toBe(false);
  });
});

describe("the quirks", () => {
  it("are of one device, and of one firmware where they say so", () => {
    expect(quirksOf({ vendorId: 0x04e6, productId: 0xe001, version: 0x0515 }).maxIfsd).toBe(48);
    expect(quirksOf({ vendorId: 0x04e6, productId: 0xe001, version: 0x0516 }).maxIfsd).toBeUndefined();
    expect(quirksOf({ vendorId: 0x0529, productId: 0x0620, version: 0x0012 }).noIfsNegotiation).toBe(true);
    expect(quirksOf({ vendorId: 0x1209, productId: 0x0001, version: 0 })).toEqual({});
  });
});
