import type { SmartCardCallOptions } from "@cardwire/core";
import type { NdefMessage, NdefMessageSource } from "@cardwire/ndef";

/** NDEF on a card, whatever its family. The card's own errors come through as they are. */
export interface TapNdef {
  /**
   * Reads the message: one without records of a tag that is formatted and empty, `undefined` of one that is not formatted.
   *
   * @throws NdefError for a message that is damaged.
   */
  read(options?: SmartCardCallOptions): Promise<NdefMessage | undefined>;
  /**
   * Writes a message, given as Web NFC's `write()` takes it. A card that is pulled meanwhile is left empty, or with the
   * whole message.
   *
   * @throws NdefError when it does not fit or has no form.
   */
  write(message: NdefMessageSource, options?: SmartCardCallOptions): Promise<void>;
  /** Prepares a blank card for NDEF: an empty message. Absent where the family cannot. */
  format?(options?: SmartCardCallOptions): Promise<void>;
  /** Makes the card read-only, for ever. Absent where the family cannot. */
  makeReadOnly?(options?: SmartCardCallOptions): Promise<void>;
}
