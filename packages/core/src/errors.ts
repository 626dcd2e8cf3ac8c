/** Whose fault an error is: the caller's, the card's, the reader's, the host system's, or our own defect. */
export type Fault = "caller" | "card" | "reader" | "host" | "internal";

/** What every cardwire error can be built with. */
export interface CardwireErrorOptions {
  readonly cause?: unknown;
}

const brand = Symbol.for("@cardwire/core.CardwireError");

/**
 * The base of every error that a cardwire package throws. `code` is a string literal in each subclass, `fault` tells
 * whose turn it is to act. Recognise it with {@link isCardwireError}: two copies of a package (ESM beside CJS, or two
 * versions) have two classes, and `instanceof` tells them apart where nobody wants it.
 */
export abstract class CardwireError extends Error {
  abstract readonly code: string;
  abstract readonly fault: Fault;

  constructor(message: string, options?: CardwireErrorOptions) {
    super(message, options);
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for an error of any cardwire package, in any copy of it. */
export function isCardwireError(value: unknown): value is CardwireError {
  return typeof value === "object" && value !== null && brand in value;
}

/** The reasons for which bytes or a text are refused. */
export type FormatErrorCode = "TOO_SHORT" | "TOO_LONG" | "LEFT_OVER" | "INVALID_VALUE";

/** Where in the input a {@link FormatError} arose. */
export interface FormatErrorPlace extends CardwireErrorOptions {
  /** The field's name as its standard spells it. */
  readonly field: string;
  /** Offset of the field from the start of the input: bytes for bytes, characters for text. */
  readonly offset?: number;
}

/**
 * Input that does not have the form its standard gives it: short, left over, over a limit, or with a value that is not
 * allowed. Names the field and, where there is one, the offset.
 */
export class FormatError extends CardwireError {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;
  readonly fault = "caller";
  readonly field: string;
  readonly offset: number | undefined;

  constructor(code: FormatErrorCode, message: string, place: FormatErrorPlace) {
    const at = place.offset === undefined ? place.field : `${place.field} at offset ${place.offset}`;
    super(`${at}: ${message}`, place);
    this.code = code;
    this.field = place.field;
    this.offset = place.offset;
  }
}

/** True for a {@link FormatError} of any copy of this package. */
export function isFormatError(value: unknown): value is FormatError {
  return isCardwireError(value) && value.name === "FormatError";
}

/** A call that the state of the object, or the other end, does not allow: a defect of the calling program. */
export class UsageError extends CardwireError {
  override readonly name = "UsageError";
  readonly code = "USAGE";
  readonly fault = "caller";
}

/** True for a {@link UsageError} of any copy of this package. */
export function isUsageError(value: unknown): value is UsageError {
  return isCardwireError(value) && value.name === "UsageError";
}
