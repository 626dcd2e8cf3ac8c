import { type DumpFormat, formatDump, isDumpError, type TagDump, type UnreadRange } from "@cardwire/virtual";
import { CliError } from "../cli-error.ts";
import type { DumpFormatName } from "../dump/format-names.ts";
import { formatForFile, formatNamed, isTextFormat } from "../dump/formats.ts";
import { readTag } from "../dump/read-dump.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkOutput, writeOutput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { candidateKeys } from "../keys/load-keys.ts";
import type { CardOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { withFirstCard } from "../wait-for-card.ts";

export interface DumpOptions extends CardOptions {
  readonly format?: DumpFormatName;
  readonly keys?: readonly string[];
  /** What stands for bytes that were not read. */
  readonly fill?: number;
  readonly force?: boolean;
}

/** `cardwire dump`: saves the memory of the first card that comes. */
export async function dumpCommand(file: string | undefined, options: DumpOptions, io: CliIo): Promise<ExitCode> {
  const toStdout = file === undefined || file === "-";
  const format = formatOf(toStdout ? undefined : file, options);
  if (!toStdout) await checkOutput(file, io, { force: options.force });
  const candidates = await candidateKeys(options.keys ?? [], io);
  const { dump, card } = await withFirstCard(options, io, async (tap) => {
    const progress = io.startProgress(`reading ${tap.card.name}`);
    try {
      return { dump: await readTag(tap, { io, progress, candidates }), card: tap.card.name };
    } finally {
      progress.stop();
    }
  });
  const unread = unreadOf(dump);
  const bytes = formatted(options.fill === undefined ? dump : filled(dump, options.fill), format);
  if (toStdout) io.write(isTextFormat(format) ? new TextDecoder().decode(bytes) : bytes);
  else {
    await writeOutput(file, bytes, io, { force: options.force });
    if (options.json === true) io.write(`${toJson({ file, format, bytes: bytes.length, card, ...factsOf(dump) })}\n`);
    else io.write(`Saved ${card} to ${file}: ${bytes.length} bytes, format ${format}.\n`);
  }
  if (unread.length > 0) io.writeError(`${unreadNote(dump, unread)}\n`);
  return EXIT.ok;
}

function formatOf(file: string | undefined, { format }: DumpOptions): DumpFormat {
  if (format !== undefined) return formatNamed(format);
  return file === undefined ? "json" : formatForFile(file, { canName: true });
}

function formatted(dump: TagDump, format: DumpFormat): Uint8Array {
  try {
    return formatDump(dump, format);
  } catch (error) {
    if (!isDumpError(error)) throw error;
    const advice =
      error.code === "PARTIAL"
        ? `${unreadNote(dump, unreadOf(dump))} A .json file keeps that, --fill 00 writes zeros in their place.`
        : "A .json file can.";
    throw new CliError(`The format ${format} cannot hold this: ${error.message}. ${advice}`, EXIT.card, {
      cause: error,
    });
  }
}

function unreadOf(dump: TagDump): readonly UnreadRange[] {
  return "unread" in dump ? dump.unread : [];
}

function filled(dump: TagDump, fill: number): TagDump {
  if (!("unread" in dump)) return dump;
  const memory = dump.memory.slice();
  for (const { offset, length } of dump.unread) memory.fill(fill, offset, offset + length);
  return { ...dump, memory, unread: [] };
}

/** What was not read, and what would help. */
function unreadNote(dump: TagDump, unread: readonly UnreadRange[]): string {
  const bytes = unread.reduce((sum, { length }) => sum + length, 0);
  const why =
    dump.kind === "mifare-classic"
      ? "no key that was tried opens them: --keys FILE tries others"
      : "the tag does not show them without its password or key, or never";
  return `${bytes} bytes were not read (${why}).`;
}

function factsOf(dump: TagDump): object {
  const uid = "uid" in dump ? dump.uid : "idm" in dump ? dump.idm : undefined;
  return { kind: dump.kind, uid, unread: unreadOf(dump) };
}
