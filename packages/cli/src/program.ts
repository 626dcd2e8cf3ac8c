import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import type { ExitCode } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { addCardCommands } from "./program/cards.ts";
import { addExpertCommands } from "./program/experts.ts";
import { addMachineCommands } from "./program/machine.ts";
import { addNdefCommands } from "./program/ndef.ts";
import { addReaderCommands } from "./program/readers.ts";

/** The command line: its commands, their options and help. No command's code is loaded before it is run. */
export function createProgram(io: CliIo, done: (code: ExitCode) => void): Command {
  const program = new Command("cardwire")
    .description("Smart cards and NFC tags from the command line.")
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        io.write(text);
      },
      writeErr: (text) => {
        io.writeError(text);
      },
      getOutHasColors: () => io.colours,
      getErrHasColors: () => io.errorColours,
    })
    .addHelpText("after", EPILOGUE);
  for (const add of [addReaderCommands, addCardCommands, addNdefCommands, addExpertCommands, addMachineCommands])
    add(program, io, done);
  hintAtHelp(program, program.name());
  return program;
}

/** Whoever mistypes is shown which help has what they look for. */
function hintAtHelp(command: Command, path: string): void {
  const what = command.commands.length > 0 ? "lists the commands" : "shows what it takes";
  command.showHelpAfterError(`("${path} --help" ${what})`);
  for (const child of command.commands) hintAtHelp(child, `${path} ${child.name()}`);
}

const EPILOGUE = `
Examples:
  cardwire demo                        sample tags on a virtual reader, without hardware
  cardwire watch                       cards and readers as they come and go
  cardwire read                        everything about the card on the reader
  cardwire doctor                      what is missing on this machine

Exit codes:
  0 done   1 unexpected failure   2 wrong command line   3 file missing, damaged or not writable
  4 no smart-card service, or no permission to use it   5 no reader, or held by another program
  6 no card in time   7 card failed, refused or was taken away   130 interrupted
`;
