import { requireInteger, requireLength } from "./checks.ts";
import { contactlessAtr } from "./iso-dep-atr.ts";

/** What a storage card's answer to reset says. */
export interface StorageCardAtrFields {
  /** SS, one byte: a {@link StorageCardStandard}, or whatever a reader puts there. */
  readonly standard: number;
  /** NN NN, two bytes: a {@link StorageCardName}, or a value of a vendor's own. */
  readonly cardName: number;
  /** The 4 bytes behind the name, reserved; zeros unless given. */
  readonly reserved?: Uint8Array;
}

/** Category indicator, the application identifier object, and the RID of the PC/SC workgroup. */
const PREFIX = [0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06] as const;

/** True when the historical bytes are those of a storage card (PC/SC part 3 section 3.1.3.2.3.2). */
export function isStorageCardHistory(historicalBytes: Uint8Array): boolean {
  if (historicalBytes.length !== 15) return false;
  for (let index = 0; index < PREFIX.length; index++) if (historicalBytes[index] !== PREFIX[index]) return false;
  return true;
}

/**
 * The answer to reset of a storage card, 20 bytes with TCK (PC/SC part 3 section 3.1.3.2.3.2):
 * `3B 8F 80 01 80 4F 0C A0 00 00 03 06 SS NN NN 00 00 00 00 TCK`.
 *
 * @throws FormatError INVALID_VALUE, TOO_SHORT or TOO_LONG naming the field that does not fit.
 */
export function buildStorageCardAtr(card: StorageCardAtrFields): Uint8Array<ArrayBuffer> {
  const standard = requireInteger(card.standard, 0xff, "SS");
  const cardName = requireInteger(card.cardName, 0xffff, "NN");
  const bytes = new Uint8Array(15);
  bytes.set(PREFIX, 0);
  bytes[8] = standard;
  bytes[9] = cardName >> 8;
  bytes[10] = cardName & 0xff;
  if (card.reserved !== undefined) bytes.set(requireLength(card.reserved, 4, "RFU"), 11);
  return contactlessAtr(bytes);
}
