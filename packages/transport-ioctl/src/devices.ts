import type { IoctlDeviceInterface } from "@cardwire/core";

/** Where reader devices come from. The in-process `NfcReader` is one; so is whatever enumerates a machine's devices. */
export interface IoctlDeviceProvider {
  /** The device interfaces that are there now, each with a path of its own. */
  listInterfaces(): readonly IoctlDeviceInterface[] | Promise<readonly IoctlDeviceInterface[]>;
  /** Calls back whenever the list may have changed; the returned function ends that. Absent: the list never changes. */
  subscribe?(listener: () => void): () => void;
}

/** Devices, providers, or some of both. */
export type IoctlDevices = IoctlDeviceProvider | readonly (IoctlDeviceInterface | IoctlDeviceProvider)[];

/** One provider of everything that was given. */
export function deviceProvider(devices: IoctlDevices): Required<IoctlDeviceProvider> {
  const parts = "listInterfaces" in devices ? [devices] : devices;
  return {
    async listInterfaces() {
      const interfaces: IoctlDeviceInterface[] = [];
      for (const part of parts) interfaces.push(...(isProvider(part) ? await part.listInterfaces() : [part]));
      return interfaces;
    },
    subscribe(listener) {
      const ends = parts.flatMap((part) => (isProvider(part) ? [part.subscribe?.(listener)] : []));
      return () => {
        for (const end of ends) end?.();
      };
    },
  };
}

function isProvider(part: IoctlDeviceInterface | IoctlDeviceProvider): part is IoctlDeviceProvider {
  return "listInterfaces" in part;
}
