import { isCardwireError, isFormatError, isSmartCardError, isUsageError, type SmartCardError } from "@cardwire/core";
import { isNoTransportError } from "cardwire";
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

/** What to print for an error, and what to exit with. */
export interface Explanation {
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Turns whatever went wrong into a sentence that helps. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (isNoTransportError(error)) return { message: error.message, exitCode: EXIT.service };
  if (isSmartCardError(error)) return explainSmartCard(error);
  if (isFormatError(error)) return { message: error.message, exitCode: EXIT.input };
  if (isUsageError(error)) return { message: error.message, exitCode: EXIT.usage };
  if (isCardwireError(error))
    return { message: error.message, exitCode: error.fault === "reader" ? EXIT.reader : EXIT.card };
  const message = error instanceof Error ? error.message : String(error);
  return { message: `${message} (this should not happen; please report it)`, exitCode: EXIT.failure };
}

function explainSmartCard(error: SmartCardError): Explanation {
  const reader = error.readerName === undefined ? "the reader" : `reader "${error.readerName}"`;
  switch (error.responseCode) {
    case "no-service":
    case "server-too-busy":
    case "system-cancelled":
      return { message: `${error.message}.`, exitCode: EXIT.service };
    case "unknown-reader":
    case "reader-unavailable":
      return { message: `${capital(reader)} is gone [${error.symbol}].`, exitCode: EXIT.reader };
    case "sharing-violation":
      return {
        message: `Another program holds the card in ${reader} for itself; close it and try again [${error.symbol}].`,
        exitCode: EXIT.reader,
      };
    case "removed-card":
    case "no-smartcard":
    case "not-transacted":
      return {
        message: `The card in ${reader} was taken away or stopped answering; leave it there until this is done [${error.symbol}].`,
        exitCode: EXIT.card,
      };
    case "reset-card":
      return {
        message: `Another program reset the card in ${reader}; try again [${error.symbol}].`,
        exitCode: EXIT.card,
      };
    case "unresponsive-card":
    case "unpowered-card":
      return {
        message: `The card in ${reader} does not answer; lay it down flat, or turn it round [${error.symbol}].`,
        exitCode: EXIT.card,
      };
    default:
      return { message: `${capital(error.message)}.`, exitCode: EXIT.card };
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
