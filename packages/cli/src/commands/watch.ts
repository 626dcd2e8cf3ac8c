import { type TapEvent, tapEvents } from "cardwire";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { CliIo } from "../io.ts";
import type { ReaderOptions } from "../options.ts";
import { spaced } from "../output/hex.ts";
import { toJsonLine } from "../output/json.ts";
import { createStyle, type Style } from "../output/style.ts";
import { openSession, readerFilter } from "../session.ts";

/** `cardwire watch`: what comes and goes, until it is interrupted. */
export async function watchCommand(options: ReaderOptions, io: CliIo): Promise<ExitCode> {
  await using session = await openSession(options, io);
  const { context } = session;
  const style = createStyle(io.colours);
  if (io.interactive && options.json !== true) io.writeError("Watching; Ctrl-C ends it.\n");
  for await (const event of tapEvents({ context, reader: readerFilter(options), signal: io.signal }))
    io.write(`${options.json === true ? toJsonLine(eventJson(event)) : eventText(event, style)}\n`);
  return EXIT.ok;
}

function eventJson(event: TapEvent): unknown {
  if (!("reader" in event)) return { event: event.type };
  const { type, reader } = event;
  if (type !== "tap") return { event: type, reader };
  const { card, uid, atr, problems } = event.tap;
  return {
    event: type,
    reader,
    card,
    uid,
    atr,
    problems: problems.map(({ step, error }) => ({ step, message: error.message })),
  };
}

function eventText(event: TapEvent, style: Style): string {
  switch (event.type) {
    case "service-lost":
      return style.bad("! smart-card service lost; waiting for it");
    case "service-restored":
      return style.good("! smart-card service is back");
    case "reader-attached":
      return `+ ${event.reader}`;
    case "reader-detached":
      return `- ${event.reader}`;
    case "card-removed":
      return `← ${event.reader}  ${style.dim(event.tap.card.name)}`;
    case "tap": {
      const { card, uid, problems } = event.tap;
      const name = `${style.good("→")} ${event.reader}  ${style.title(card.name)}`;
      const trouble = problems.map(({ error }) => `\n    ${style.bad(error.message)}`).join("");
      return `${name}${uid === undefined ? "" : `  ${spaced(uid)}`}${trouble}`;
    }
  }
}
