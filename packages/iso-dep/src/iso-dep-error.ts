import { CardwireError, isCardwireError } from "@cardwire/core";
import type { IsoDepFailureReason } from "./link.ts";

/** A card that could not be taken to ISO-DEP: it did not answer RATS or ATTRIB as the standard has it. */
export class IsoDepError extends CardwireError {
  override readonly name = "IsoDepError";
  readonly code = "ACTIVATION_FAILED";
  readonly fault = "card";
  /** What the air said last, or "protocol" for an answer that is none. */
  readonly reason: IsoDepFailureReason;

  constructor(reason: IsoDepFailureReason) {
    super(`the card could not be activated for ISO/IEC 14443-4: ${reason}`);
    this.reason = reason;
  }
}

/** True for an {@link IsoDepError} of any copy of this package. */
export function isIsoDepError(value: unknown): value is IsoDepError {
  return isCardwireError(value) && value.name === "IsoDepError";
}
