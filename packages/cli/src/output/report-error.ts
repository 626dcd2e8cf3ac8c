import type { Explanation } from "../explain.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { OutputOptions } from "../options.ts";
import { toJsonLine } from "./json.ts";
import { createStyle } from "./style.ts";

/** Tells on standard error what went wrong: as a sentence, or as a line of JSON to who asked for JSON. */
export function reportError(explanation: Explanation, { json }: OutputOptions, io: CliIo): ExitCode {
  const { message, code, exitCode } = explanation;
  // who has pressed Ctrl-C knows that it was pressed
  if (message === undefined) return exitCode;
  if (json === true) io.writeError(`${toJsonLine({ error: { code, message, exitCode } })}\n`);
  else io.writeError(`${createStyle(io.errorColours).bad("cardwire:")} ${message}\n`);
  return exitCode;
}
