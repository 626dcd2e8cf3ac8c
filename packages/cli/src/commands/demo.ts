import type { ConformanceProfile, TraceEvent } from "@cardwire/core";
import { createVirtualReader, frameWordsOf, taps } from "cardwire";
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

/** `cardwire demo`: taps dumps on virtual readers, one after the other, and shows what an application sees. */
export async function demoCommand(files: readonly string[], options: DemoOptions, io: CliIo): Promise<ExitCode> {
  const style = createStyle(io.colours);
  const results: DemoResult[] = [];
  let exitCode: ExitCode = EXIT.ok;
  for (const source of files.length === 0 ? loadSamples() : files) {
    try {
      const result = await tapDump(typeof source === "string" ? await loadDump(source, io) : source, options, io);
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

/** Lays a tag on a reader of its own, and reads it: nobody waits until a reader has seen that the last one is gone. */
async function tapDump(dump: LoadedDump, { profile, trace }: DemoOptions, { signal }: CliIo): Promise<DemoResult> {
  const events: TraceEvent[] = [];
  await using reader = createVirtualReader({
    profile,
    tags: [dump.tag],
    ...(trace === true ? { trace: (event) => events.push(event) } : undefined),
  });
  for await (const tap of taps({ context: reader.context, signal }))
    return { dump, report: await reportTap(tap, { signal }), trace: events };
  signal.throwIfAborted();
  throw new Error("the virtual reader went away");
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
