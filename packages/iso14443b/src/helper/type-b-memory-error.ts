import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why a card did not do what it was asked. */
export type TypeBMemoryErrorCode =
  /** Its product is not known, or does not have what was asked for. */
  | "NOT_SUPPORTED"
  /** The reader gave something that is no block. */
  | "UNEXPECTED_ANSWER"
  /** Writing stopped before the end: `written` and `notWritten` say where. */
  | "WRITE_INTERRUPTED";

/** How far a write came, in blocks. */
export interface TypeBMemoryWriteProgress {
  readonly written: readonly number[];
  /** Blocks that were not written; of the first of them it is not known when the card was pulled. */
  readonly notWritten: readonly number[];
}

/** A type B memory card did not do what it was asked. */
export class TypeBMemoryError extends CardwireError {
  override readonly name = "TypeBMemoryError";
  readonly code: TypeBMemoryErrorCode;
  readonly fault: Fault;
  readonly written: readonly number[];
  readonly notWritten: readonly number[];

  constructor(
    code: TypeBMemoryErrorCode,
    message: string,
    details: CardwireErrorOptions & Partial<TypeBMemoryWriteProgress> = {},
  ) {
    super(message, details);
    this.code = code;
    this.fault = code === "NOT_SUPPORTED" ? "caller" : "card";
    this.written = details.written ?? [];
    this.notWritten = details.notWritten ?? [];
  }
}

/** True for a {@link TypeBMemoryError} of any copy of this package, and of this code when one is given. */
export function isTypeBMemoryError(value: unknown, code?: TypeBMemoryErrorCode): value is TypeBMemoryError {
  return isCardwireError(value) && value.name === "TypeBMemoryError" && (code === undefined || value.code === code);
}
