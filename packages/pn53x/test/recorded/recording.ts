import { fromHex, toHex, type VirtualTag } from "@cardwire/core";

/** How the chip's side of a line is to be compared when the host's side is played to a virtual chip. */
export type Likeness =
  /** The bytes do not depend on card or firmware. */
  | "same"
  /** The log had another card, or another firmware: as long, and with the same code and status. */
  | "alike"
  /** The log does not show what the chip said, which has to be an answer to the command. */
  | "answered"
  /** A chip in another state: not played. */
  | "unplayed";

/** What a host wrote, and what it read before it wrote again. */
export interface RecordedExchange {
  readonly host: Uint8Array;
  readonly chip: Uint8Array;
  readonly likeness: Likeness;
}

/** A part of another program's log. */
export interface Recording {
  /** The program, and where its log is. */
  readonly source: string;
  readonly chip: "PN532" | "PN533" | "ACR122U" | "Port-100";
  /** Commands (from D4 on) that the log has before this part, or that the program is known to begin with. */
  readonly before?: readonly string[];
  /** The kind of card that was there. */
  readonly card?: () => VirtualTag;
  /**
   * Lines: `>` what the host wrote, and what it read: `<` to be had from a virtual chip too, `~` from one alike, `?`
   * not shown, `-` from a chip in another state.
   */
  readonly log: string;
}

const LIKENESS: Readonly<Record<string, Likeness>> = { "<": "same", "~": "alike", "?": "answered", "-": "unplayed" };

/** The lines of a log. */
export function exchangesOf({ log }: Recording): readonly RecordedExchange[] {
  const exchanges: RecordedExchange[] = [];
  let host: Uint8Array | undefined;
  const add = (chip: Uint8Array, likeness: Likeness): void => {
    if (host !== undefined) exchanges.push({ host, chip, likeness });
    host = undefined;
  };
  for (const line of log.trim().split("\n")) {
    const [mark = "", ...hex] = line.trim().split(/\s+/);
    const bytes = fromHex(hex.join(""));
    const likeness = LIKENESS[mark];
    if (mark === ">") {
      add(new Uint8Array(0), "same");
      host = bytes;
    } else if (likeness !== undefined && host !== undefined) add(bytes, likeness);
    else throw new Error(`no line of a log: ${line}`);
  }
  add(new Uint8Array(0), "same");
  return exchanges;
}

/** For titles. */
export function titleOf({ source, log }: Recording): string {
  return `${source} (${toHex(exchangesOf({ source, log, chip: "PN532" })[0]?.host ?? new Uint8Array(0)).slice(0, 24)}…)`;
}
