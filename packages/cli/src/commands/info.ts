import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { CardOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { reportJson } from "../output/report-json.ts";
import { reportLines } from "../output/report-lines.ts";
import { createStyle } from "../output/style.ts";
import { reportTap } from "../tap-report.ts";
import { withFirstCard } from "../wait-for-card.ts";

/** `cardwire info`: what the first card that comes is, without its memory. */
export async function infoCommand(options: CardOptions, io: CliIo): Promise<ExitCode> {
  const report = await withFirstCard(options, io, (tap) => reportTap(tap, { signal: io.signal, memory: false }));
  if (options.json === true) io.write(`${toJson(reportJson(report))}\n`);
  else {
    const style = createStyle(io.colours);
    io.write(`${[style.title(report.card.name), ...reportLines(report, style)].join("\n")}\n`);
  }
  return EXIT.ok;
}
