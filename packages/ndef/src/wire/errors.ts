import { FormatError, type FormatErrorCode, type FormatErrorPlace, isFormatError } from "@cardwire/core";

const brand = Symbol.for("@cardwire/ndef.NdefError");

/** Where in a message an {@link NdefError} arose. */
export interface NdefErrorPlace extends FormatErrorPlace {
  /** Which record of the message, from 0. A series of chunks is one record. */
  readonly recordIndex?: number;
}

/**
 * An NDEF message, or the content of a record, that does not have its form. `field` is spelled as the specification
 * spells it. `offset` counts from the start of what was parsed: the message, or the payload when a record's content is
 * decoded on its own.
 */
export class NdefError extends FormatError {
  readonly recordIndex: number | undefined;

  constructor(code: FormatErrorCode, message: string, place: NdefErrorPlace) {
    super(code, place.recordIndex === undefined ? message : `record ${place.recordIndex}: ${message}`, place);
    this.recordIndex = place.recordIndex;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for an {@link NdefError} of any copy of this package. */
export function isNdefError(value: unknown): value is NdefError {
  return isFormatError(value) && brand in value;
}
