import { FormatError } from "@cardwire/core";

/** What a reader tells by its interrupt endpoint (USB CCID 1.1, section 6.3). */
export type CcidNotification =
  | {
      readonly name: "NotifySlotChange";
      /** One element per slot that there are bits for, in steps of four. */
      readonly slots: readonly { readonly present: boolean; readonly changed: boolean }[];
    }
  | {
      readonly name: "HardwareError";
      readonly slot: number;
      readonly sequence: number;
      /** bHardwareErrorCode: 1 is too much current. */
      readonly code: number;
    };

const SLOT_CHANGE = 0x50;
const HARDWARE_ERROR = 0x51;

/**
 * Takes a notification apart.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for a length that does not fit, INVALID_VALUE for an unknown bMessageType.
 */
export function parseNotification(bytes: Uint8Array): CcidNotification {
  const [type] = bytes;
  if (type === undefined)
    throw new FormatError("TOO_SHORT", "a notification has a byte at least", { field: "bMessageType", offset: 0 });
  if (type === SLOT_CHANGE) {
    if (bytes.length < 2)
      throw new FormatError("TOO_SHORT", "no state of any slot", { field: "bmSlotICCState", offset: 1 });
    const slots: { present: boolean; changed: boolean }[] = [];
    for (const byte of bytes.subarray(1))
      for (let shift = 0; shift < 8; shift += 2)
        slots.push({ present: ((byte >> shift) & 1) !== 0, changed: ((byte >> shift) & 2) !== 0 });
    return { name: "NotifySlotChange", slots };
  }
  if (type !== HARDWARE_ERROR)
    throw new FormatError("INVALID_VALUE", "is no notification", { field: "bMessageType", offset: 0 });
  if (bytes.length !== 4)
    throw new FormatError(bytes.length < 4 ? "TOO_SHORT" : "LEFT_OVER", `4 bytes, these are ${bytes.length}`, {
      field: "bHardwareErrorCode",
      offset: Math.min(bytes.length, 4),
    });
  return { name: "HardwareError", slot: bytes[1] ?? 0, sequence: bytes[2] ?? 0, code: bytes[3] ?? 0 };
}

/** A notification as a reader sends it: for readers in software. */
export function encodeNotification(notification: CcidNotification): Uint8Array<ArrayBuffer> {
  if (notification.name === "HardwareError")
    return Uint8Array.of(HARDWARE_ERROR, notification.slot, notification.sequence, notification.code);
  const bytes = new Uint8Array(1 + Math.ceil(notification.slots.length / 4));
  bytes[0] = SLOT_CHANGE;
  notification.slots.forEach(({ present, changed }, slot) => {
    const bits = (present ? 1 : 0) | (changed ? 2 : 0);
    bytes[1 + (slot >> 2)] = (bytes[1 + (slot >> 2)] ?? 0) | (bits << ((slot & 3) * 2));
  });
  return bytes;
}
