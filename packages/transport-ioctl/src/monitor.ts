import { type Clock, delay } from "@cardwire/core";
import { IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import type { DeviceLink } from "./device-link.ts";
import { readState } from "./power-up.ts";

/** What the monitor tells of a reader. */
export interface PresenceListener {
  arrived(): void;
  departed(): void;
  /** The radio is off, or on again. */
  poweredOff(isOff: boolean): void;
}

/** Why a monitor has ended: the handle was closed, the device is gone, or it has failed too often. */
export type MonitorEnd = "closed" | "gone" | "defective";

/** Failures in a row that make a reader defective (events 612, 615 and 616 of Windows' smart-card service). */
const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 100;
const POWERED_OFF_POLL_MS = 1_000;

const GONE: readonly number[] = [NTSTATUS.DEVICE_REMOVED, NTSTATUS.DEVICE_NOT_CONNECTED, NTSTATUS.INVALID_HANDLE];

/**
 * The monitor loop of the resource manager: IS_PRESENT until a card arrives, IS_ABSENT until it departs, and so on.
 *
 * The next request is posted before anything else is done about a card: whatever happens to the card from then on
 * completes it.
 */
export async function monitorPresence(
  link: DeviceLink,
  listener: PresenceListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<MonitorEnd> {
  let present = false;
  let failures = 0;
  let waiting = link.wait(IOCTL_SMARTCARD.IS_PRESENT);
  try {
    for (;;) {
      const { status } = await waiting;
      if (link.closed) return "closed";
      if (status === NTSTATUS.SUCCESS) {
        failures = 0;
        present = !present;
        waiting = link.wait(present ? IOCTL_SMARTCARD.IS_ABSENT : IOCTL_SMARTCARD.IS_PRESENT);
        if (present) listener.arrived();
        else listener.departed();
        continue;
      }
      if (GONE.includes(status)) return "gone";
      if (status === NTSTATUS.DEVICE_POWERED_OFF) {
        if (present) listener.departed();
        present = false;
        await outlastPowerOff(link, listener, clock, signal);
      } else {
        if (++failures >= MOST_FAILURES) return "defective";
        await delay(clock, FIRST_PAUSE_MS * 2 ** (failures - 1), signal);
      }
      waiting = link.wait(present ? IOCTL_SMARTCARD.IS_ABSENT : IOCTL_SMARTCARD.IS_PRESENT);
    }
  } catch {
    // a broken promise of the device, or the end of a pause
    return link.closed ? "closed" : "gone";
  }
}

/** A pended request does not tell that the radio is on again: it is asked for. */
async function outlastPowerOff(
  link: DeviceLink,
  listener: PresenceListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  listener.poweredOff(true);
  do await delay(clock, POWERED_OFF_POLL_MS, signal);
  while ((await readState(link)).status === NTSTATUS.DEVICE_POWERED_OFF);
  listener.poweredOff(false);
}
