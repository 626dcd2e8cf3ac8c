import { EventStream, systemClock } from "@cardwire/core";
import { onDeviceChanges } from "./device-changes.ts";
import type { DeviceWatchOptions } from "./device-provider.ts";
import { listDevices, type ReaderDevice } from "./reader-devices.ts";
import { type DeviceSystem, loadDeviceSystem } from "./system.ts";

/** A device has come, or has gone. Those that are there in the beginning come first. */
export interface ReaderDeviceEvent {
  readonly type: "device-arrived" | "device-removed";
  readonly device: ReaderDevice;
}

const POLL_INTERVAL_MS = 1000;

/** Options of {@link watchReaderDevices}. */
export interface WatchReaderDevicesOptions extends DeviceWatchOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/**
 * Tells of reader devices that come and go: by CM_Register_Notification where the system has it, else by listing them at
 * intervals. Nothing runs before the first event is asked for. The iteration throws when the devices cannot be listed.
 */
export function watchReaderDevices(
  options: WatchReaderDevicesOptions = {},
): AsyncIterableIterator<ReaderDeviceEvent> & AsyncDisposable {
  return watchDevices(loadDeviceSystem, options);
}

export function watchDevices(
  load: () => Promise<DeviceSystem>,
  { signal, clock = systemClock, pollIntervalMs = POLL_INTERVAL_MS }: WatchReaderDevicesOptions,
): EventStream<ReaderDeviceEvent> {
  const known = new Map<string, ReaderDevice>();
  let end: (() => void) | undefined;
  let stopped = false;
  const compare = (system: DeviceSystem): void => {
    const now = new Map(listDevices(system).map((device) => [device.path, device]));
    for (const [path, device] of known) {
      if (now.has(path)) continue;
      known.delete(path);
      stream.push({ type: "device-removed", device });
    }
    for (const [path, device] of now) {
      if (known.has(path)) continue;
      known.set(path, device);
      stream.push({ type: "device-arrived", device });
    }
  };
  const stop = (): void => {
    stopped = true;
    signal?.removeEventListener("abort", leave);
    end?.();
  };
  const fail = (error: unknown): void => {
    stop();
    stream.fail(error);
  };
  const leave = (): void => {
    stop();
    stream.end();
  };
  const stream = new EventStream<ReaderDeviceEvent>({
    start: () => {
      if (signal?.aborted === true) {
        leave();
        return;
      }
      signal?.addEventListener("abort", leave);
      load().then((system) => {
        if (stopped) return;
        const look = (): void => {
          try {
            if (!stopped) compare(system);
          } catch (error) {
            fail(error);
          }
        };
        // first, so that nothing is missed between the list and the subscription
        end = onDeviceChanges(system.setup, clock, pollIntervalMs, look);
        look();
      }, fail);
    },
    stop: () => {
      stop();
      return Promise.resolve();
    },
  });
  return stream;
}
