import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo, Progress } from "../io.ts";
import { trailerKeys } from "../keys/key-file.ts";
import { candidateKeys } from "../keys/load-keys.ts";
import { readDump } from "../load-dump.ts";
import type { CardOptions } from "../options.ts";
import { toJson } from "../output/json.ts";
import { planJson, planLines } from "../output/plan-lines.ts";
import { createStyle } from "../output/style.ts";
import { planRestore, type RestorePlan } from "../restore/plan.ts";
import { holds } from "../restore/unit.ts";
import type { UnitsOptions } from "../restore/comparing.ts";
import { restoreUnits } from "../restore/units.ts";
import { WriteStopped } from "../restore/write-stopped.ts";
import { withFirstCard } from "../wait-for-card.ts";

export interface RestoreOptions extends CardOptions {
  readonly keys?: readonly string[];
  readonly yes?: boolean;
  /** Parts that are left alone else. */
  readonly with?: readonly string[];
}

/** `cardwire restore`: shows how a card differs from a dump, and makes it the same. */
export async function restoreCommand(file: string, options: RestoreOptions, io: CliIo): Promise<ExitCode> {
  const dump = await readDump(file, io, { allowPartial: true });
  const files = await candidateKeys(options.keys ?? [], io);
  const own = dump.kind === "mifare-classic" ? trailerKeys(dump).flatMap(({ a, b }) => [a, b]) : [];
  const candidates = [...own.filter((key) => key !== undefined), ...files];
  const write = options.yes === true;
  const { plan, tap } = await withFirstCard(options, io, async (card) => {
    const progress = io.startProgress(`reading ${card.card.name}`);
    const unitsOptions: UnitsOptions = { io, progress, candidates };
    try {
      const units = await restoreUnits(dump, card, unitsOptions);
      const toDo = planRestore(units, options.with ?? []);
      if (options.json !== true) {
        progress.stop();
        io.write(`${planLines(toDo, { file, card, write }, createStyle(io.colours)).join("\n")}\n`);
      }
      if (write) await apply(toDo, io, io.startProgress("writing"));
      if (write) await verify(toDo, () => restoreUnits(dump, card, unitsOptions));
      return { plan: toDo, tap: card };
    } finally {
      progress.stop();
    }
  });
  if (options.json === true) io.write(`${toJson(planJson(plan, { file, card: tap, write }))}\n`);
  else io.write(`${summary(plan, write)}\n`);
  return EXIT.ok;
}

async function apply({ steps }: RestorePlan, io: CliIo, progress: Progress): Promise<void> {
  try {
    for (const [index, step] of steps.entries())
      try {
        io.signal.throwIfAborted();
        progress.update(`writing ${step.place}, ${index + 1} of ${steps.length}`);
        await step.write(io.signal);
      } catch (error) {
        const places = steps.map(({ place }) => place);
        throw new WriteStopped(places.slice(0, index), places.slice(index), deepest(error));
      }
  } finally {
    progress.stop();
  }
}

/** A helper's "writing stopped" says nothing that is not known here. */
function deepest(error: unknown): unknown {
  return error instanceof Error && "notWritten" in error && error.cause !== undefined ? error.cause : error;
}

/** @throws CliError when the card holds something else than was written. */
async function verify({ steps }: RestorePlan, read: () => ReturnType<typeof restoreUnits>): Promise<void> {
  if (steps.length === 0) return;
  const now = new Map((await read()).map((unit) => [unit.place, unit]));
  const wrong = steps.filter((step) => {
    const unit = now.get(step.place);
    return step.checksItself !== true && (unit === undefined || !holds(unit));
  });
  if (wrong.length === 0) return;
  const places = wrong.map(({ place }) => place).join(", ");
  throw new CliError(
    `The card took the writes and holds something else in ${places}: it may be locked there, or worn out.`,
    EXIT.card,
  );
}

function summary({ steps, leftAlone, same }: RestorePlan, write: boolean): string {
  const rest = `${same} ${same === 1 ? "was" : "were"} the same already, ${leftAlone.length} left alone`;
  if (steps.length === 0) return `Nothing to write: ${rest}.`;
  if (write) return `Wrote ${steps.length} and read them back; ${rest}.`;
  return `Nothing has been written yet: --yes writes ${steps.length}; ${rest}.`;
}
