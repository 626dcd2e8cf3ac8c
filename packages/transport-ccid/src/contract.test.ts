import { concatBytes, fromHex } from "@cardwire/core";
import { type ContractHarness, registerContract } from "@cardwire/core/testing";
import { SCARD_ATTR } from "@cardwire/ioctl";
import { describe, it } from "vitest";
import { CCID_ESCAPE_CODE, createCcidResourceManager } from "./index.ts";
import {
  CCID_FEATURE,
  type ClassDescriptorFields,
  type EmulatedCard,
  EmulatedCcidReader,
  type EmulatedCcidReaderOptions,
  EmulatedUsbDevice,
  FakeUsb,
  FakeUsbDevice,
} from "./testing.ts";

const ATR_T1 = fromHex("3B81018000");
const LARGE = new Uint8Array(65_100).fill(0xab);
const OK = fromHex("9000");

/** Echoes; a read of 65,100 bytes; a command that takes its time. */
const card: EmulatedCard = {
  atr: ATR_T1,
  transmit(command) {
    if (command[1] === 0xb0) return concatBytes(LARGE, OK);
    const echo = concatBytes(command.slice(0, 4), OK);
    if (command[1] !== 0xfe) return echo;
    return new Promise((resolve) => setTimeout(() => resolve(echo), 60));
  },
};

function exchange(command: string, response: string): { command: Uint8Array; response: Uint8Array } {
  return { command: fromHex(command), response: fromHex(response) };
}

function reader(fields: ClassDescriptorFields, options: EmulatedCcidReaderOptions): EmulatedCcidReader {
  return new EmulatedCcidReader({
    classDescriptor: fields,
    escape: (data) => (data[0] === 0xe0 ? Uint8Array.of(0xe1, ...data) : undefined),
    ...options,
  });
}

function createHarness(
  fields: ClassDescriptorFields,
  options: EmulatedCcidReaderOptions = {},
): () => Promise<ContractHarness> {
  return () => {
    const emulated = reader(fields, options);
    const usb = new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([emulated])));
    const manager = createCcidResourceManager({ readers: usb });
    let others = 0;
    let last: FakeUsbDevice | undefined;
    const act =
      (action: () => void): (() => Promise<void>) =>
      () => {
        action();
        return Promise.resolve();
      };
    return Promise.resolve({
      readerName: "Emulated CCID Reader (0001) 00 00",
      card: {
        answerToReset: ATR_T1,
        protocol: "t1",
        refusedProtocol: "t0",
        exchanges: [exchange("00A40400", "00A404009000"), exchange("00CA0100", "00CA01009000")],
        large: { command: fromHex("00B00000000000"), response: concatBytes(LARGE, OK) },
        slow: exchange("00FE0000", "00FE00009000"),
      },
      createContext: () => Promise.resolve(manager.establishContext()),
      insertCard: act(() => {
        emulated.insert(card);
      }),
      removeCard: act(() => {
        emulated.remove();
      }),
      swapCard: act(() => {
        emulated.swap(card);
      }),
      insertMuteCard: act(() => {
        emulated.insert({ ...card, atr: new Uint8Array(0) });
      }),
      attachReader: () => {
        const number = ++others;
        last = new FakeUsbDevice(new EmulatedUsbDevice([reader(fields, options)], { serialNumber: `other ${number}` }));
        usb.plug(last);
        return Promise.resolve(`Emulated CCID Reader (other ${number}) ${String(number).padStart(2, "0")} 00`);
      },
      detachReader: act(() => {
        last?.unplug();
      }),
      attribute: {
        tag: SCARD_ATTR.VENDOR_NAME,
        value: fromHex("456D756C6174656400"),
        unsupportedTag: SCARD_ATTR.ESC_RESET,
      },
      control: {
        code: CCID_ESCAPE_CODE,
        data: fromHex("E001"),
        response: fromHex("E1E001"),
        unsupportedCode: 0x0031_fffc,
      },
      close: () => manager.close(),
    });
  };
}

const missing = ["set-attribute", "service"] as const;

describe.concurrent("the contract of transports, a reader for extended APDUs", () => {
  const features = CCID_FEATURE.extendedApdu | 0x4be;
  registerContract(it, createHarness({ features }), { missing });
});

describe.concurrent("the contract of transports, a reader for TPDUs that polls", () => {
  registerContract(it, createHarness({}, { interrupt: false }), { missing });
});
