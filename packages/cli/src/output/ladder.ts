import { concatBytes, type TraceEvent } from "@cardwire/core";
import { explainTrace, type FrameWords, type LadderLine, type LadderRung } from "@cardwire/nfc-reader/recording";
import { spaced } from "./hex.ts";
import type { Style } from "./style.ts";

/** How a ladder is drawn. */
export interface LadderOptions {
  readonly style: Style;
  /** What the frames of the card's family mean. */
  readonly frames?: FrameWords | undefined;
}

const BYTES_PER_LINE = 32;
const TIME_COLUMN = 9;
const INDENT = { ioctl: "", apdu: "  ", rf: "    " } as const;
const LABEL = { ioctl: "IOCTL", apdu: "APDU ", rf: "RF   " } as const;
/** What layer and arrow say already. */
const SAID: readonly string[] = ["answer", "frame"];

/** The head of a ladder's columns. */
export function ladderHead(style: Style): string {
  return style.dim(`${"µs".padStart(TIME_COLUMN)}  → down to the card   ← back up`);
}

/**
 * Every layer's bytes of one conversation, in order: microseconds since the first step, the layer as the indent, bytes, and
 * what they mean in a word.
 */
export function ladderLines(events: readonly TraceEvent[], { style, frames }: LadderOptions): string[] {
  const startUs = events[0]?.timeUs ?? 0;
  return explainTrace(events, { frames }).flatMap((rung) => rungLines(rung, rung.timeUs - startUs, style));
}

function rungLines(rung: LadderRung, timeUs: number, style: Style): string[] {
  const { layer, direction, title, ok, lines } = rung;
  const all = concatBytes(...lines.map(({ bytes }) => bytes));
  // the name of a call stands before its bytes, what a card's bytes mean behind them
  const hasHead = layer === "ioctl" || all.length === 0;
  const headerBytes = lines.filter(isHeader).reduce((sum, { bytes }) => sum + bytes.length, 0);
  const arrow = style.layer[layer](`${direction === "down" ? "→" : "←"} ${LABEL[layer]}`);
  let line = `${style.dim(String(timeUs).padStart(TIME_COLUMN))}  ${INDENT[layer]}${arrow}`;
  if (hasHead) line += ` ${ok === undefined ? title : (ok ? style.good : style.bad)(title)}`;
  if (headerBytes > 0) line += ` ${style.dim(`${spaced(all.subarray(0, headerBytes))} ·`)}`;
  const drawn: string[] = [];
  for (let offset = headerBytes; offset < all.length; offset += BYTES_PER_LINE) {
    line += ` ${spaced(all.subarray(offset, offset + BYTES_PER_LINE))}`;
    if (offset + BYTES_PER_LINE >= all.length) break;
    drawn.push(line);
    line = " ".repeat(TIME_COLUMN + 2 + INDENT[layer].length + 7);
  }
  const words = wordsOf(rung, hasHead).join(", ");
  drawn.push(words === "" ? line : `${line}  ${(ok === false ? style.bad : style.dim)(words)}`);
  return drawn;
}

/** SCARD_IO_REQUEST before an APDU, set apart from it. */
function isHeader({ field }: LadderLine): boolean {
  return field === "dwProtocol" || field === "cbPciLength";
}

/** Each said once: what a rung is, what there is to say of it, how long it is, and what an answer without parts means. */
function wordsOf({ title, note, lines, layer, direction }: LadderRung, hasHead: boolean): string[] {
  const lengths = layer === "apdu" ? lines.filter(({ field }) => field === "Lc" || field === "Le") : [];
  const whole = direction === "up" && lines.length === 1 ? lines : [];
  const words: string[] = [];
  for (const word of [title, note, ...[...lengths, ...whole].map(({ meaning }) => meaning)]) {
    const isSaid = SAID.includes(word) || (hasHead && title.includes(word));
    if (!isSaid && !words.some((other) => other.includes(word))) words.push(word);
  }
  return words.filter((word) => word !== "");
}
