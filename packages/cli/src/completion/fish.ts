import { type CompletionCommand, flattened } from "./command-tree.ts";

/** A script for fish. */
export function fishScript(root: CompletionCommand): string {
  const lines = ["# fish completion for cardwire", "complete -c cardwire -f"];
  for (const command of flattened(root)) {
    const condition = conditionOf(command);
    const add = (...words: readonly string[]): void => {
      lines.push(
        ["complete -c cardwire", ...(condition === "" ? [] : [`-n ${quoted(condition)}`]), ...words].join(" "),
      );
    };
    for (const child of command.children) add(`-a ${child.path.at(-1) ?? ""}`, `-d ${quoted(child.summary)}`);
    for (const { flags, description, values } of command.options) {
      const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const value =
        values === undefined
          ? []
          : values === "file"
            ? ["-r -F"]
            : values === "any"
              ? ["-x"]
              : [`-x -a ${quoted(values.join(" "))}`];
      add(...names, ...value, `-d ${quoted(description)}`);
    }
    if (command.argument === "file") add("-F");
    else if (command.argument !== undefined) add(`-a ${quoted(command.argument.join(" "))}`);
  }
  return `${lines.join("\n")}\n`;
}

function conditionOf({ path, children }: CompletionCommand): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = children.map((child) => child.path.at(-1) ?? "");
  if (names.length > 0) seen.push(`not __fish_seen_subcommand_from ${names.join(" ")}`);
  return seen.join("; and ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
