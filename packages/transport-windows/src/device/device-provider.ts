import { type Clock, type IoctlDeviceInterface, type SmartCardContext, systemClock } from "@cardwire/core";
import { createIoctlContext, type IoctlDeviceProvider, type IoctlManagerOptions } from "@cardwire/transport-ioctl";
import { onDeviceChanges } from "./device-changes.ts";
import { listDevices } from "./reader-devices.ts";
import { type DeviceSystem, loadDeviceSystem } from "./system.ts";

/** How new and gone devices are noticed. */
export interface DeviceWatchOptions {
  /** How often the list is made anew where Windows does not tell of changes, in milliseconds; 1000 unless given. */
  readonly pollIntervalMs?: number;
  /** The host's own unless given. */
  readonly clock?: Clock;
}

const POLL_INTERVAL_MS = 1000;

/** Windows' reader devices as transport-ioctl takes them. Loads nothing before they are listed. */
export function readerDevices(options: DeviceWatchOptions = {}): Required<IoctlDeviceProvider> {
  return new WindowsDevices(loadDeviceSystem, options);
}

/**
 * A context with a resource manager of its own over Windows' reader devices, instead of Windows' smart-card service: for a
 * reader that the service does not have, or must not. Several contexts share devices through
 * `createIoctlResourceManager({ devices: readerDevices() })`.
 */
export function createDeviceContext(
  options: DeviceWatchOptions & Omit<IoctlManagerOptions, "devices"> = {},
): SmartCardContext {
  return createIoctlContext({ ...options, devices: readerDevices(options) });
}

export class WindowsDevices implements Required<IoctlDeviceProvider> {
  readonly #load: () => Promise<DeviceSystem>;
  readonly #clock: Clock;
  readonly #pollIntervalMs: number;

  constructor(load: () => Promise<DeviceSystem>, options: DeviceWatchOptions) {
    this.#load = load;
    this.#clock = options.clock ?? systemClock;
    this.#pollIntervalMs = options.pollIntervalMs ?? POLL_INTERVAL_MS;
  }

  async listInterfaces(): Promise<readonly IoctlDeviceInterface[]> {
    return listDevices(await this.#load());
  }

  subscribe(listener: () => void): () => void {
    let end: (() => void) | undefined;
    let ended = false;
    this.#load().then(
      ({ setup }) => {
        if (!ended) end = onDeviceChanges(setup, this.#clock, this.#pollIntervalMs, listener);
      },
      // whoever lists the devices is told
      () => undefined,
    );
    return () => {
      ended = true;
      end?.();
    };
  }
}
