import { type Clock, systemClock } from "@cardwire/core";
import { type ContractHarness, registerContract } from "@cardwire/core/testing";
import { describe, test } from "vitest";
import { contractCard, sizedAnswer, sizedCommand, T1_ATR } from "../../test/contract-card.ts";
import { createCcidContext } from "../node.ts";
import { CCID_FEATURE, EmulatedCcidReader, EmulatedUsbDevice, FakeUsb, FakeUsbDevice } from "../testing.ts";

const FEATURES = CCID_FEATURE.extendedApdu | 0x4be;
/** usb 3 waits out a slice when it is closed: ten times as fast here, for there are many cases. */
const fast: Clock = { ...systemClock, schedule: (delayMs, callback) => systemClock.schedule(delayMs / 10, callback) };
const nameOf = (serialNumber: string): string => `Emulated CCID Reader (${serialNumber})`;

const done =
  (act: () => void): (() => Promise<void>) =>
  () => {
    act();
    return Promise.resolve();
  };

/** The package usb, with devices that behave as those of this version do. */
function harness(version: 2 | 3): () => Promise<ContractHarness> {
  return () => {
    const devices: FakeUsbDevice[] = [];
    const bus = new FakeUsb();
    const usb =
      version === 3
        ? { usb: bus }
        : {
            getDeviceList: () => [],
            WebUSB: function WebUSB() {
              return bus;
            },
          };
    const plug = (serialNumber: string): EmulatedCcidReader => {
      const reader = new EmulatedCcidReader({
        classDescriptor: { features: FEATURES },
        escape: (data) => Uint8Array.of(0x5a, ...data),
      });
      const device = new FakeUsbDevice(new EmulatedUsbDevice([reader], { serialNumber }), {
        manner: `usb${version}`,
        clock: fast,
      });
      devices.push(device);
      bus.plug(device);
      return reader;
    };
    const reader = plug("0001");
    return Promise.resolve({
      readerName: `${nameOf("0001")} 00 00`,
      card: {
        answerToReset: T1_ATR,
        protocol: "t1",
        refusedProtocol: "t0",
        exchanges: [3, 256, 5].map((length) => ({ command: sizedCommand(length), response: sizedAnswer(length) })),
        large: { command: sizedCommand(65_500), response: sizedAnswer(65_500) },
        slow: { command: sizedCommand(2, 80), response: sizedAnswer(2) },
      },
      attribute: { tag: 0x1_0100, value: new TextEncoder().encode("Emulated\0"), unsupportedTag: 0x1_0199 },
      control: {
        code: 0x4200_0001,
        data: Uint8Array.of(1, 2, 3),
        response: Uint8Array.of(0x5a, 1, 2, 3),
        unsupportedCode: 0x4200_0777,
      },
      createContext: () => Promise.resolve(createCcidContext({ usb })),
      insertCard: done(() => reader.insert(contractCard(T1_ATR))),
      removeCard: done(() => reader.remove()),
      swapCard: done(() => reader.swap(contractCard(T1_ATR))),
      insertMuteCard: done(() => reader.insert(contractCard(new Uint8Array(0)))),
      attachReader: () => {
        plug("0002");
        return Promise.resolve(`${nameOf("0002")} 01 00`);
      },
      detachReader: done(() => devices.pop()?.unplug()),
      close: () => Promise.resolve(),
    });
  };
}

describe.each([2, 3] as const)("over usb %i", (version) => {
  registerContract(test, harness(version), { missing: ["service", "set-attribute"] });
});
