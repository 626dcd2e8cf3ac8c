import { fromHex } from "@cardwire/core";
import { type EmulatedCard } from "../src/testing.ts";

/** T=1 alone, with no historical bytes. */
export const T1_ATR: Uint8Array = fromHex("3B800181");
/** T=0 alone, with no historical bytes. */
export const T0_ATR: Uint8Array = fromHex("3B00");
const OK = [0x90, 0x00] as const;

/** GET DATA of a length (2 bytes), to be answered after so many milliseconds (2 bytes). */
export function sizedCommand(length: number, delayMs = 0): Uint8Array {
  return Uint8Array.of(0x80, 0xca, length >> 8, length & 0xff, 0x02, delayMs >> 8, delayMs & 0xff, 0x00);
}

/** Its answer: bytes that tell where they stand, and 9000. */
export function sizedAnswer(length: number): Uint8Array {
  return Uint8Array.from({ length: length + 2 }, (_, index) =>
    index < length ? (index * 7) & 0xff : (OK[index - length] ?? 0),
  );
}

/** A card that answers GET DATA as it is asked to, and 6D00 to everything else. */
export function contractCard(atr: Uint8Array): EmulatedCard {
  return {
    atr,
    transmit(command) {
      if (command[1] !== 0xca || command.length < 7) return fromHex("6D00");
      const answer = sizedAnswer(((command[2] ?? 0) << 8) | (command[3] ?? 0));
      const delayMs = ((command[5] ?? 0) << 8) | (command[6] ?? 0);
      return delayMs === 0 ? answer : new Promise((resolve) => setTimeout(resolve, delayMs, answer));
    },
  };
}
