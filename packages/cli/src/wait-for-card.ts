import { type Tap, taps } from "cardwire";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import type { CliIo } from "./io.ts";
import type { CardOptions } from "./options.ts";
import { matchingReaders, openReaders, readerFilter } from "./readers-of.ts";

/**
 * Waits for the first card and does something with it. The card is let go of afterwards, and stays powered.
 *
 * @throws CliError when no card comes in time; what kept the card from being reached.
 */
export async function withFirstCard<Result>(
  options: CardOptions,
  io: CliIo,
  use: (tap: Tap) => Promise<Result>,
): Promise<Result> {
  await using context = await openReaders(options, io);
  const readers = await matchingReaders(context, options);
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), options.timeout * 1000);
  const hint = setTimeout(() => {
    const where = readers.length === 1 ? `"${readers[0] ?? ""}"` : "a reader";
    if (io.interactive) io.writeError(`Lay a card on ${where} …\n`);
  }, 300);
  try {
    const signal = AbortSignal.any([giveUp.signal, io.signal]);
    for await (const tap of taps({ context, reader: readerFilter(options), signal })) {
      clearTimeout(timer);
      clearTimeout(hint);
      const unreachable = tap.problems.find(({ step }) => step === "connect");
      if (unreachable !== undefined) throw unreachable.error;
      return await use(tap);
    }
  } finally {
    clearTimeout(timer);
    clearTimeout(hint);
  }
  io.signal.throwIfAborted();
  throw new CliError(`No card came within ${options.timeout} s (--timeout gives more time).`, EXIT.noCard);
}
