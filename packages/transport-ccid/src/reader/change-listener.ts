import { type Clock, delay, untilAborted } from "@cardwire/core";
import type { CcidEndpoint } from "../descriptor/configuration.ts";
import { parseNotification } from "../messages/notification.ts";
import type { UsbDeviceLike } from "../usb-device.ts";
import { usbFailure } from "./usb-failure.ts";

/** An interrupt endpoint, and who is told of what comes on it. */
export interface ChangeListenerOptions {
  readonly device: UsbDeviceLike;
  readonly endpoint: CcidEndpoint;
  readonly slots: number;
  readonly clock: Clock;
  readonly slotChanged: (slot: number, present: boolean) => void;
}

/** Transfers that may fail, or bring nothing, in a row before nothing is expected any more. */
const MOST_FAILURES = 3;
const PAUSE_MS = 5;

/**
 * Reads notifications of cards that come and go until the signal is aborted, or the endpoint fails too often. Never
 * rejects.
 *
 * @returns what a transfer failed with, if that says that the device is gone.
 */
export async function listenForChanges(options: ChangeListenerOptions, signal: AbortSignal): Promise<unknown> {
  const { device, endpoint, slots, clock } = options;
  const { endpointNumber, packetSize } = endpoint;
  const length = Math.ceil((1 + Math.ceil(slots / 4)) / packetSize) * packetSize;
  // asked anew after every wait
  const isOver = (): boolean => signal.aborted;
  for (let failures = 0; failures < MOST_FAILURES && !isOver(); failures++)
    try {
      const { status, data } = await untilAborted(device.transferIn(endpointNumber, length), signal);
      if (status === "stall") await device.clearHalt("in", endpointNumber);
      else if (data === undefined || data.byteLength === 0) await delay(clock, PAUSE_MS, signal);
      else {
        failures = -1;
        tell(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), options);
      }
    } catch (error) {
      if (isOver()) return undefined;
      if (usbFailure(error) === "gone") return error;
      await delay(clock, PAUSE_MS, signal).catch(() => undefined);
    }
  return undefined;
}

function tell(bytes: Uint8Array, { slots, slotChanged }: ChangeListenerOptions): void {
  try {
    const notification = parseNotification(bytes);
    if (notification.name !== "NotifySlotChange") return;
    notification.slots.slice(0, slots).forEach(({ present, changed }, slot) => {
      if (changed) slotChanged(slot, present);
    });
  } catch {
    // not a notification: it says nothing
  }
}
