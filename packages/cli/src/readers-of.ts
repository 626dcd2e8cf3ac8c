import { isSmartCardOtherError, type SmartCardContext, type VirtualTag } from "@cardwire/core";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { loadDump, loadSamples } from "./load-dump.ts";
import type { ReaderOptions } from "./options.ts";

/** Opens the smart-card system that the options name. */
export async function openReaders(options: ReaderOptions, io: CliIo): Promise<SmartCardContext> {
  if (options.transport === "virtual") {
    const tags: VirtualTag[] = [];
    if (options.card !== undefined) tags.push((await loadDump(options.card, io)).tag);
    else for (const { tag } of loadSamples()) if (tags.length === 0) tags.push(tag);
    const context = await io.openContext({ transport: "virtual", virtual: { tags } });
    await untilCardsAreSeen(context);
    return context;
  }
  if (options.card !== undefined)
    throw new CliError("--card lays a dump on the virtual reader: add --transport virtual.", EXIT.usage);
  return io.openContext({ transport: options.transport });
}

/** A tag that lies on a reader when it is switched on is found a moment later. */
async function untilCardsAreSeen(context: SmartCardContext): Promise<void> {
  const currentState = { empty: true };
  const states = (await context.listReaders()).map((readerName) => ({ readerName, currentState }));
  try {
    await context.getStatusChange(states, { timeout: 1000 });
  } catch (error) {
    // a tag that no family of cards takes is never seen
    if (!isSmartCardOtherError(error)) throw error;
  }
}

/** True for the readers that `--reader` means: those whose name contains it, in any case. */
export function readerFilter(options: ReaderOptions): (name: string) => boolean {
  const wanted = options.reader?.toLowerCase();
  return wanted === undefined ? () => true : (name) => name.toLowerCase().includes(wanted);
}

/**
 * The readers that `--reader` means.
 *
 * @throws CliError when there are none, with those that there are.
 */
export async function matchingReaders(context: SmartCardContext, options: ReaderOptions): Promise<string[]> {
  const all = await context.listReaders();
  if (all.length === 0)
    throw new CliError("No reader is attached: plug one in, or try --transport virtual without one.", EXIT.reader);
  const matching = all.filter(readerFilter(options));
  if (matching.length === 0)
    throw new CliError(
      `No reader's name contains "${options.reader ?? ""}"; there is ${all.map((name) => `"${name}"`).join(", ")}.`,
      EXIT.reader,
    );
  return matching;
}
