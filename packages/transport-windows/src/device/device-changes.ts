import type { Clock } from "@cardwire/core";
import type { DeviceSetup } from "./setup-api.ts";

/** Windows tells of changes; this finds what it may have missed, and keeps the process alive. */
const SAFETY_NET_MS = 30_000;

/**
 * Calls back when the list of devices may have changed: as soon as Windows says so where it does, else when the list is
 * found to be another one. The returned function ends that.
 */
export function onDeviceChanges(
  setup: DeviceSetup,
  clock: Clock,
  pollIntervalMs: number,
  changed: () => void,
): () => void {
  const endNotifications = setup.notify(() => {
    paths = pathsOf(setup);
    changed();
  });
  const intervalMs = endNotifications === undefined ? pollIntervalMs : SAFETY_NET_MS;
  let paths = pathsOf(setup);
  let cancel = clock.schedule(intervalMs, poll);
  function poll(): void {
    cancel = clock.schedule(intervalMs, poll);
    const now = pathsOf(setup);
    if (now === paths) return;
    paths = now;
    changed();
  }
  return () => {
    cancel();
    endNotifications?.();
  };
}

/** The paths in one text. A list that cannot be made is a list of its own: it tells whoever lists the devices next. */
function pathsOf(setup: DeviceSetup): string | undefined {
  try {
    return setup
      .list()
      .map(({ path }) => path)
      .sort()
      .join("\n");
  } catch {
    return undefined;
  }
}
