import { fromHex } from "@cardwire/core";
import { type FakeCard } from "./fake-pcscd.ts";

/** T=1 alone. */
export const ATR: Uint8Array = fromHex("3B800181");
export const GET_UID: Uint8Array = fromHex("FFCA000000");
export const UID_ANSWER: Uint8Array = fromHex("04A23B7A9000");
export const LARGE: Uint8Array = fromHex("00C0FFFF00");
export const LARGE_ANSWER: Uint8Array = new Uint8Array(65_538).fill(0x5a);
export const SLOW: Uint8Array = fromHex("00B0000000");
export const SLOW_MS = 60;

/** Answers three commands as it always does, and echoes others. */
export const fakeCard: FakeCard = {
  atr: ATR,
  transmit(command) {
    if (command[1] === 0xca) return UID_ANSWER;
    if (command[1] === 0xc0) return LARGE_ANSWER;
    if (command[1] === 0xb0) return new Promise((resolve) => setTimeout(resolve, SLOW_MS, UID_ANSWER));
    return Uint8Array.of(...command, 0x90, 0x00);
  },
};
