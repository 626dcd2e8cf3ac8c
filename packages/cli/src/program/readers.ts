import type { Command } from "commander";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type ReaderOptions, withReaders } from "../options.ts";
import { withExamples } from "./examples.ts";

/** What is attached, and what comes and goes. */
export function addReaderCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const readers = program
    .command("readers")
    .helpGroup("Readers:")
    .summary("list the readers")
    .description("Lists the readers and what lies on them.")
    .action(async (options: ReaderOptions) => {
      const { readersCommand } = await import("../commands/readers.ts");
      done(await readersCommand(options, io));
    });
  withExamples(withReaders(readers), [
    ["cardwire readers", "every reader, and the card on it"],
    ["cardwire readers --json", "the same for a program"],
  ]);

  const watch = program
    .command("watch")
    .helpGroup("Readers:")
    .summary("tell what comes and goes")
    .description("Tells which readers and cards come and go, until Ctrl-C.")
    .action(async (options: ReaderOptions) => {
      const { watchCommand } = await import("../commands/watch.ts");
      done(await watchCommand(options, io));
    });
  withExamples(withReaders(watch), [
    ["cardwire watch", "cards and readers as they come and go"],
    ["cardwire watch --json -r ACR122", "a line of JSON for each event at one reader"],
  ]);
}
