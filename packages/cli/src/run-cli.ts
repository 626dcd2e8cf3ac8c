import { Argument, Command, CommanderError, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { apduCommand } from "./commands/apdu.ts";
import { demoCommand, type DemoOptions } from "./commands/demo.ts";
import { readCommand } from "./commands/read.ts";
import { readersCommand } from "./commands/readers.ts";
import { watchCommand } from "./commands/watch.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { explain } from "./explain.ts";
import type { CliIo } from "./io.ts";
import {
  cardOption,
  type CardOptions,
  jsonOption,
  PROFILES,
  type ReaderOptions,
  readerOption,
  timeoutOption,
  transportOption,
} from "./options.ts";
import { createStyle } from "./output/style.ts";

/**
 * Runs the `cardwire` command.
 *
 * @param argv the words behind the command's name.
 * @returns what to exit with, one of {@link EXIT}. Never rejects: what goes wrong is told on standard error.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(io, (code) => (exitCode = code));
  try {
    await program.parseAsync(withoutSeparator(argv), { from: "user" });
    return exitCode;
  } catch (error) {
    // commander has printed its own message, or the help that was asked for
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.signal.aborted) return EXIT.interrupted;
    const explanation = explain(error);
    io.writeError(`${createStyle(io.colours).bad("cardwire:")} ${explanation.message}\n`);
    return explanation.exitCode;
  }
}

/** pnpm hands on the `--` of `pnpm demo -- FILE --trace`, which is not meant for us. */
function withoutSeparator(argv: readonly string[]): string[] {
  return argv[1] === "--" ? [...argv.slice(0, 1), ...argv.slice(2)] : [...argv];
}

function createProgram(io: CliIo, done: (code: ExitCode) => void): Command {
  const program = new Command("cardwire")
    .description("Smart cards and NFC tags from the command line.")
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.write(text),
      writeErr: (text) => io.writeError(text),
      getOutHasColors: () => io.colours,
      getErrHasColors: () => io.colours,
    })
    .showHelpAfterError("(cardwire --help shows what there is)")
    .addHelpText("after", EPILOGUE);

  program
    .command("demo")
    .summary("tap tag dumps on a virtual reader")
    .description(
      "Lays each dump on an embedded virtual reader and reads it as an application would: through SmartCardContext, " +
        "IOCTL, APDU and RF down to the tag's silicon, and back.",
    )
    .argument("[files...]", "tag dumps: Flipper .nfc, Proxmark3 .json, .bin, .mfd, .eml (default: a few samples)")
    .option("--trace", "show every layer's bytes as a ladder")
    .addOption(new Option("--profile <name>", "whose behaviour the reader has").choices(PROFILES).default("documented"))
    .addOption(jsonOption())
    .action(async (files: string[], options: DemoOptions) => done(await demoCommand(files, options, io)));

  program
    .command("readers")
    .summary("list the readers")
    .description("Lists the readers and what lies on them.")
    .addOption(readerOption())
    .addOption(transportOption())
    .addOption(cardOption())
    .addOption(jsonOption())
    .action(async (options: ReaderOptions) => done(await readersCommand(options, io)));

  program
    .command("watch")
    .summary("tell what comes and goes")
    .description("Tells which readers and cards come and go, until Ctrl-C.")
    .addOption(readerOption())
    .addOption(transportOption())
    .addOption(cardOption())
    .addOption(jsonOption())
    .action(async (options: ReaderOptions) => done(await watchCommand(options, io)));

  program
    .command("read")
    .summary("read a card")
    .description("Shows everything about the first card that comes: UID, ATR, memory, NDEF.")
    .addOption(readerOption())
    .addOption(transportOption())
    .addOption(cardOption())
    .addOption(timeoutOption())
    .addOption(jsonOption())
    .action(async (options: CardOptions) => done(await readCommand(options, io)));

  program
    .command("apdu")
    .summary("send command APDUs")
    .description(
      "Sends command APDUs to the first card that comes and shows its responses. Words of two digits are the bytes of " +
        "one command, longer words are a command each.",
    )
    .addArgument(new Argument("<hex...>", "FFCA000000, or 'FF CA 00 00 00', or FF CA 00 00 00"))
    .addOption(readerOption())
    .addOption(transportOption())
    .addOption(cardOption())
    .addOption(timeoutOption())
    .addOption(jsonOption())
    .action(async (words: string[], options: CardOptions) => done(await apduCommand(words, options, io)));

  return program;
}

const EPILOGUE = `
Examples:
  cardwire demo tag.nfc --trace        every byte of a tap, without hardware
  cardwire watch                       cards and readers as they come and go
  cardwire apdu FFCA000000             the UID of the card on the reader

Exit codes:
  0 done   1 unexpected failure   2 wrong command line   3 file missing or damaged   4 no smart-card service
  5 no reader   6 no card in time   7 card failed or refused   130 interrupted
`;
