import { type ConformanceProfile, type RfFrontEnd, type VirtualTag } from "@cardwire/core";
import { type ContractHarness } from "@cardwire/core/testing";
import { createNfcReader, type NfcReader } from "@cardwire/nfc-reader";
import { createVirtualField } from "@cardwire/virtual";
import { ntag216 } from "../../nfc-reader/test/ntag216.ts";
import { createIoctlResourceManager } from "../src/index.ts";
import { contractFamilies, muteTag, slowed } from "./contract-cards.ts";
import { createMachineHarness, type MachineOrder } from "./machine-harness.ts";

/** A machine with real readers in virtual fields: the harness of the contract. */
export function createNfcReaderHarness(profile: ConformanceProfile): Promise<ContractHarness> {
  const field = createVirtualField();
  const readers: NfcReader[] = [];
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const attach = (frontEnd: RfFrontEnd): void => {
    const reader = createNfcReader({
      frontEnd,
      families: contractFamilies,
      profile,
      vendorName: "Microsoft",
      ifdType: "IFD",
      deviceUnit: readers.length,
      presenceIntervalMs: 2,
    });
    reader.subscribe(tell);
    readers.push(reader);
    tell();
  };
  attach(slowed(field));
  let tag: VirtualTag = ntag216();
  const orders: Record<MachineOrder, (card?: string) => Promise<void> | void> = {
    insert: (card) => {
      tag = card === "mute" ? muteTag : ntag216();
      field.put(tag);
    },
    remove: () => {
      field.remove();
    },
    swap: () => {
      field.remove();
      field.put(tag);
    },
    attach: () => {
      attach(createVirtualField());
    },
    detach: async () => {
      const reader = readers.pop();
      tell();
      await reader?.close();
    },
  };
  const machine = {
    devices: {
      listInterfaces: () => readers.flatMap((reader) => reader.listInterfaces()),
      subscribe: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    order: async (order: MachineOrder, card?: string) => {
      await orders[order](card);
    },
    close: async () => {
      for (const reader of readers) await reader.close();
    },
  };
  return Promise.resolve(createMachineHarness(machine, createIoctlResourceManager));
}
