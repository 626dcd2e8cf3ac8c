import { answerCommand, contractCard } from "../../scard/test/fake-card.ts";
import { type FakeCard } from "./fake-pcscd.ts";

export { GET_UID, SLOW, UID_ANSWER } from "../../scard/test/fake-card.ts";

/** The card of scard's resource manager, in pcscd's reader. */
export const fakeCard: FakeCard = { atr: contractCard.answerToReset, transmit: answerCommand };
