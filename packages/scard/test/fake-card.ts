import { fromHex } from "@cardwire/core";
import { type ContractCard } from "@cardwire/core/testing";
import { SCARD_PROTOCOL } from "@cardwire/ioctl";

/** A card of a fake resource manager. */
export interface FakeCard {
  readonly answerToReset: Uint8Array;
  /** Bits of `SCARD_PROTOCOL`. */
  readonly protocols: number;
  readonly mute?: boolean;
  answer(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** PC/SC part 3: a storage card of ISO/IEC 14443 part 3, an Ultralight. */
const ATR = fromHex("3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 03 00 00 00 00 68");
export const GET_UID = fromHex("FF CA 00 00 00");
export const UID_ANSWER = fromHex("04 A2 3B 7A 90 00");
const LARGE = fromHex("00 B0 00 00 00 00 00");
const LARGE_ANSWER = new Uint8Array(65_538).fill(0x5a);
export const SLOW = fromHex("00 EE 00 00");

/** Answers GET_UID, LARGE and SLOW (after 60 ms), and every other command with itself and 9000. */
export function answerCommand(command: Uint8Array): Uint8Array | Promise<Uint8Array> {
  if (command[0] === 0xff) return UID_ANSWER;
  if (command[1] === 0xb0) return LARGE_ANSWER;
  if (command[1] === 0xee)
    return new Promise((resolve) => {
      setTimeout(() => {
        resolve(UID_ANSWER);
      }, 60);
    });
  return Uint8Array.of(...command, 0x90, 0x00);
}

export const fakeCard: FakeCard = { answerToReset: ATR, protocols: SCARD_PROTOCOL.T1, answer: answerCommand };

/** The same card for the contract's cases. */
export const contractCard: ContractCard = {
  answerToReset: ATR,
  protocol: "t1",
  refusedProtocol: "t0",
  exchanges: [
    { command: GET_UID, response: UID_ANSWER },
    { command: Uint8Array.of(0, 1, 2, 3), response: Uint8Array.of(0, 1, 2, 3, 0x90, 0) },
  ],
  large: { command: LARGE, response: LARGE_ANSWER },
  slow: { command: SLOW, response: UID_ANSWER },
};
