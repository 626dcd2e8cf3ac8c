import type { SmartCardCallOptions } from "@cardwire/core";
import type { NdefMessageSource } from "../model/init.ts";
import type { NdefMessage } from "../model/message.ts";

/** How a tag keeps NDEF: the number of its NFC Forum type, or the mapping of MIFARE Classic. */
export type NdefTagType = 1 | 2 | 3 | 4 | 5 | "mifare-classic";

/** "protected": a password, a key or something of the maker's own stands before it. */
export type NdefReadAccess = "open" | "protected";

/** "read-only": nobody writes it any more, or not without undoing that. */
export type NdefWriteAccess = "open" | "protected" | "read-only";

/** What a tag says about its NDEF. */
export interface NdefTagState {
  readonly type: NdefTagType;
  /**
   * "unformatted": it holds no NDEF, or a version that nobody knows. "empty": formatted, without a message.
   * "interrupted": a write was begun and not ended, and has to be done again (only Type 3 tells; the others are empty then).
   */
  readonly status: "unformatted" | "empty" | "interrupted" | "message";
  /** Of the specification that it is formatted to, such as "1.0"; absent when it is not formatted. */
  readonly version?: string;
  /** Length of the message that is there. */
  readonly messageBytes: number;
  /** The longest message that fits; 0 when it is not formatted. */
  readonly capacityBytes: number;
  readonly readAccess: NdefReadAccess;
  readonly writeAccess: NdefWriteAccess;
}

/** How a message is written. */
export interface NdefWriteOptions extends SmartCardCallOptions {
  /**
   * Reads the message back and compares. True unless given: what tags acknowledge is that they have heard, and some
   * readers do not even hand on a refusal.
   */
  readonly verify?: boolean;
}

/**
 * NDEF on a tag, whatever its kind. Calls are queued. Beside what is named, calls reject with the errors of the tag's
 * family, of the reader and of the connection.
 */
export interface NdefTag {
  readonly type: NdefTagType;

  /** What the tag says about itself. Reads no further than to the end of the message. */
  state(options?: SmartCardCallOptions): Promise<NdefTagState>;

  /**
   * Reads the message: one without records of a tag that is formatted and empty, `undefined` of one that is not formatted.
   *
   * @throws NdefError for a message or TLV blocks that are damaged, NdefTagError PROTECTED.
   */
  read(options?: SmartCardCallOptions): Promise<NdefMessage | undefined>;

  /** Like {@link NdefTag.read}, as the bytes that are on the tag; none of an empty one. */
  readBytes(options?: SmartCardCallOptions): Promise<Uint8Array | undefined>;

  /**
   * Writes a message, given as Web NFC's `write()` takes it. Whether it may be written and fits is known before anything
   * is. A tag that is pulled meanwhile is left with the old message, empty, or with the new one.
   *
   * @throws NdefError for a message that has no form; NdefTagError NOT_FORMATTED, READ_ONLY, PROTECTED, TOO_SMALL,
   * NOT_WRITTEN.
   */
  write(message: NdefMessageSource, options?: NdefWriteOptions): Promise<void>;

  /** Like {@link NdefTag.write}, with a message that is encoded already. No bytes make the tag empty. */
  writeBytes(message: Uint8Array, options?: NdefWriteOptions): Promise<void>;

  /**
   * Prepares a blank tag for NDEF, with an empty message. On a tag that is formatted already it removes the message. A tag
   * that is pulled meanwhile is left blank or formatted.
   *
   * @throws NdefTagError NOT_FORMATTABLE, READ_ONLY.
   */
  format(options?: SmartCardCallOptions): Promise<void>;

  /**
   * Makes the tag read-only, for ever. The message is read first, so that none is sealed that cannot be.
   *
   * @throws NdefTagError NOT_FORMATTED, NOT_LOCKABLE; NdefError for a message that is damaged.
   */
  makeReadOnly(options?: SmartCardCallOptions): Promise<void>;
}
