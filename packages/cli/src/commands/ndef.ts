import { type NdefMessage, parseNdefMessage } from "@cardwire/ndef";
import type { Tap, TapNdef } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkOutput, writeOutput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { messageBytes, type MessageWords, type RecordWord } from "../ndef-words.ts";
import type { CardOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { ndefJson } from "../output/ndef-json.ts";
import { ndefLines, ndefStateText } from "../output/ndef-lines.ts";
import { createStyle } from "../output/style.ts";
import { withFirstCard } from "../wait-for-card.ts";

export interface NdefReadOptions extends CardOptions {
  readonly out?: string;
  readonly force?: boolean;
}

export interface NdefWriteOptions extends CardOptions, Omit<MessageWords, "words"> {
  /** All of these are one list, in the order of the command line. */
  readonly text?: readonly RecordWord[];
  readonly uri?: readonly RecordWord[];
  readonly mime?: readonly RecordWord[];
  readonly external?: readonly RecordWord[];
  readonly androidApp?: readonly RecordWord[];
  readonly wifi?: readonly RecordWord[];
}

export interface NdefSureOptions extends CardOptions {
  readonly yes?: boolean;
}

/** `cardwire ndef read`: the message of the first card that comes. */
export async function ndefReadCommand(options: NdefReadOptions, io: CliIo): Promise<ExitCode> {
  if (options.out !== undefined) await checkOutput(options.out, io, { force: options.force });
  const { tap, bytes, state } = await withNdef(options, io, async (ndef, card) => {
    const now = await ndef.state({ signal: io.signal });
    return { tap: card, state: now, bytes: await ndef.readBytes({ signal: io.signal }) };
  });
  if (bytes === undefined) throw notFormatted(tap);
  if (options.out !== undefined) await writeOutput(options.out, bytes, io, { force: options.force });
  const message = messageOf(bytes);
  if (options.json === true) {
    const facts = { reader: tap.reader, card: tap.card.name, uid: tap.uid, state };
    io.write(`${toJson({ ...facts, bytes, ...ndefJson(message) })}\n`);
  } else io.write(`${ndefLines(message, createStyle(io.colours)).join("\n")}\n`);
  return EXIT.ok;
}

function notFormatted({ card }: Tap): CliError {
  return new CliError(
    `This card (${card.name}) is not formatted for NDEF: "cardwire ndef format" prepares a blank one.`,
    EXIT.card,
  );
}

function messageOf(bytes: Uint8Array): NdefMessage {
  try {
    return parseNdefMessage(bytes);
  } catch (error) {
    // the tag's fault, and not that of a file
    throw new CliError(
      `The message on the tag is damaged: ${error instanceof Error ? error.message : String(error)}.`,
      EXIT.card,
      { cause: error },
    );
  }
}

/** `cardwire ndef write`: puts a message on the first card that comes. */
export async function ndefWriteCommand(options: NdefWriteOptions, io: CliIo): Promise<ExitCode> {
  const { text, uri, mime, external, androidApp, wifi, lang, message, bytes } = options;
  const words = text ?? uri ?? mime ?? external ?? androidApp ?? wifi ?? [];
  const encoded = await messageBytes({ words, lang, message, bytes }, io);
  const { tap, state } = await withNdef(options, io, async (ndef, card) => {
    await whole(io, () => ndef.writeBytes(encoded, { signal: io.signal }));
    return { tap: card, state: await ndef.state({ signal: io.signal }) };
  });
  const left = state.capacityBytes - encoded.length;
  if (options.json === true) io.write(`${toJson({ reader: tap.reader, card: tap.card.name, uid: tap.uid, state })}\n`);
  else io.write(`Wrote ${encoded.length} bytes to ${tap.card.name} and read them back; ${left} more would fit.\n`);
  return EXIT.ok;
}

/** `cardwire ndef format`: an empty message on the first card that comes. */
export async function ndefFormatCommand(options: NdefSureOptions, io: CliIo): Promise<ExitCode> {
  const { tap, state } = await withNdef(options, io, async (ndef, card) => {
    const before = await ndef.state({ signal: io.signal });
    if (before.status === "message" && options.yes !== true)
      throw new CliError(
        `There is a message of ${before.messageBytes} bytes on this card; --yes removes it.`,
        EXIT.usage,
      );
    await whole(io, () => ndef.format({ signal: io.signal }));
    return { tap: card, state: await ndef.state({ signal: io.signal }) };
  });
  if (options.json === true) io.write(`${toJson({ reader: tap.reader, card: tap.card.name, uid: tap.uid, state })}\n`);
  else io.write(`${tap.card.name} is ready for NDEF: ${state.capacityBytes} bytes fit.\n`);
  return EXIT.ok;
}

/** `cardwire ndef lock`: makes the first card that comes read-only, for ever. */
export async function ndefLockCommand(options: NdefSureOptions, io: CliIo): Promise<ExitCode> {
  const sure = options.yes === true;
  const { tap, state } = await withNdef(options, io, async (ndef, card) => {
    const before = await ndef.state({ signal: io.signal });
    if (before.status === "unformatted") throw notFormatted(card);
    if (sure) await whole(io, () => ndef.makeReadOnly({ signal: io.signal }));
    return { tap: card, state: sure ? await ndef.state({ signal: io.signal }) : before };
  });
  const locked = state.writeAccess === "read-only";
  if (options.json === true) {
    io.write(`${toJson({ reader: tap.reader, card: tap.card.name, uid: tap.uid, locked, state })}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  if (sure) io.write(`${tap.card.name} is read-only now, for ever.\n`);
  else if (locked) io.write(`${tap.card.name} is read-only already: there is nothing to lock.\n`);
  else
    io.write(
      `${style.title(tap.card.name)}  ${ndefStateText(state)}\n` +
        "Nothing has been locked yet: --yes makes it read-only, and there is no way back.\n",
    );
  return EXIT.ok;
}

/** What is interrupted while it writes is said to be so. */
async function whole(io: CliIo, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!io.signal.aborted) throw error;
    throw new CliError(
      'Interrupted in the middle of writing: the card has the old message, an empty one or the new one; "cardwire info" tells.',
      EXIT.interrupted,
      { cause: error },
    );
  }
}

function withNdef<Result>(
  options: CardOptions,
  io: CliIo,
  use: (ndef: TapNdef, tap: Tap) => Promise<Result>,
): Promise<Result> {
  return withFirstCard(options, io, async (tap) => {
    if (tap.ndef === undefined)
      throw new CliError(`This card (${tap.card.name}) is of a kind that keeps no NDEF.`, EXIT.card);
    return use(tap.ndef, tap);
  });
}
