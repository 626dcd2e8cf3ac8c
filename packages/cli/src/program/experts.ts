import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { EmulateOptions } from "../commands/emulate.ts";
import type { TraceOptions } from "../commands/trace.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { type CardOptions, PROFILES, withCard, withOutput, withWritableCard } from "../options.ts";
import { withExamples } from "./examples.ts";

/** Bytes on their way. */
export function addExpertCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const apdu = program
    .command("apdu")
    .helpGroup("Bytes:")
    .summary("send command APDUs")
    .description(
      "Sends command APDUs to the first card that comes and shows its responses. Words of two digits are the bytes of " +
        "one command, longer words are a command each.",
    )
    .addArgument(new Argument("<hex...>", "FFCA000000, or 'FF CA 00 00 00', or FF CA 00 00 00"))
    .action(async (words: string[], options: CardOptions) => {
      const { apduCommand } = await import("../commands/apdu.ts");
      done(await apduCommand(words, options, io));
    });
  withExamples(withWritableCard(apdu), [
    ["cardwire apdu FFCA000000", "the UID of the card on the reader"],
    ["cardwire apdu 00A4040000 --json", "a SELECT, and its answer for a program"],
  ]);

  const atr = program
    .command("atr")
    .helpGroup("Bytes:")
    .summary("explain an answer to reset")
    .description("Explains an answer to reset byte by byte: the one given, or that of the first card that comes.")
    .addArgument(new Argument("[hex...]", "such as 3B8F8001804F0CA0000003060300030000000068"))
    .action(async (words: string[], options: CardOptions) => {
      const { atrCommand } = await import("../commands/atr.ts");
      done(await atrCommand(words, options, io));
    });
  withExamples(withCard(atr), [
    ["cardwire atr 3B 8C 80 01 59 75 62 69 6B 65 79 4E 45 4F 72 33 58", "one that was found elsewhere"],
    ["cardwire atr", "that of the card on the reader"],
  ]);

  const trace = program
    .command("trace")
    .helpGroup("Bytes:")
    .summary("show every byte of a tap, or of a recording")
    .description(
      "Reads the first card that comes and shows what was said: APDUs of a real reader; I/O controls, APDUs and RF frames " +
        "of a virtual one. With a file, shows a recording: what --json printed, or a log of I/O controls.",
    )
    .argument("[file]", "a recording (- for standard input)")
    .option("--pcapng <file>", "write a capture for Wireshark instead")
    .option("--force", "replace that file")
    .action(async (file: string | undefined, options: TraceOptions) => {
      const { traceCommand } = await import("../commands/trace.ts");
      done(await traceCommand(file, options, io));
    });
  withExamples(withCard(trace), [
    ["cardwire trace --virtual tag.nfc", "the ladder of a tap, down to the air"],
    ["cardwire trace --json > tap.jsonl", "a recording, a line of JSON for each event"],
    ["cardwire trace tap.jsonl", "the ladder of that recording"],
    ["cardwire trace tap.jsonl --pcapng tap.pcapng", "the same for Wireshark"],
  ]);

  const emulate = program
    .command("emulate")
    .helpGroup("Bytes:")
    .summary("put a dump into pcscd as a card")
    .description("Makes a card of a dump and puts it into this machine's pcscd, through its driver vpcd, until Ctrl-C.")
    .argument("<file>", "a dump, or sample:NAME")
    .option("--host <name>", "where pcscd's vpcd driver listens", "127.0.0.1")
    .addOption(new Option("--port <number>", "and on which port").default(35963).argParser(parsePort))
    .addOption(new Option("--profile <name>", "whose behaviour the reader has").choices(PROFILES).default("documented"))
    .option("--wait", "wait for vpcd instead of giving up")
    .option("--save <file>", "save the tag as it is at the end")
    .action(async (file: string, options: EmulateOptions) => {
      const { emulateCommand } = await import("../commands/emulate.ts");
      done(await emulateCommand(file, options, io));
    });
  withExamples(withOutput(emulate), [
    ["cardwire emulate tag.nfc", "every PC/SC program sees the tag"],
    ["cardwire emulate sample:classic-1k-ndef", "a sample"],
  ]);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("Give a number from 1 to 65535.");
  return port;
}
