import { GET_UID, sizedAnswer, sizedCommand, T1_ATR, UID_ANSWER } from "@cardwire-tools/pcscd/function-card";
import type { ContractCard } from "@cardwire/core/testing";

/** What the card in pcscd's reader answers. */
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
