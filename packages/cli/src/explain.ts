import { isCardwireError, isFormatError, isSmartCardError, isUsageError, type SmartCardError } from "@cardwire/core";
import { isDumpError } from "@cardwire/virtual";
import { isNoTransportError, type NoTransportError } from "cardwire";
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { WriteStopped } from "./restore/write-stopped.ts";

/** What to print for an error, and what to exit with. */
export interface Explanation {
  /** A sentence that helps; `undefined` where there is nothing to say. */
  readonly message: string | undefined;
  /** The error's own code, such as "KEY_REFUSED"; "FAILURE" for what should not happen. */
  readonly code: string;
  readonly exitCode: ExitCode;
}

/** An explanation with something to say. */
type Told = Explanation & { readonly message: string };

/** A card that does not take a write does not say why. */
const REFUSALS: readonly string[] = ["STATUS_WORD", "NAK", "NO_ANSWER", "CARD_STATUS"];

/** Turns whatever went wrong into a sentence that helps. @param signal aborted when the user has interrupted the work. */
export function explain(error: unknown, signal?: AbortSignal): Explanation {
  const unfinished = progressOf(error);
  if (signal?.aborted === true)
    return {
      message: interruption(error, unfinished),
      code: "INTERRUPTED",
      exitCode: EXIT.interrupted,
    };
  const told = explainReason(unfinished === undefined ? error : reasonOf(error));
  if (error instanceof WriteStopped && REFUSALS.includes(told.code))
    return { ...told, message: `${error.refusal} (${told.message.replace(/\.$/, "")}).` };
  return unfinished === undefined ? told : { ...told, message: `${told.message} ${capital(unfinished)}.` };
}

/** Who interrupts something that was being written hears how far it came; else there is nothing to say. */
function interruption(error: unknown, unfinished: string | undefined): string | undefined {
  if (unfinished !== undefined) return `Interrupted in the middle of writing: ${unfinished}.`;
  return error instanceof CliError && error.exitCode === EXIT.interrupted ? error.message : undefined;
}

function explainReason(error: unknown): Told {
  if (error instanceof CliError) return { message: error.message, code: error.code, exitCode: error.exitCode };
  if (isNoTransportError(error))
    return {
      message: `${ended(error.message)}${packageAdvice(error)}`,
      code: error.code,
      exitCode: EXIT.service,
    };
  if (isSmartCardError(error)) return explainSmartCard(error);
  if (isDumpError(error) || isFormatError(error))
    return { message: sentence(error.message), code: error.code, exitCode: EXIT.input };
  if (isUsageError(error)) return { message: sentence(error.message), code: error.code, exitCode: EXIT.usage };
  if (isCardwireError(error))
    return {
      message: `${sentence(error.message)}${adviceFor(error.code)}`,
      code: error.code,
      exitCode: error.fault === "reader" ? EXIT.reader : EXIT.card,
    };
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: `${message} (this should not happen; please report it)`,
    code: "FAILURE",
    exitCode: EXIT.failure,
  };
}

/** A package is found beside the command alone. */
function packageAdvice({ code, message }: NoTransportError): string {
  return code === "MISSING_PACKAGE" && message.includes("npm install")
    ? " A package has to lie beside @cardwire/cli: add --global where that is installed globally."
    : "";
}

/** What to do about errors that every family has under the same code. */
function adviceFor(code: string): string {
  switch (code) {
    case "KEY_REFUSED":
      return ' Give its keys with --keys FILE; "cardwire keys find FILE" tells which open what.';
    case "BLOCK_REFUSED":
      return ' Its access bits want another key: "cardwire keys find FILE" looks for one.';
    case "NOT_FORMATTED":
    case "NO_NDEF":
      return ' "cardwire ndef format" prepares a blank one.';
    case "TOO_SMALL":
      return " Write less, or take a larger one.";
    case "READ_ONLY":
      return " Use another one.";
    case "WRONG_KEY":
      return " The card knows another password or key.";
    default:
      return "";
  }
}

function explainSmartCard(error: SmartCardError): Told {
  const reader = error.readerName === undefined ? "the reader" : `reader "${error.readerName}"`;
  const told = (exitCode: ExitCode, message: string): Told => ({ message, code: error.symbol, exitCode });
  switch (error.responseCode) {
    case "no-service":
    case "server-too-busy":
    case "system-cancelled":
      return told(EXIT.service, ended(error.message));
    case "unknown-reader":
    case "reader-unavailable":
      return told(EXIT.reader, `${capital(reader)} is gone [${error.symbol}].`);
    case "sharing-violation":
      return told(
        EXIT.reader,
        `Another program holds the card in ${reader} for itself; close it and try again [${error.symbol}].`,
      );
    case "removed-card":
    case "no-smartcard":
    case "not-transacted":
      return told(
        EXIT.card,
        `The card in ${reader} was taken away or stopped answering; leave it there until this is done [${error.symbol}].`,
      );
    case "reset-card":
      return told(EXIT.card, `Another program reset the card in ${reader}; try again [${error.symbol}].`);
    case "unresponsive-card":
    case "unpowered-card":
      return told(
        EXIT.card,
        `The card in ${reader} does not answer; lay it down flat, or turn it round [${error.symbol}].`,
      );
    default:
      return told(EXIT.card, sentence(error.message));
  }
}

/** How far a write came, of the errors of every family that tell. */
function progressOf(error: unknown): string | undefined {
  if (!isCardwireError(error) || !("written" in error) || !("notWritten" in error)) return undefined;
  const { written, notWritten } = error;
  if (!Array.isArray(written) || !Array.isArray(notWritten) || written.length + notWritten.length === 0)
    return undefined;
  return `${written.length} of ${written.length + notWritten.length} writes were done, the next one may be half done`;
}

/** What stopped a write that tells how far it came. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}

function sentence(text: string): string {
  return capital(ended(text));
}

/** With a full stop; "pcscd" is no word to be capitalized. */
function ended(text: string): string {
  return /[.!?)]$/.test(text) ? text : `${text}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
