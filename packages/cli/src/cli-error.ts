import { CardwireError } from "@cardwire/core";
import type { ExitCode } from "./exit-codes.ts";

/** An error that a person at the terminal can act on: its message is one helpful sentence. */
export class CliError extends CardwireError {
  override readonly name = "CliError";
  readonly code = "CLI";
  readonly fault = "caller";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
