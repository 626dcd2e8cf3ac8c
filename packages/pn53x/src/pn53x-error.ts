import { CardwireError, type CardwireErrorOptions, isCardwireError } from "@cardwire/core";
import { describePn53xStatus, type Pn53xStatusName, pn53xStatusName } from "./status.ts";

/** What went wrong between host and chip. */
export type Pn53xErrorCode =
  /** The chip answered with an error code; it is in `status`. */
  | "CHIP_STATUS"
  /** The chip sent an error frame: it does not know the command, or not this form of it. */
  | "SYNTAX"
  /** Nothing came in time: the chip is not there, sleeps, or hangs. */
  | "NO_ANSWER"
  /** A reader's own firmware answered in place of a chip that said nothing: what an ACR122U makes of a long silence. */
  | "CHIP_SILENT"
  /** Something came that is no answer to what was asked. */
  | "PROTOCOL"
  /** The pipe has been closed, or its other end has gone. */
  | "CLOSED";

/** What an error is built with. */
export interface Pn53xErrorDetails extends CardwireErrorOptions {
  /** The command's name. */
  readonly command?: string;
  /** The error code of a status byte. */
  readonly status?: number;
}

/** The chip, or the way to it, failed. What the air does is no error but a reply. */
export class Pn53xError extends CardwireError {
  override readonly name = "Pn53xError";
  readonly fault = "reader";
  readonly code: Pn53xErrorCode;
  readonly command: string | undefined;
  readonly status: number | undefined;
  readonly statusName: Pn53xStatusName | undefined;

  constructor(code: Pn53xErrorCode, message: string, details: Pn53xErrorDetails = {}) {
    super(details.command === undefined ? message : `${details.command}: ${message}`, details);
    this.code = code;
    this.command = details.command;
    this.status = details.status;
    this.statusName = details.status === undefined ? undefined : pn53xStatusName(details.status);
  }
}

/** The error for a status that is not OK. */
export function statusError(command: string, status: number): Pn53xError {
  return new Pn53xError("CHIP_STATUS", describePn53xStatus(status), { command, status });
}

/** True for a {@link Pn53xError} of any copy of this package, and for one of a certain code. */
export function isPn53xError(value: unknown, code?: Pn53xErrorCode): value is Pn53xError {
  return isCardwireError(value) && value.name === "Pn53xError" && (code === undefined || value.code === code);
}
