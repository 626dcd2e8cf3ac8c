import { fromHex, type IoctlDeviceInterface } from "@cardwire/core";
import { type ContractHarness } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import type { createIoctlResourceManager, IoctlDeviceProvider } from "../src/index.ts";
import { contractCard } from "./contract-cards.ts";

/** What the contract has done to readers; a card is "card" or "mute". */
export type MachineOrder = "insert" | "remove" | "swap" | "attach" | "detach";

/** Readers, wherever they are: their devices, and the hand at them. */
export interface Readers {
  readonly devices: IoctlDeviceProvider;
  readonly order: (order: MachineOrder, card?: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Given by the one who calls, who has the package as it is published, or its sources. */
export type CreateManager = typeof createIoctlResourceManager;

/** The contract's harness over devices that answer I/O controls. */
export function createMachineHarness(readers: Readers, createManager: CreateManager): ContractHarness {
  const { devices, order } = readers;
  let failure: Error | undefined;
  const listeners = new Set<() => void>();
  const breakDown = (error: Error | undefined): Promise<void> => {
    failure = error;
    for (const listener of [...listeners]) listener();
    return Promise.resolve();
  };
  const manager = createManager({
    devices: {
      listInterfaces: (): readonly IoctlDeviceInterface[] | Promise<readonly IoctlDeviceInterface[]> => {
        if (failure !== undefined) throw failure;
        return devices.listInterfaces();
      },
      subscribe: (listener) => {
        listeners.add(listener);
        const end = devices.subscribe?.(listener);
        return () => {
          listeners.delete(listener);
          end?.();
        };
      },
    },
  });
  let attached = 0;
  return {
    readerName: "Microsoft IFD 0",
    card: contractCard,
    createContext: () => Promise.resolve(manager.establishContext()),
    insertCard: () => order("insert", "card"),
    removeCard: () => order("remove"),
    swapCard: () => order("swap"),
    insertMuteCard: () => order("insert", "mute"),
    attachReader: async () => {
      await order("attach");
      return `Microsoft IFD ${++attached}`;
    },
    detachReader: async () => {
      attached--;
      await order("detach");
    },
    attribute: {
      tag: SCARD_ATTR.DEFAULT_CLK,
      value: fromHex("F8 34 00 00"),
      unsupportedTag: SCARD_ATTR.VENDOR_IFD_SERIAL_NO,
    },
    writableAttribute: { tag: SCARD_ATTR.DEVICE_IN_USE, value: fromHex("01 00 00 00") },
    control: {
      code: IOCTL_SMARTCARD.GET_STATE,
      data: new Uint8Array(0),
      response: fromHex("06 00 00 00"),
      unsupportedCode: IOCTL_SMARTCARD.GET_FEATURE_REQUEST,
    },
    stopService: () => breakDown(new Error("no device can be listed")),
    startService: () => breakDown(undefined),
    close: async () => {
      await manager.close();
      await readers.close();
    },
  };
}
