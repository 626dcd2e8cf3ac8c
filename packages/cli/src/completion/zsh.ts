import { type CompletionCommand, type CompletionOption, flattened } from "./command-tree.ts";

/** A script for zsh. */
export function zshScript(root: CompletionCommand): string {
  return `#compdef cardwire
# zsh completion for cardwire

${flattened(root).map(zshFunction).join("\n\n")}

if [ "$funcstack[1]" = "_cardwire" ]; then
  _cardwire "$@"
else
  compdef _cardwire cardwire
fi
`;
}

function nameOf(path: readonly string[]): string {
  return ["_cardwire", ...path].join("_").replaceAll("-", "_");
}

function zshFunction(command: CompletionCommand): string {
  const options = command.options.flatMap(optionSpecs);
  if (command.children.length === 0) {
    const rest = argumentSpec(command);
    return `${nameOf(command.path)}() {
  _arguments -s \\
${[...options, ...rest].map((spec) => `    ${spec}`).join(" \\\n")}
}`;
  }
  const children = command.children.map(
    ({ path, summary }) => `    ${quoted(`${path.at(-1) ?? ""}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  const cases = command.children.map(({ path }) => `        ${path.at(-1) ?? ""}) ${nameOf(path)} ;;`);
  return `${nameOf(command.path)}() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
${children.join("\n")}
  )
  _arguments -C \\
${options.map((spec) => `    ${spec} \\\n`).join("")}    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command) _describe 'command' commands ;;
    argument)
      case $line[1] in
${cases.join("\n")}
      esac
      ;;
  esac
}`;
}

function optionSpecs({ flags, description, values }: CompletionOption): string[] {
  const text = description.replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
  const value =
    values === undefined
      ? ""
      : values === "file"
        ? ":file:_files"
        : values === "any"
          ? ":value:"
          : `:value:(${values.join(" ")})`;
  return flags.map((flag) => quoted(`${flag}[${text}]${value}`));
}

function argumentSpec({ argument }: CompletionCommand): string[] {
  if (argument === undefined) return [];
  return [argument === "file" ? "'*:file:_files'" : quoted(`1:value:(${argument.join(" ")})`)];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
