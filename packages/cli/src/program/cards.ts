import { type Command, InvalidArgumentError, Option } from "commander";
import type { DumpOptions } from "../commands/dump.ts";
import type { KeysFindOptions } from "../commands/keys.ts";
import type { ReadOptions } from "../commands/read.ts";
import type { RestoreOptions } from "../commands/restore.ts";
import { DUMP_FORMATS } from "../dump/format-names.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { collect, type CardOptions, type OutputOptions, withCard, withOutput, withWritableCard } from "../options.ts";
import { withExamples } from "./examples.ts";
import { RESTORE_PARTS } from "../restore/parts.ts";

/** Seeing, copying and writing whole cards. */
export function addCardCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const info = program
    .command("info")
    .helpGroup("Cards:")
    .summary("say what a card is")
    .description("Says what the first card that comes is, how that is known, and what its NDEF is like.")
    .action(async (options: CardOptions) => {
      const { infoCommand } = await import("../commands/info.ts");
      done(await infoCommand(options, io));
    });
  withExamples(withCard(info), [
    ["cardwire info", "kind, product, UID, answer to reset, NDEF"],
    ["cardwire info --virtual tag.nfc", "the same of a dump, without hardware"],
  ]);

  const read = program
    .command("read")
    .helpGroup("Cards:")
    .summary("read a card")
    .description("Shows everything about the first card that comes: UID, ATR, memory, NDEF.")
    .action(async (options: ReadOptions) => {
      const { readCommand } = await import("../commands/read.ts");
      done(await readCommand(options, io));
    });
  withExamples(withKeys(withCard(read)), [
    ["cardwire read", "the card on the reader, byte by byte"],
    ["cardwire read --keys keys.dic", "a MIFARE Classic, with keys from a dictionary"],
  ]);

  const dump = program
    .command("dump")
    .helpGroup("Cards:")
    .summary("save a card's memory")
    .description(
      "Saves the memory of the first card that comes, in the format that the file's name stands for: .nfc Flipper, " +
        ".json cardwire's own, .bin .mfd .dump raw, .eml. Without a file it is printed.",
    )
    .argument("[file]", "where to save it; - for standard output")
    .action(async (file: string | undefined, options: DumpOptions) => {
      const { dumpCommand } = await import("../commands/dump.ts");
      done(await dumpCommand(file, options, io));
    });
  withExamples(
    withKeys(withCard(dump))
      .addOption(new Option("-f, --format <name>", "the format, whatever the name").choices(DUMP_FORMATS))
      .addOption(
        new Option(
          "--fill <byte>",
          "what stands for bytes that were not read, in formats that cannot say so",
        ).argParser(parseByte),
      )
      .option("--force", "replace the file"),
    [
      ["cardwire dump tag.nfc", "for a Flipper Zero"],
      ["cardwire dump -f proxmark3 tag.json", "for the Proxmark3 client"],
      ["cardwire dump --keys keys.dic card.mfd", "a MIFARE Classic, with keys from a dictionary"],
    ],
  );

  const restore = program
    .command("restore")
    .helpGroup("Cards:")
    .summary("write a dump to a card")
    .description(
      "Compares a dump with the first card that comes and shows what it would write; --yes writes it and reads it back. " +
        "What cannot be undone or locks out is left alone: --with adds parts of it.",
    )
    .argument("<file>", "a dump: Flipper .nfc, Proxmark3 .json or .bin, cardwire .json, raw, .eml")
    .action(async (file: string, options: RestoreOptions) => {
      const { restoreCommand } = await import("../commands/restore.ts");
      done(await restoreCommand(file, options, io));
    });
  withExamples(
    withKeys(withWritableCard(restore))
      .option("-y, --yes", "write; without it the plan is only shown")
      .addOption(
        new Option(
          "--with <parts>",
          `parts that are else left alone, with commas: ${Object.keys(RESTORE_PARTS).join(", ")}`,
        ).argParser(parseParts),
      ),
    [
      ["cardwire restore tag.nfc", "what would be written"],
      ["cardwire restore tag.nfc --yes", "write it, and read it back"],
      ["cardwire restore card.mfd --with trailers --yes", "keys and access bits of a MIFARE Classic, too"],
    ],
  );

  addKeysCommands(program, io, done);
}

function addKeysCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const keys = program
    .command("keys")
    .helpGroup("Cards:")
    .summary("work with MIFARE Classic key files")
    .description(
      "Works with files of MIFARE Classic keys: dictionaries of 12 digits a line as Proxmark3 and Flipper Zero have " +
        "them, binary key files, and dumps.",
    );

  const list = keys
    .command("list")
    .summary("show the keys of files")
    .description("Shows the keys of files, each once.")
    .argument("<files...>", "key files")
    .action(async (files: string[], options: OutputOptions) => {
      const { keysListCommand } = await import("../commands/keys.ts");
      done(await keysListCommand(files, options, io));
    });
  withExamples(withOutput(list), [["cardwire keys list a.dic b.dic", "every key of both, each once"]]);

  const check = keys
    .command("check")
    .summary("look for mistakes in key files")
    .description("Looks for lines that are no keys, and keys that come twice.")
    .argument("<files...>", "key files")
    .action(async (files: string[], options: OutputOptions) => {
      const { keysCheckCommand } = await import("../commands/keys.ts");
      done(await keysCheckCommand(files, options, io));
    });
  withExamples(withOutput(check), [["cardwire keys check keys.dic", "what is wrong with it, line by line"]]);

  const find = keys
    .command("find")
    .summary("find out which keys open which sectors")
    .description("Tries keys on the first MIFARE Classic that comes and tells which of them open which sectors.")
    .argument("[files...]", "key files (default: the keys that everybody knows)")
    .action(async (files: string[], options: KeysFindOptions) => {
      const { keysFindCommand } = await import("../commands/keys.ts");
      done(await keysFindCommand(files, options, io));
    });
  withExamples(
    withCard(find)
      .option(
        "-o, --out <file>",
        "save the keys that were found: .dic as a dictionary, else in Proxmark3's binary form",
      )
      .option("--force", "replace that file"),
    [
      ["cardwire keys find keys.dic", "which keys open which sectors"],
      ["cardwire keys find keys.dic -o found.dic", "and save them"],
    ],
  );
}

/** `--keys`, for what reads or writes a MIFARE Classic. */
function withKeys(command: Command): Command {
  return command.addOption(
    new Option("-k, --keys <file>", "MIFARE Classic keys to try besides those that everybody knows").argParser(collect),
  );
}

function parseByte(text: string): number {
  if (!/^(?:0x)?[0-9a-f]{2}$/i.test(text)) throw new InvalidArgumentError("Give two hexadecimal digits, such as 00.");
  return Number.parseInt(text.replace(/^0x/i, ""), 16);
}

function parseParts(text: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  for (const part of parts)
    if (!Object.hasOwn(RESTORE_PARTS, part))
      throw new InvalidArgumentError(`The parts are ${Object.keys(RESTORE_PARTS).join(", ")}.`);
  return parts;
}
