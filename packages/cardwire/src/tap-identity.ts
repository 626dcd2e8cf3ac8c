import type { NdefTagState } from "@cardwire/ndef";
import type { CardIdentity } from "./card-identity.ts";

/** All that a card was asked for. What is `undefined` nobody knows: the card does not say, or the reader lets nobody ask. */
export interface TapIdentity extends CardIdentity {
  /** The whole memory, with what is not for the user. */
  readonly memoryBytes: number | undefined;
  /** Its NDEF: whether it is formatted, how much fits, who may read and write. */
  readonly ndef: NdefTagState | undefined;
  /** Some of the memory is locked for ever. */
  readonly isLocked: boolean | undefined;
  /** Some of the memory wants a password or a key. */
  readonly isProtected: boolean | undefined;
  /** Applications that a processor card answered to, such as "EMV payment: Visa", "Calypso". */
  readonly applications: readonly string[];
}
