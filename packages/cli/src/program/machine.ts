import { Argument, type Command, Option } from "commander";
import type { DemoOptions } from "../commands/demo.ts";
import { SHELLS, type ShellName } from "../completion/shells.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type OutputOptions, PROFILES, withOutput } from "../options.ts";
import { withExamples } from "./examples.ts";

/** The machine and the command itself. */
export function addMachineCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const doctor = program
    .command("doctor")
    .helpGroup("Help:")
    .summary("find out what is missing on this machine")
    .description("Looks at what readers need on this machine and says what is missing, with the command that helps.")
    .action(async (options: OutputOptions) => {
      const { doctorCommand } = await import("../commands/doctor.ts");
      done(await doctorCommand(options, io));
    });
  withExamples(withOutput(doctor), [["cardwire doctor", "what is there, what is missing, what to do"]]);

  const demo = program
    .command("demo")
    .helpGroup("Help:")
    .summary("tap tag dumps on a virtual reader")
    .description(
      "Lays each dump on an embedded virtual reader and reads it as an application would: through SmartCardContext, " +
        "IOCTL, APDU and RF down to the tag's silicon, and back.",
    )
    .argument("[files...]", "tag dumps: Flipper .nfc, Proxmark3 .json, .bin, .mfd, .eml (default: a few samples)")
    .option("--trace", "show every layer's bytes as a ladder")
    .addOption(new Option("--profile <name>", "whose behaviour the reader has").choices(PROFILES).default("documented"))
    .action(async (files: string[], options: DemoOptions) => {
      const { demoCommand } = await import("../commands/demo.ts");
      done(await demoCommand(files, options, io));
    });
  withExamples(withOutput(demo), [
    ["cardwire demo", "a few samples"],
    ["cardwire demo tag.nfc --trace", "every byte of a tap"],
  ]);

  const completion = program
    .command("completion")
    .helpGroup("Help:")
    .summary("print a script that completes commands in a shell")
    .description("Prints a script by which a shell completes commands and options.")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .action(async (shell: ShellName, options: OutputOptions) => {
      const { completionCommand } = await import("../commands/completion.ts");
      done(completionCommand(shell, options, program, io));
    });
  withExamples(withOutput(completion), [
    ["cardwire completion bash > ~/.local/share/bash-completion/completions/cardwire", "bash"],
    ['cardwire completion zsh > "${fpath[1]}/_cardwire"', "zsh"],
    ["cardwire completion fish > ~/.config/fish/completions/cardwire.fish", "fish"],
  ]);
}
