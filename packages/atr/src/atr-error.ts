import { CardwireError, isCardwireError } from "@cardwire/core";
import { type AtrDefect, type AtrDefectCode } from "./atr.ts";

/** An answer to reset that strict parsing refuses. */
export class AtrError extends CardwireError {
  override readonly name = "AtrError";
  /** The code of the first defect. */
  readonly code: AtrDefectCode;
  readonly fault = "card";
  /** Every defect found, in the order of the bytes. */
  readonly defects: readonly [AtrDefect, ...AtrDefect[]];

  constructor(defects: readonly [AtrDefect, ...AtrDefect[]]) {
    super(
      `answer to reset: ${defects.map(({ code, field, offset }) => `${field} at offset ${offset}: ${code}`).join("; ")}`,
    );
    this.code = defects[0].code;
    this.defects = defects;
  }
}

/** True for an {@link AtrError} of any copy of this package. */
export function isAtrError(value: unknown): value is AtrError {
  return isCardwireError(value) && value.name === "AtrError";
}
