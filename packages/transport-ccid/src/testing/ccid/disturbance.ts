import { type CcidCommand, HEADER_LENGTH } from "./messages.ts";

/** What can go wrong with the answer to one message. */
export type CcidDisturbance =
  /** There is no answer. */
  | "lose"
  /** The answer comes twice. */
  | "double"
  /** The answer ends after its header and half of its data, dwLength saying otherwise. */
  | "cut"
  /** The answer ends inside its header. */
  | "cut-header"
  /** A packet in the middle of the answer is lost; the last one of an answer of two. */
  | "gap"
  | "wrong-sequence"
  | "wrong-slot"
  | "wrong-type"
  /** dwLength is greater than anything that could follow. */
  | "huge-length"
  /** The bulk-IN endpoint stalls; the answer is there once the halt is cleared. */
  | "stall"
  /** The bulk-IN endpoint stalls, and the answer is lost. */
  | "stall-and-lose"
  /** A zero-length packet comes before the answer. */
  | "stray-empty"
  /** An answer to the message before comes first. */
  | "stale"
  /** Every byte is a packet of its own. */
  | "bytewise"
  /** The device is pulled in the place of an answer. */
  | "unplug"
  /** The message fails with this bError. */
  | { readonly error: number }
  /** The reader falls silent behind half of the answer's packets, and goes on after so many milliseconds. */
  | { readonly pauseMs: number };

/** The packets of an answer that was disturbed, in the order in which they come. */
export function disturbFrame(
  frame: Uint8Array,
  disturbance: CcidDisturbance,
  packets: (frame: Uint8Array) => Uint8Array[],
): Uint8Array[] {
  const changed = Uint8Array.from(frame);
  switch (disturbance) {
    case "lose":
    case "stall-and-lose":
    case "unplug":
      return [];
    case "double":
      return [...packets(frame), ...packets(frame)];
    case "cut":
      return packets(frame.subarray(0, HEADER_LENGTH + ((frame.length - HEADER_LENGTH) >> 1)));
    case "cut-header":
      return packets(frame.subarray(0, 5));
    case "gap": {
      const whole = packets(frame);
      return whole.filter((_, index) => index !== whole.length >> 1);
    }
    case "wrong-sequence":
      changed[6] = ((changed[6] ?? 0) + 0x80) & 0xff;
      return packets(changed);
    case "wrong-slot":
      changed[5] = ((changed[5] ?? 0) + 1) & 0xff;
      return packets(changed);
    case "wrong-type":
      changed[0] = 0x8f;
      return packets(changed);
    case "huge-length":
      changed.set([0xff, 0xff, 0xff, 0x7f], 1);
      return packets(changed);
    case "stray-empty":
      return [new Uint8Array(0), ...packets(frame)];
    case "stale":
      changed[6] = ((changed[6] ?? 0) + 0xff) & 0xff;
      return [...packets(changed), ...packets(frame)];
    case "bytewise":
      return Array.from(frame, (byte) => Uint8Array.of(byte));
    default:
      return packets(frame);
  }
}

/** Chooses what happens to the answer of a message; undefined is nothing. */
export type Disturb = (command: CcidCommand) => CcidDisturbance | undefined;
