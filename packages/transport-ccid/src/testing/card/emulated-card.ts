/** What a card's method that has no answer may return. */
export type CardDone = void | Promise<void>;

/**
 * A card as the emulated reader takes one: an answer to reset, and APDUs answered. What lies between (T=0, T=1, PPS) is
 * played by the reader, as its exchange level wants it. A `VpcdCard` of `@cardwire/vpcd` is such a card.
 */
export interface EmulatedCard {
  /** Answer to reset; empty for a card that is mute. */
  readonly atr: Uint8Array;
  /** Answers a command APDU with a response APDU. A rejection, or an empty answer, is a card that says nothing. */
  transmit(command: Uint8Array): Uint8Array | Promise<Uint8Array>;
  powerOn?(): CardDone;
  powerOff?(): CardDone;
}
