import { fromHex } from "@cardwire/core";
import type { ContractCard } from "@cardwire/core/testing";
import { type VpcdCard } from "@cardwire/vpcd";

/** The answer to reset that PC/SC gives a MIFARE Ultralight, with its check byte. */
export const ATR = fromHex("3B8F8001804F0CA0000003060300030000000068");
/** One that offers T=1 alone; the other one offers T=0, too. */
export const T1_ATR = fromHex("3B800181");
export const GET_UID = fromHex("FFCA000000");
export const UID_ANSWER = fromHex("04A23B7A9000");

/** What a command says it wants: FF DD, how many bytes (2), how many milliseconds from now (2). */
export function sizedCommand(length: number, delayMs = 0): Uint8Array {
  return Uint8Array.of(0xff, 0xdd, length >> 8, length & 0xff, 0x02, delayMs >> 8, delayMs & 0xff);
}

/** Its answer: bytes that tell where they stand, and 9000. */
export function sizedAnswer(length: number): Uint8Array {
  const answer = new Uint8Array(length + 2);
  for (let index = 0; index < length; index++) answer[index] = (index * 7) & 0xff;
  answer[length] = 0x90;
  return answer;
}

/** A card that answers GET DATA with a UID, its own commands with what they ask for, and echoes everything else. */
export function functionCard(atr: Uint8Array = ATR): VpcdCard {
  return {
    atr,
    transmit(command) {
      if (command[0] === 0xff && command[1] === 0xca) return UID_ANSWER;
      if (command[0] === 0xff && command[1] === 0xdd && command.length === 7) {
        const answer = sizedAnswer(((command[2] ?? 0) << 8) | (command[3] ?? 0));
        const delayMs = ((command[5] ?? 0) << 8) | (command[6] ?? 0);
        return delayMs === 0 ? answer : new Promise((resolve) => setTimeout(resolve, delayMs, answer));
      }
      return Uint8Array.of(...command, 0x90, 0x00);
    },
  };
}

/** What the card with {@link T1_ATR} answers, for the contract's cases. */
export const functionCardContract: ContractCard = {
  answerToReset: T1_ATR,
  protocol: "t1",
  refusedProtocol: "t0",
  exchanges: [
    { command: GET_UID, response: UID_ANSWER },
    { command: sizedCommand(3), response: sizedAnswer(3) },
    { command: sizedCommand(256), response: sizedAnswer(256) },
  ],
  large: { command: sizedCommand(65_533), response: sizedAnswer(65_533) },
  slow: { command: sizedCommand(2, 80), response: sizedAnswer(2) },
};
