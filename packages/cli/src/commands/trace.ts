import { isFormatError, type RfTarget, type TraceEvent } from "@cardwire/core";
import { type CardIdentity, createVirtualReader, frameWordsOf } from "cardwire";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { checkOutput, readInput, writeOutput } from "../files.ts";
import type { CliIo } from "../io.ts";
import { loadDump } from "../load-dump.ts";
import type { CardOptions } from "../options.ts";
import { toJsonLine } from "../output/json.ts";
import { ladderHead, ladderLines } from "../output/ladder.ts";
import { createStyle } from "../output/style.ts";
import { openSession } from "../session.ts";
import { reportTap } from "../tap-report.ts";
import { captureOf } from "../trace/capture.ts";
import { cardIn } from "../trace/card-in.ts";
import { parseRecording } from "../trace/recording.ts";
import { traceContext } from "../trace/trace-context.ts";
import { withFirstCardOf } from "../wait-for-card.ts";

export interface TraceOptions extends CardOptions {
  readonly pcapng?: string;
  readonly force?: boolean;
}

interface Traced {
  readonly events: readonly TraceEvent[];
  /** The card; absent where nobody said. */
  readonly card?: CardIdentity | undefined;
  /** The tag that was found. */
  readonly selected?: RfTarget | undefined;
}

/** `cardwire trace`: every byte of a tap, or of a recording. */
export async function traceCommand(file: string | undefined, options: TraceOptions, io: CliIo): Promise<ExitCode> {
  if (options.pcapng !== undefined) await checkOutput(options.pcapng, io, { force: options.force });
  const traced = file === undefined ? await traceTap(options, io) : await readRecording(file, io);
  const { events, selected, card } = traced;
  if (options.pcapng !== undefined) {
    await writeOutput(options.pcapng, captureOf(events, selected), io, { force: options.force });
    if (options.json !== true) io.write(`Saved ${events.length} events to ${options.pcapng}.\n`);
  } else if (options.json !== true) {
    const style = createStyle(io.colours);
    const frames = card && frameWordsOf(card);
    io.write(`${[ladderHead(style), ...ladderLines(events, { style, frames })].join("\n")}\n`);
  }
  if (options.json === true) for (const event of events) io.write(`${toJsonLine(event)}\n`);
  return EXIT.ok;
}

async function readRecording(file: string, io: CliIo): Promise<Traced> {
  const bytes = await readInput(file, io, "a recording");
  try {
    const events = parseRecording(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (events.length > 0) return { events, card: cardIn(events) };
  } catch (error) {
    const message = isFormatError(error) ? error.message : "it is no text";
    throw new CliError(`${file}: no recording: ${message}.`, EXIT.input, { cause: error });
  }
  throw new CliError(`${file}: there is nothing in this recording.`, EXIT.input);
}

/** Reads the first card that comes, and keeps what was said meanwhile. */
async function traceTap(options: TraceOptions, io: CliIo): Promise<Traced> {
  const events: TraceEvent[] = [];
  const sink = (event: TraceEvent): void => void events.push(event);
  if (options.virtual !== undefined) {
    const { tag } = await loadDump(options.virtual, io);
    await using reader = createVirtualReader({ tags: [tag], trace: sink });
    let selected: RfTarget | undefined;
    reader.reader.subscribe((event) => {
      if (event.type === "card-arrived") selected = event.target;
    });
    const card = await read({ context: reader.context }, options, io);
    return { events, card, selected };
  }
  await using session = await openSession(options, io, sink);
  // a reader in this process tells all that its layers say
  const isTraced = session.tag !== undefined;
  const context = isTraced ? session.context : traceContext(session.context, sink);
  return { events, card: await read({ context }, options, io) };
}

async function read(
  session: Parameters<typeof withFirstCardOf>[0],
  options: TraceOptions,
  io: CliIo,
): Promise<CardIdentity> {
  return withFirstCardOf(session, options, io, async (tap) => {
    await reportTap(tap, { signal: io.signal });
    return tap.card;
  });
}
