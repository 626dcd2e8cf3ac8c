import type { CardSession, RfDialogue, RfTarget } from "@cardwire/core";

/** What discovery found and activation made of it. */
export interface Card {
  /** The protocols of the card; more than one for a card that can be switched. */
  readonly targets: readonly [RfTarget, ...RfTarget[]];
  /** The protocol that is selected. */
  target: RfTarget;
  /** `undefined` for a card that no family takes. */
  session: CardSession | undefined;
  /** The sessions of the protocols that have been selected so far: a card that is switched back finds its keys again. */
  readonly sessions: Map<RfTarget, CardSession>;
}

/**
 * Deactivates the tag and selects it again, with the protocol that is selected.
 *
 * @returns false when it did not answer.
 */
export function* reselect(card: Card): RfDialogue<boolean> {
  const reply = yield card.targets.length > 1 ? { kind: "reselect", target: card.target } : { kind: "reselect" };
  if (reply.kind === "failure") return false;
  card.session?.onReselected();
  return true;
}

/** Asks whether the card is still there. */
export function checkPresence(card: Card): RfDialogue<boolean> {
  // no family knows how to ask this one, and it has nothing that a reselection could disturb
  return card.session === undefined ? reselect(card) : card.session.checkPresence();
}
