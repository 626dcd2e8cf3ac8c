import { type CompletionCommand, flattened } from "./command-tree.ts";

/** A script for fish. */
export function fishScript(root: CompletionCommand): string {
  const lines = ["# fish completion for cardwire", "complete -c cardwire -f"];
  for (const command of flattened(root)) {
    const condition = conditionOf(command, root);
    const add = (...words: readonly string[]): void => {
      lines.push(
        ["complete -c cardwire", ...(condition === "" ? [] : [`-n ${quoted(condition)}`]), ...words].join(" "),
      );
    };
    for (const child of command.children) add(`-a ${nameOf(child)}`, `-d ${quoted(child.summary)}`);
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

function conditionOf({ path, children }: CompletionCommand, root: CompletionCommand): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const names = children.map(nameOf);
  // "read" stands alone, and behind "ndef"
  const parents = root.children.filter(
    (parent) => path.length === 1 && parent.children.some((child) => nameOf(child) === path[0]),
  );
  for (const others of [names, parents.map(nameOf)])
    if (others.length > 0) seen.push(`not __fish_seen_subcommand_from ${others.join(" ")}`);
  return seen.join("; and ");
}

function nameOf({ path }: CompletionCommand): string {
  return path.at(-1) ?? "";
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
