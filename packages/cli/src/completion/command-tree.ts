import type { Command, Option } from "commander";

/** One option as a shell completes it. */
export interface CompletionOption {
  /** "--reader" and "-r". */
  readonly flags: readonly string[];
  readonly description: string;
  /** What may follow; "file" for any file, none for a flag without a value. */
  readonly values: readonly string[] | "file" | "any" | undefined;
}

/** One command as a shell completes it. */
export interface CompletionCommand {
  /** The words that name it, such as ["ndef", "read"]; none for the program itself. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  /** Choices of its first argument; "file" where files are named. */
  readonly argument: readonly string[] | "file" | undefined;
  readonly children: readonly CompletionCommand[];
}

/** What a shell has to know of the command line. */
export function commandTree(command: Command, path: readonly string[] = []): CompletionCommand {
  const [argument] = command.registeredArguments;
  const help = command.createHelp();
  return {
    path,
    summary: command.summary() || command.description(),
    options: help.visibleOptions(command).map(optionOf),
    argument: argument?.argChoices ?? (argument !== undefined && /^files?$/.test(argument.name()) ? "file" : undefined),
    children: help
      .visibleCommands(command)
      .filter((child) => child.name() !== "help")
      .map((child) => commandTree(child, [...path, child.name()])),
  };
}

function optionOf({ short, long, description, required, optional, argChoices, flags }: Option): CompletionOption {
  const takesValue = required || optional;
  const values = !takesValue ? undefined : (argChoices ?? (flags.includes("file>") ? "file" : "any"));
  return { flags: [long, short].filter((flag) => flag !== undefined), description, values };
}

/** The command and all below it, parents first. */
export function flattened(command: CompletionCommand): CompletionCommand[] {
  return [command, ...command.children.flatMap(flattened)];
}
