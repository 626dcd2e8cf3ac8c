import { type ConformanceProfile, fromHex, type IoctlDeviceInterface } from "@cardwire/core";
import type { ContractHarness } from "@cardwire/core/testing";
import { IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import { createIoctlResourceManager, type IoctlDeviceProvider } from "@cardwire/transport-ioctl";
import { readerDevices } from "@cardwire/transport-windows";
import { contractCard } from "./contract-cards.ts";
import { ReaderMachine } from "./reader-machine.ts";
import type { RemoteMachine, RemoteOrder } from "./remote-machine.ts";

/** What a harness needs of the readers below the devices. */
interface Readers {
  readonly devices: IoctlDeviceProvider;
  readonly order: (verb: RemoteOrder["verb"], argument?: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How often devices are listed: Wine tells of no changes. */
export const POLL_INTERVAL_MS = 20;

/** Readers in this very process, and their devices as they are. */
export function inProcessReaders(
  kind: "contract" | "conformance",
  profile: ConformanceProfile,
): Readers & {
  readonly machine: ReaderMachine;
} {
  const listeners = new Set<() => void>();
  const machine = new ReaderMachine(kind, profile, () => {
    for (const listener of [...listeners]) listener();
  });
  return {
    machine,
    devices: {
      listInterfaces: () => machine.readers.flatMap((reader) => reader.listInterfaces()),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    order: async (verb, argument = "") => {
      if (verb === "insert") machine.insert(argument);
      else if (verb === "remove") machine.remove();
      else if (verb === "swap") machine.swap();
      else if (verb === "attach") machine.attach();
      else if (verb === "detach") await machine.detach();
      else if (verb === "radio") machine.setRadio(argument === "on");
    },
    close: () => machine.close(),
  };
}

/** Readers in another process, and their devices as Windows lists and opens them. */
export async function remoteReaders(remote: RemoteMachine, profile: ConformanceProfile): Promise<Readers> {
  await remote.machine("contract", profile);
  return {
    devices: readerDevices({ pollIntervalMs: POLL_INTERVAL_MS }),
    order: (verb, argument) => remote.order(argument === undefined ? { verb } : { verb, argument }),
    close: () => Promise.resolve(),
  };
}

/** The contract's harness over devices that answer I/O controls. */
export function createIoctlHarness(readers: Readers): ContractHarness {
  const { devices, order } = readers;
  let failure: Error | undefined;
  const listeners = new Set<() => void>();
  const breakDown = (error: Error | undefined): Promise<void> => {
    failure = error;
    for (const listener of [...listeners]) listener();
    return Promise.resolve();
  };
  const manager = createIoctlResourceManager({
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
