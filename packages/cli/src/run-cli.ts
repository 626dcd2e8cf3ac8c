import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { createProgram } from "./program.ts";

/**
 * Runs the `cardwire` command.
 *
 * @param argv the words behind the command's name.
 * @returns what to exit with, one of {@link EXIT}. Never rejects: what goes wrong is told on standard error.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const ended: { code: ExitCode } = { code: EXIT.ok };
  const program = createProgram(io, (code) => (ended.code = code));
  try {
    await program.parseAsync(withoutSeparator(argv), { from: "user" });
    // what ends by Ctrl-C alone has then done what it should, and says all the same how it ended
    return io.signal.aborted && ended.code === EXIT.ok ? EXIT.interrupted : ended.code;
  } catch (error) {
    // commander has printed its own message, or the help that was asked for
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { explain } = await import("./explain.ts");
    const { reportError } = await import("./output/report-error.ts");
    return reportError(explain(error, io.signal), { json: argv.includes("--json") }, io);
  }
}

/** pnpm hands on the `--` of `pnpm demo -- FILE --trace` and `pnpm cardwire -- read`, which is not meant for us. */
function withoutSeparator(argv: readonly string[]): string[] {
  const at = argv.slice(0, 2).indexOf("--");
  return argv.filter((_, index) => index !== at);
}
