import { type Command, Option } from "commander";
import type { NdefReadOptions, NdefSureOptions, NdefWriteOptions } from "../commands/ndef.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { RecordWord } from "../ndef-words.ts";
import { withCard, withWritableCard } from "../options.ts";
import { withExamples } from "./examples.ts";

/** NDEF messages. */
export function addNdefCommands(program: Command, io: CliIo, done: (code: ExitCode) => void): void {
  const ndef = program
    .command("ndef")
    .helpGroup("Cards:")
    .summary("read and write NDEF messages")
    .description("Reads and writes NDEF messages, on every kind of tag that keeps them.");

  const read = ndef
    .command("read")
    .summary("read the message")
    .description("Reads the NDEF message of the first card that comes.")
    .action(async (options: NdefReadOptions) => {
      const { ndefReadCommand } = await import("../commands/ndef.ts");
      done(await ndefReadCommand(options, io));
    });
  withExamples(
    withCard(read).option("-o, --out <file>", "save the message's bytes").option("--force", "replace that file"),
    [
      ["cardwire ndef read", "the records, in words"],
      ["cardwire ndef read --json", "in the form that ndef write --message takes"],
      ["cardwire ndef read -o message.ndef", "the bytes of the message"],
    ],
  );

  const write = ndef
    .command("write")
    .summary("write a message")
    .description(
      "Writes an NDEF message to the first card that comes. Records are written in the order in which they are given.",
    )
    .action(async (options: NdefWriteOptions) => {
      const { ndefWriteCommand } = await import("../commands/ndef.ts");
      done(await ndefWriteCommand(options, io));
    });
  const record = (flags: string, description: string, kind: RecordWord["kind"]): Option =>
    new Option(flags, description).argParser((value: string) => {
      records.push({ kind, value });
      return records;
    });
  // the records of all options in one list, for their order counts
  const records: RecordWord[] = [];
  withExamples(
    withWritableCard(write)
      .addOption(record("--text <text>", "a text", "text"))
      .option("--lang <code>", "language of the texts", "en")
      .addOption(record("--uri <uri>", "an address, such as https://example.com or tel:+123", "uri"))
      .addOption(record("--mime <type=file>", "a file with its media type", "mime"))
      .addOption(
        record("--external <type=file>", "a file with a type of one's own, such as example.com:log", "external"),
      )
      .addOption(record("--android-app <package>", "the Android application to open", "android-app"))
      .addOption(record("--wifi <ssid=password>", "a Wi-Fi network; without a password for an open one", "wifi"))
      .option("--message <file>", "a message as JSON, in the form that ndef read --json prints (- for standard input)")
      .option("--bytes <file>", "a message as its bytes"),
    [
      ["cardwire ndef write --uri https://example.com", "an address"],
      ['cardwire ndef write --text "Hello" --lang en', "a text"],
      ["cardwire ndef write --mime text/vcard=me.vcf", "a visiting card"],
      ['cardwire ndef write --text "Menu" --uri https://example.com', "two records"],
    ],
  );

  const format = ndef
    .command("format")
    .summary("prepare a tag for NDEF")
    .description("Prepares a blank tag for NDEF. On one that is prepared it removes the message, which wants --yes.")
    .option("-y, --yes", "remove a message that is there")
    .action(async (options: NdefSureOptions) => {
      const { ndefFormatCommand } = await import("../commands/ndef.ts");
      done(await ndefFormatCommand(options, io));
    });
  withExamples(withWritableCard(format), [["cardwire ndef format", "an empty message on a blank tag"]]);

  const lock = ndef
    .command("lock")
    .summary("make a tag read-only for ever")
    .description("Makes the tag read-only, for ever. Says what it would do; --yes does it.")
    .option("-y, --yes", "do it; there is no way back")
    .action(async (options: NdefSureOptions) => {
      const { ndefLockCommand } = await import("../commands/ndef.ts");
      done(await ndefLockCommand(options, io));
    });
  withExamples(withWritableCard(lock), [
    ["cardwire ndef lock", "what would be locked"],
    ["cardwire ndef lock --yes", "lock it"],
  ]);
}
