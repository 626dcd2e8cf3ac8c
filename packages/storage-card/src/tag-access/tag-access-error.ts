import { CardwireError, type CardwireErrorOptions, type Fault, isCardwireError } from "@cardwire/core";

/** Why frames do not get through to the tag. */
export type TagAccessErrorCode =
  /** The reader has no way to send a frame of the caller's own. */
  | "NO_RAW_ACCESS"
  /** The reader refused to do what its commands say it can. */
  | "READER_REFUSED";

/** The reader does not carry frames to the tag. */
export class TagAccessError extends CardwireError {
  override readonly name = "TagAccessError";
  readonly code: TagAccessErrorCode;
  readonly fault: Fault = "reader";

  constructor(code: TagAccessErrorCode, message: string, options?: CardwireErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True for a {@link TagAccessError} of any copy of this package, and of this code when one is given. */
export function isTagAccessError(value: unknown, code?: TagAccessErrorCode): value is TagAccessError {
  return isCardwireError(value) && value.name === "TagAccessError" && (code === undefined || value.code === code);
}
