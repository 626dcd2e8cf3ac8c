import type { ConformanceProfile, TraceEvent } from "@cardwire/core";
import {
  createVirtualReader,
  frameWordsOf,
  type TapEvent,
  tapEvents,
  type TapStream,
  type VirtualReader,
} from "cardwire";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { explain } from "../explain.ts";
import type { CliIo } from "../io.ts";
import { type LoadedDump, loadDump, loadSamples } from "../load-dump.ts";
import { toJson } from "../output/json.ts";
import { ladderHead, ladderLines } from "../output/ladder.ts";
import { reportJson } from "../output/report-json.ts";
import { reportError } from "../output/report-error.ts";
import { factLines, reportLines } from "../output/report-lines.ts";
import { createStyle, type Style } from "../output/style.ts";
import { reportTap, type TapReport } from "../tap-report.ts";

export interface DemoOptions {
  readonly profile: ConformanceProfile;
  readonly trace?: boolean;
  readonly json?: boolean;
}

/** One dump, tapped. */
interface DemoResult {
  readonly dump: LoadedDump;
  readonly report: TapReport;
  /** Empty unless tracing. */
  readonly trace: readonly TraceEvent[];
}

/** `cardwire demo`: taps dumps on a virtual reader, one after the other, and shows what an application sees. */
export async function demoCommand(files: readonly string[], options: DemoOptions, io: CliIo): Promise<ExitCode> {
  const style = createStyle(io.colours);
  const results: DemoResult[] = [];
  let exitCode: ExitCode = EXIT.ok;
  await using desk = new Desk(options, io);
  for (const source of files.length === 0 ? loadSamples() : files) {
    try {
      const result = await desk.tap(typeof source === "string" ? await loadDump(source, io) : source);
      if (options.json === true) results.push(result);
      else io.write(resultText(result, options, style));
    } catch (error) {
      if (io.signal.aborted) throw error;
      // one file that is no dump does not keep the others from the reader
      exitCode = reportError(explain(error), options, io);
    }
  }
  if (options.json === true) io.write(`${toJson({ profile: options.profile, taps: results.map(resultJson) })}\n`);
  return exitCode;
}

/** A virtual reader with an application at it. */
class Desk implements AsyncDisposable {
  readonly #reader: VirtualReader;
  readonly #events: TapStream<TapEvent>;
  readonly #signal: AbortSignal;
  #trace: TraceEvent[] = [];

  constructor({ profile, trace }: DemoOptions, io: CliIo) {
    this.#signal = io.signal;
    this.#reader = createVirtualReader({
      profile,
      ...(trace === true ? { trace: (event) => this.#trace.push(event) } : undefined),
    });
    this.#events = tapEvents({ context: this.#reader.context, signal: io.signal });
  }

  /** Lays a tag on the reader, reads it and takes it away. */
  async tap(dump: LoadedDump): Promise<DemoResult> {
    this.#reader.field.put(dump.tag);
    try {
      const { tap } = await this.#next("tap");
      const report = await reportTap(tap, { signal: this.#signal });
      this.#reader.field.remove(dump.tag);
      await this.#next("card-removed");
      const trace = this.#trace;
      this.#trace = [];
      return { dump, report, trace };
    } finally {
      this.#reader.field.remove(dump.tag);
    }
  }

  async #next<Type extends TapEvent["type"]>(type: Type): Promise<Extract<TapEvent, { type: Type }>> {
    for (;;) {
      const { done, value } = await this.#events.next();
      this.#signal.throwIfAborted();
      if (done === true) throw new Error("the virtual reader went away");
      if (isOfType(value, type)) return value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events.return();
    await this.#reader.close();
  }
}

function isOfType<Type extends TapEvent["type"]>(
  event: TapEvent,
  type: Type,
): event is Extract<TapEvent, { type: Type }> {
  return event.type === type;
}

function resultText({ dump, report, trace }: DemoResult, options: DemoOptions, style: Style): string {
  const lines = [style.title(report.card.name)];
  lines.push(...factLines("dump", [`${dump.name}  ${style.dim(dump.title)}`.trimEnd()], style));
  if (options.trace === true) {
    const frames = frameWordsOf(report.card);
    lines.push("", ladderHead(style), ...ladderLines(trace, { style, frames }), "");
  }
  lines.push(...reportLines(report, style), "", "");
  return lines.join("\n");
}

function resultJson({ dump, report, trace }: DemoResult): object {
  return { dump: dump.name, ...reportJson(report), ...(trace.length > 0 ? { trace } : undefined) };
}
