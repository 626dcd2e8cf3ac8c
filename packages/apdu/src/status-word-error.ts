import { CardwireError, isCardwireError, toHex } from "@cardwire/core";
import { type ResponseApdu } from "./response-apdu.ts";
import { describeStatusWord, type StatusWordInfo, type StatusWordTable } from "./status-word.ts";

/** A command was answered with a status word other than 9000. */
export class StatusWordError extends CardwireError {
  override readonly name = "StatusWordError";
  readonly code = "STATUS_WORD";
  readonly fault = "card";
  readonly sw: number;
  readonly info: StatusWordInfo;
  /** The data that came with the status word, as a warning may bring. */
  readonly data: Uint8Array;

  constructor(response: ResponseApdu, info: StatusWordInfo) {
    super(`SW ${toHex(Uint8Array.of(info.sw >>> 8, info.sw))}: ${info.meaning}`);
    this.sw = info.sw;
    this.info = info;
    this.data = response.data;
  }
}

/** True for a {@link StatusWordError} of any copy of this package, and of this status word when one is given. */
export function isStatusWordError(value: unknown, sw?: number): value is StatusWordError {
  return (
    isCardwireError(value) &&
    value.name === "StatusWordError" &&
    (sw === undefined || ("sw" in value && value.sw === sw))
  );
}

/**
 * The data of a response whose status word is 9000.
 *
 * @param tables where else to look for the meaning of another one, before ISO/IEC 7816-4's.
 * @throws StatusWordError for every other status word, warnings included.
 */
export function requireSuccess(response: ResponseApdu, ...tables: readonly StatusWordTable[]): Uint8Array {
  if (response.sw === 0x9000) return response.data;
  throw new StatusWordError(response, describeStatusWord(response.sw, ...tables));
}
