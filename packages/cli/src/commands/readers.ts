import type { SmartCardReaderStateOut } from "@cardwire/core";
import { identifyAtr } from "cardwire";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { ReaderOptions } from "../options.ts";
import { spaced } from "../output/hex.ts";
import { toJson } from "../output/json.ts";
import { createStyle } from "../output/style.ts";
import { matchingReaders, openSession } from "../session.ts";

/** `cardwire readers`: which readers there are, and what lies on them. */
export async function readersCommand(options: ReaderOptions, io: CliIo): Promise<ExitCode> {
  await using session = await openSession(options, io);
  const { context } = session;
  const names = await matchingReaders(context, options);
  const states = await context.getStatusChange(
    names.map((readerName) => ({ readerName, currentState: { unaware: true } })),
    { timeout: 0, signal: io.signal },
  );
  if (options.json === true) io.write(`${toJson(states.map(readerJson))}\n`);
  else io.write(states.map((state) => `${readerText(state, io)}\n`).join(""));
  return EXIT.ok;
}

function readerJson({ readerName, eventState, eventCount, answerToReset }: SmartCardReaderStateOut): unknown {
  return {
    reader: readerName,
    cardPresent: eventState.present,
    exclusive: eventState.exclusive,
    inUse: eventState.inuse,
    mute: eventState.mute,
    eventCount,
    ...(answerToReset === undefined ? undefined : { atr: answerToReset, card: identifyAtr(answerToReset).name }),
  };
}

function readerText({ readerName, eventState, answerToReset }: SmartCardReaderStateOut, io: CliIo): string {
  const style = createStyle(io.colours);
  const title = style.title(readerName);
  if (eventState.unavailable || eventState.unknown) return `${title}\n  ${style.bad("not available")}`;
  if (!eventState.present) return `${title}\n  no card`;
  const atr = answerToReset ?? new Uint8Array(0);
  if (eventState.mute || atr.length === 0) return `${title}\n  ${style.bad("a card that does not answer")}`;
  const use = eventState.exclusive ? ", held by another program" : "";
  return `${title}\n  ${identifyAtr(atr).name}${use}\n  ${style.dim("ATR")} ${spaced(atr)}`;
}
