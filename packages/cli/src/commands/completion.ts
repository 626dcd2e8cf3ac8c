import type { Command } from "commander";
import { bashScript } from "../completion/bash.ts";
import { commandTree } from "../completion/command-tree.ts";
import { fishScript } from "../completion/fish.ts";
import type { ShellName } from "../completion/shells.ts";
import { zshScript } from "../completion/zsh.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { OutputOptions } from "../options.ts";
import { toJson } from "../output/json.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `cardwire completion`: a script by which a shell completes commands. */
export function completionCommand(shell: ShellName, options: OutputOptions, program: Command, io: CliIo): ExitCode {
  const script = SCRIPTS[shell](commandTree(program));
  io.write(options.json === true ? `${toJson({ shell, script })}\n` : script);
  return EXIT.ok;
}
