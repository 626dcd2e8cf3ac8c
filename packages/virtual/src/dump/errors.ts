import { CardwireError, type CardwireErrorOptions, isCardwireError } from "@cardwire/core";

/** Why a dump is refused. */
export type DumpErrorCode =
  /** Nothing tells what kind of file this is. */
  | "UNKNOWN_FORMAT"
  /** The format is known, this version of it is not. */
  | "UNSUPPORTED_VERSION"
  /** The format is known, and the tag in it is of a kind that is not read. */
  | "UNSUPPORTED_KIND"
  /** A field is missing, or does not have its form. */
  | "DAMAGED"
  /** The dump says itself that some of the tag was not read. */
  | "PARTIAL"
  /** No silicon for this kind of tag, or no tag in the file at all. */
  | "NO_SILICON"
  /** The target format cannot hold this kind of tag. */
  | "NOT_REPRESENTABLE";

/** Where in a file a {@link DumpError} arose. */
export interface DumpErrorPlace extends CardwireErrorOptions {
  /** The field as the file spells it: "Page 17", "blocks.3", "Card.UID". */
  readonly field?: string | undefined;
  /** From 1. Absent for binary files. */
  readonly line?: number | undefined;
  /** From 0, in bytes. Absent for text files. */
  readonly offset?: number | undefined;
}

const brand = Symbol.for("@cardwire/virtual.DumpError");

/** A dump that is not taken, and the place in it that says why. */
export class DumpError extends CardwireError {
  override readonly name = "DumpError";
  readonly code: DumpErrorCode;
  readonly fault = "caller";
  readonly field: string | undefined;
  readonly line: number | undefined;
  readonly offset: number | undefined;

  constructor(code: DumpErrorCode, message: string, place: DumpErrorPlace = {}) {
    const where = [
      ...(place.line === undefined ? [] : [`line ${place.line}`]),
      ...(place.offset === undefined ? [] : [`offset ${place.offset}`]),
      ...(place.field === undefined ? [] : [`"${place.field}"`]),
    ].join(", ");
    super(where === "" ? message : `${where}: ${message}`, place);
    this.code = code;
    this.field = place.field;
    this.line = place.line;
    this.offset = place.offset;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for a {@link DumpError} of any copy of this package. */
export function isDumpError(value: unknown): value is DumpError {
  return isCardwireError(value) && brand in value;
}
