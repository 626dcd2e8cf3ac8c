import type { ConformanceProfile } from "@cardwire/core";
import type { ContractHarness } from "@cardwire/core/testing";
import { createIoctlResourceManager } from "@cardwire/transport-ioctl";
import { readerDevices } from "@cardwire/transport-windows";
import { createMachineHarness, type Readers } from "../../../packages/transport-ioctl/test/machine-harness.ts";
import { ReaderMachine } from "./reader-machine.ts";
import type { RemoteMachine } from "./remote-machine.ts";

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
    order: async (order, card = "") => {
      if (order === "insert") machine.insert(card);
      else await machine[order]();
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
  return createMachineHarness(readers, createIoctlResourceManager);
}
