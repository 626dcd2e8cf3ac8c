import { fromHex, type SmartCardContext } from "@cardwire/core";
import type { ContractExchange, ContractHarness } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import { createIoctlResourceManager } from "../src/index.ts";
import { type FakeCard, FakeDevice, FakeMachine, NTAG } from "./fake-device.ts";

const LARGE = "AB".repeat(65_536) + "9000";
const CARD: FakeCard = {
  ...NTAG,
  answers: { ...NTAG.answers, "00C0000000": LARGE, "80FE": "9001" },
  slow: { command: "80FE", ms: 60 },
};

function exchange(command: string): ContractExchange {
  return { command: fromHex(command), response: fromHex(CARD.answers[command] ?? "") };
}

/** The harness of the contract over fake devices. */
export function createFakeHarness(): Promise<ContractHarness> {
  const machine = new FakeMachine();
  const device = machine.attach(new FakeDevice());
  const manager = createIoctlResourceManager({ devices: machine });
  let others = 0;
  return Promise.resolve({
    readerName: "Microsoft IFD 0",
    card: {
      answerToReset: CARD.atr,
      protocol: "t1",
      refusedProtocol: "t0",
      exchanges: [exchange("FFCA000000"), exchange("FFB0000404"), exchange("FFB0000504")],
      large: exchange("00C0000000"),
      slow: exchange("80FE"),
    },
    createContext: (): Promise<SmartCardContext> => Promise.resolve(manager.establishContext()),
    insertCard: () => {
      device.insert(CARD);
      return Promise.resolve();
    },
    removeCard: () => {
      device.remove();
      return Promise.resolve();
    },
    swapCard: async () => {
      device.remove();
      await Promise.resolve();
      device.insert(CARD);
    },
    insertMuteCard: () => {
      device.insert({ ...CARD, mute: true });
      return Promise.resolve();
    },
    attachReader: () => {
      const unit = ++others;
      machine.attach(new FakeDevice({ path: `fake#${unit}`, unit }));
      return Promise.resolve(`Microsoft IFD ${unit}`);
    },
    detachReader: () => {
      const last = machine.devices.at(-1);
      if (last !== undefined) machine.detach(last);
      return Promise.resolve();
    },
    attribute: {
      tag: SCARD_ATTR.DEFAULT_CLK,
      value: fromHex("F8340000"),
      unsupportedTag: SCARD_ATTR.VENDOR_IFD_SERIAL_NO,
    },
    writableAttribute: { tag: SCARD_ATTR.DEVICE_IN_USE, value: fromHex("01000000") },
    control: {
      code: IOCTL_SMARTCARD.GET_FEATURE_REQUEST,
      data: new Uint8Array(0),
      response: fromHex("0C0400313520"),
      unsupportedCode: 0x0031_fffc,
    },
    stopService: () => {
      machine.break(new Error("no device can be listed"));
      return Promise.resolve();
    },
    startService: () => {
      machine.break(undefined);
      return Promise.resolve();
    },
    close: () => manager.close(),
  });
}
