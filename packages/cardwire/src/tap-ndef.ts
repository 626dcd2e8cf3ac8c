import type { SmartCardCallOptions } from "@cardwire/core";
import type { RawRecord } from "@cardwire/ndef";

/** An NDEF message. */
export interface NdefMessage {
  /** None in a message of length zero, which is what a freshly formatted tag holds. */
  readonly records: readonly RawRecord[];
}

/** NDEF on a card. */
export interface TapNdef {
  /**
   * Reads the message. `undefined` when the card holds none.
   *
   * @throws NdefError for a message that is damaged, SmartCardError when the card is taken away.
   */
  read(options?: SmartCardCallOptions): Promise<NdefMessage | undefined>;
}
