import { CardwireError, isCardwireError } from "@cardwire/core";

/** The reader under test did something else than the contract says. */
export class ConformanceFailure extends CardwireError {
  override readonly name = "ConformanceFailure";
  readonly code = "CONFORMANCE";
  readonly fault = "reader";
}

/** True for a {@link ConformanceFailure} of any copy of this package. */
export function isConformanceFailure(value: unknown): value is ConformanceFailure {
  return isCardwireError(value) && value.code === "CONFORMANCE";
}
