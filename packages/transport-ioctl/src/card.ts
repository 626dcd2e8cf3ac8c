/** A card, from its arrival to its departure, as the resource manager keeps it. */
export interface Card {
  /** `undefined`: mute. */
  answerToReset: Uint8Array | undefined;
  /** The protocol that was set, one bit of SCARD_PROTOCOL; 0 before. */
  protocol: number;
  /** True after POWER down. */
  unpowered: boolean;
  /** True from its departure on: what is still being done to it is of no use. */
  gone: boolean;
}

/** Asked anew after every wait: a card may go at any time. */
export function isGone(card: Card): boolean {
  return card.gone;
}

/** A card that has just arrived. */
export function newCard(): Card {
  return { answerToReset: undefined, protocol: 0, unpowered: false, gone: false };
}
