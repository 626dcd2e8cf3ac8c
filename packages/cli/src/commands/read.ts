import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import { candidateKeys } from "../keys/load-keys.ts";
import { openClassic } from "../keys/open-classic.ts";
import type { CardOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { reportJson } from "../output/report-json.ts";
import { reportLines } from "../output/report-lines.ts";
import { createStyle } from "../output/style.ts";
import { reportTap } from "../tap-report.ts";
import { withFirstCard } from "../wait-for-card.ts";

export interface ReadOptions extends CardOptions {
  readonly keys?: readonly string[];
}

/** `cardwire read`: everything about the first card that comes. */
export async function readCommand(options: ReadOptions, io: CliIo): Promise<ExitCode> {
  const candidates = options.keys === undefined ? undefined : await candidateKeys(options.keys, io);
  const report = await withFirstCard(options, io, async (tap) => {
    const progress = io.startProgress(`reading ${tap.card.name}`);
    try {
      const classic = tap.as("mifare-classic");
      if (classic !== undefined && candidates !== undefined) await openClassic(tap, classic, candidates, progress, io);
      return await reportTap(tap, {
        signal: io.signal,
        onProgress: (read, total) => {
          progress.update(`reading ${tap.card.name}, ${read} of ${total}`);
        },
      });
    } finally {
      progress.stop();
    }
  });
  if (options.json === true) io.write(`${toJson(reportJson(report))}\n`);
  else {
    const style = createStyle(io.colours);
    io.write(`${[style.title(report.card.name), ...reportLines(report, style)].join("\n")}\n`);
  }
  return EXIT.ok;
}
