import { type Clock, isCardwireError, type SmartCardContext } from "@cardwire/core";
import type { DumpFormat } from "@cardwire/virtual";
import { type Tap, taps } from "cardwire";
import { CliError } from "./cli-error.ts";
import { formatForFile } from "./dump/formats.ts";
import { EXIT } from "./exit-codes.ts";
import { writeOutput } from "./files.ts";
import type { CliIo } from "./io.ts";
import type { CardOptions } from "./options.ts";
import { WriteStopped } from "./restore/write-stopped.ts";
import { isVirtual, matchingReaders, openSession, readerFilter, type Session } from "./session.ts";

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
  const saveFormat = options.save === undefined ? undefined : formatForFile(options.save);
  if (saveFormat !== undefined && !isVirtual(options))
    throw new CliError("--save keeps what --virtual has on its reader: add --virtual FILE.", EXIT.usage);
  await using session = await openSession(options, io);
  try {
    return await withFirstCardOf(session, options, io, use);
  } finally {
    // a tag that was torn away halfway is saved as it is then
    if (options.save !== undefined && saveFormat !== undefined && session.tag !== undefined)
      await saveTag(session.tag, options.save, saveFormat, io);
  }
}

/** The same, with readers that are open already. */
export async function withFirstCardOf<Result>(
  { context }: Pick<Session, "context">,
  options: CardOptions,
  io: CliIo,
  use: (tap: Tap) => Promise<Result>,
): Promise<Result> {
  const readers = await matchingReaders(context, options);
  const giveUp = new AbortController();
  const stopTimer = io.clock.schedule(options.timeout * 1000, () => giveUp.abort());
  const stopHint = io.clock.schedule(300, () => {
    const where = readers.length === 1 ? `"${readers[0] ?? ""}"` : "a reader";
    if (io.interactive) io.writeError(`Lay a card on ${where} …\n`);
  });
  try {
    const signal = AbortSignal.any([giveUp.signal, io.signal]);
    for await (const tap of taps({ context, reader: readerFilter(options, readers), signal })) {
      stopTimer();
      stopHint();
      const unreachable = tap.problems.find(({ step }) => step === "connect");
      if (unreachable !== undefined) throw unreachable.error;
      return await useUntilGone(tap, use, io.clock);
    }
  } finally {
    stopTimer();
    stopHint();
  }
  io.signal.throwIfAborted();
  const waitedFor = await readerWithCard(context, readers);
  if (waitedFor !== undefined)
    throw new CliError(
      `There is a card in reader "${waitedFor}", and another program is in the middle of something with it that has not ` +
        `ended within ${options.timeout} s: end that program, or give it more time with --timeout.`,
      EXIT.reader,
    );
  throw new CliError(`No card came within ${options.timeout} s (--timeout gives more time).`, EXIT.noCard);
}

/** A card that came and could not be spoken to in time: somebody else's transaction keeps everybody waiting. */
async function readerWithCard(context: SmartCardContext, readers: readonly string[]): Promise<string | undefined> {
  const currentState = { unaware: true };
  const states = await context.getStatusChange(
    readers.map((readerName) => ({ readerName, currentState })),
    { timeout: 0 },
  );
  return states.find(({ eventState }) => eventState.present)?.readerName;
}

/** Longer than readers take to see that a card is gone. */
const SEEN_WITHIN_MS = 1000;
/** By these codes a card is told to have refused something, and one that was pulled looks the same. */
const LOOKS_PULLED: readonly string[] = [
  "STATUS_WORD",
  "NO_ANSWER",
  "NAK",
  "KEY_REFUSED",
  "BLOCK_REFUSED",
  "UNEXPECTED_ANSWER",
  "WRITE_INTERRUPTED",
];

/** A card that was pulled is first a command that failed: whether it is still there is known a moment later. */
async function useUntilGone<Result>(tap: Tap, use: (tap: Tap) => Promise<Result>, clock: Clock): Promise<Result> {
  try {
    return await use(tap);
  } catch (error) {
    const reason = error instanceof WriteStopped ? error.cause : error;
    if (!isCardwireError(reason) || !LOOKS_PULLED.includes(reason.code) || !(await isGoneSoon(tap, clock))) throw error;
    const removed = await tap.connection.status().then(
      () => reason,
      (cause: unknown) => cause,
    );
    throw error instanceof WriteStopped ? new WriteStopped(error.written, error.notWritten, removed) : removed;
  }
}

function isGoneSoon({ gone }: Tap, clock: Clock): Promise<boolean> {
  if (gone.aborted) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (result: boolean): void => {
      stopTimer();
      gone.removeEventListener("abort", onGone);
      resolve(result);
    };
    const onGone = (): void => {
      end(true);
    };
    const stopTimer = clock.schedule(SEEN_WITHIN_MS, () => {
      end(false);
    });
    gone.addEventListener("abort", onGone);
  });
}

async function saveTag(tag: NonNullable<Session["tag"]>, path: string, format: DumpFormat, io: CliIo): Promise<void> {
  const { formatDump } = await import("@cardwire/virtual");
  await writeOutput(path, formatDump(tag.toDump(), format), io, { force: true });
}
