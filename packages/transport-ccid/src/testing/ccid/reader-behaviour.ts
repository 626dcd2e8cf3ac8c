import { type ReaderAbilities } from "./class-descriptor.ts";
import { type PinPad } from "./pin-pad.ts";

/** A reader's own answer to an escape: data, or one with a status of its own. Undefined: it does not know the command. */
export type EscapeAnswer =
  | Uint8Array
  | {
      readonly data: Uint8Array;
      readonly commandStatus?: number;
      readonly iccStatus?: number;
      readonly error?: number;
    }
  | undefined;

/** What a reader does beside its standard. */
export interface CommandOptions {
  /** PC_to_RDR_Escape; all of them fail unless given. */
  readonly escape?: (data: Uint8Array, slot: number) => EscapeAnswer | Promise<EscapeAnswer>;
  /**
   * Commands in PC_to_RDR_XfrBlock that are for the reader itself, with a card and without one (`FF 00 …`, `FF CA …`).
   * Undefined: it is the card's.
   */
  readonly pseudoApdu?: (command: Uint8Array, slot: number) => Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** PC_to_RDR_Secure; it fails unless given. */
  readonly pinPad?: PinPad;
  /** The ATR that a slot gives without a card in it: contactless readers make one up. No power without a card unless given. */
  readonly emptySlotAtr?: { readonly atr: Uint8Array; readonly error: number };
}

/** The reader that a command runs in. */
export interface CommandHandler {
  readonly abilities: ReaderAbilities;
  readonly options: CommandOptions;
}
