import type { ConformanceProfile } from "@cardwire/core";
import type { ConformanceHarness } from "@cardwire/nfc-reader/testing";
import { listReaderDevices, openReaderDevice } from "@cardwire/transport-windows";
import { conformanceCards } from "../../../packages/nfc-reader/test/conformance-cards.ts";
import { inProcessReaders } from "./ioctl-harness.ts";
import type { RemoteMachine } from "./remote-machine.ts";

/** The DDI's conformance cases over a device in this process. */
export function inProcessConformance(profile: ConformanceProfile): ConformanceHarness {
  const { machine } = inProcessReaders("conformance", profile);
  return {
    profile,
    cards: conformanceCards,
    open: () => {
      const [reader] = machine.readers;
      if (reader === undefined) throw new Error("there is no reader");
      return reader.device.open();
    },
    insert: (kind) => {
      machine.insert(kind);
      return Promise.resolve();
    },
    remove: () => {
      machine.remove();
      return Promise.resolve();
    },
    setRadio: (on) => {
      machine.setRadio(on);
      return Promise.resolve();
    },
  };
}

const LATE_CLOSE_MS = 50;

/** The same over the device that Windows opens, with the reader in another process. */
export async function remoteConformance(
  remote: RemoteMachine,
  profile: ConformanceProfile,
): Promise<ConformanceHarness> {
  await remote.machine("conformance", profile);
  const [device] = await listReaderDevices();
  if (device === undefined) throw new Error("Windows lists no reader device");
  const { path } = device;
  return {
    profile,
    cards: conformanceCards,
    limitMs: 3000,
    open: async () => {
      // Wine tells the driver late that the last handle is closed
      await new Promise((resolve) => setTimeout(resolve, LATE_CLOSE_MS));
      return openReaderDevice(path);
    },
    insert: (kind) => remote.order({ verb: "insert", argument: kind }),
    remove: () => remote.order({ verb: "remove" }),
    setRadio: (on) => remote.order({ verb: "radio", argument: on ? "on" : "off" }),
  };
}
