import { CardwireError, isCardwireError } from "@cardwire/core";

/** What a card does against its protocol. */
export type CardProtocolErrorCode =
  /** No answer after all repetitions. */
  | "MUTE"
  /** Nothing but blocks or bytes that are not to be understood, after all repetitions. */
  | "GARBLED"
  /** The card gave up the command, and said so: S(ABORT request). */
  | "ABORTED"
  /** A response longer than any can be. */
  | "RESPONSE_TOO_LONG";

/** A card that does not keep to T=0 or T=1, after all that the protocol has for such cases. */
export class CardProtocolError extends CardwireError {
  override readonly name = "CardProtocolError";
  readonly code: CardProtocolErrorCode;
  readonly fault = "card";

  constructor(code: CardProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** True for a {@link CardProtocolError} of any copy of this package. */
export function isCardProtocolError(value: unknown): value is CardProtocolError {
  return isCardwireError(value) && value.name === "CardProtocolError";
}
