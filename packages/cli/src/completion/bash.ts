import { type CompletionCommand, flattened } from "./command-tree.ts";

/** A script for bash. Words come from the command line as it is built, so nothing is asked of the program. */
export function bashScript(root: CompletionCommand): string {
  const cases = flattened(root).map((command) => {
    const words = [
      ...command.children.map(({ path }) => path.at(-1) ?? ""),
      ...command.options.flatMap(({ flags }) => flags),
    ];
    const choices = command.argument === undefined || command.argument === "file" ? [] : command.argument;
    const values = command.options.flatMap(({ flags, values: options }) =>
      options === undefined ? [] : [`        ${flags.join("|")}) ${valueLine(options)}; return ;;`],
    );
    return [
      `    "${command.path.join(" ")}")`,
      ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, "      esac"]),
      `      words="${[...choices, ...words].join(" ")}"`,
      ...(command.argument === "file" ? ["      files=1"] : []),
      "      ;;",
    ].join("\n");
  });
  const paths = flattened(root)
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => path.join(" "));
  return `# bash completion for cardwire
_cardwire() {
  local cur prev path words files i
  cur="\${COMP_WORDS[COMP_CWORD]}"
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  path=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${path:+$path }\${COMP_WORDS[i]}" in
      ${paths.map((path) => `"${path}"`).join("|")}) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [ -z "$files" ] || [[ "$cur" == -* ]] || COMPREPLY+=($(compgen -f -- "$cur"))
}
complete -o filenames -F _cardwire cardwire
`;
}

function valueLine(values: readonly string[] | "file" | "any"): string {
  if (values === "file") return 'COMPREPLY=($(compgen -f -- "$cur"))';
  if (values === "any") return "COMPREPLY=()";
  return `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur"))`;
}
