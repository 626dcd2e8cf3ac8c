import { isSmartCardOtherError, type SmartCardContext, type TraceSink } from "@cardwire/core";
import type { DumpTag } from "@cardwire/virtual";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import { loadDump, loadSamples } from "./load-dump.ts";
import type { ReaderOptions } from "./options.ts";

/** The readers that a command works with. */
export interface Session extends AsyncDisposable {
  readonly context: SmartCardContext;
  /** What lies on the virtual reader; `undefined` with real ones. */
  readonly tag: DumpTag | undefined;
}

/** Opens the smart-card system that the options name. @param trace receives every layer's bytes of a virtual reader. */
export async function openSession(options: ReaderOptions, io: CliIo, trace?: TraceSink): Promise<Session> {
  if (!isVirtual(options)) {
    const context = await io.openContext({ transport: options.transport });
    return { context, tag: undefined, [Symbol.asyncDispose]: () => context.close() };
  }
  const tag = options.virtual === undefined ? firstSample() : (await loadDump(options.virtual, io)).tag;
  const context = await io.openContext({
    transport: "virtual",
    virtual: { tags: [tag], ...(trace === undefined ? undefined : { trace }) },
  });
  await untilCardsAreSeen(context);
  return { context, tag, [Symbol.asyncDispose]: () => context.close() };
}

/** True where no hardware is wanted. */
export function isVirtual(options: ReaderOptions): boolean {
  return options.virtual !== undefined || options.transport === "virtual";
}

function firstSample(): DumpTag {
  for (const { tag } of loadSamples()) return tag;
  throw new Error("there are no samples");
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

/** True for the readers that `--reader` means: the one of that name, else those whose name contains it, in any case. */
export function readerFilter(options: ReaderOptions, names: readonly string[] = []): (name: string) => boolean {
  const { reader } = options;
  if (reader === undefined) return () => true;
  if (names.includes(reader)) return (name) => name === reader;
  const wanted = reader.toLowerCase();
  return (name) => name.toLowerCase().includes(wanted);
}

/**
 * The readers that `--reader` means.
 *
 * @throws CliError when there are none, with those that there are.
 */
export async function matchingReaders(context: SmartCardContext, options: ReaderOptions): Promise<string[]> {
  const all = await context.listReaders();
  if (all.length === 0)
    throw new CliError(
      'No reader is attached: plug one in ("cardwire doctor" says why one is not seen), or use --virtual without one.',
      EXIT.reader,
    );
  const matching = all.filter(readerFilter(options, all));
  if (matching.length === 0)
    throw new CliError(
      `No reader's name contains "${options.reader ?? ""}"; there is ${all.map((name) => `"${name}"`).join(", ")}.`,
      EXIT.reader,
    );
  return matching;
}
