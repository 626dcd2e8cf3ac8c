import { type TraceLine } from "./scenarios.ts";

/** Where in a message's digits its bSeq stands, the direction sign counted. */
const SEQUENCE = { start: 13, end: 15 };
const GET_SLOT_STATUS = ">65";
const POWER_OFF = ">63";

/**
 * What host and reader have to say to each other, as two hosts can be compared: without bSeq, without the questions
 * whether there is a card and the power-offs, which each host sends in its own time, and without time extensions, which
 * the reader sends in its own.
 */
export function conversation(trace: readonly TraceLine[]): string[] {
  const kept: string[] = [];
  let dropping = false;
  for (const line of trace) {
    if (line.startsWith(">")) dropping = line.startsWith(GET_SLOT_STATUS) || line.startsWith(POWER_OFF);
    const extension = line.startsWith("<") && line.slice(15, 17) === "80";
    if (!dropping && !extension) kept.push(`${line.slice(0, SEQUENCE.start)}..${line.slice(SEQUENCE.end)}`);
  }
  return kept;
}

/** Index of the first message that is not the same. */
export function firstDifference(a: readonly string[], b: readonly string[]): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return index;
  return undefined;
}

/**
 * What is wrong with a trace by itself: a dwLength that does not fit, a bSeq that does not follow, a command while
 * another one is under way, an answer that nobody asked for.
 */
export function invalidMessage(trace: readonly TraceLine[]): string | undefined {
  let open: string | undefined;
  let last: number | undefined;
  for (const line of trace) {
    const bytes = Buffer.from(line.slice(1), "hex");
    const short = line.slice(0, 41);
    if (bytes.length < 10 || bytes.readUInt32LE(1) !== bytes.length - 10) return `dwLength does not fit: ${short}`;
    const identity = `slot ${bytes.readUInt8(5)}, bSeq ${bytes.readUInt8(6)}`;
    if (line.startsWith(">")) {
      if (open !== undefined) return `${short} while ${open} is under way`;
      // a host may begin with any: an answer to a session before it is told by that
      if (last !== undefined && bytes.readUInt8(6) !== ((last + 1) & 0xff))
        return `bSeq ${bytes.readUInt8(6)} follows ${last}`;
      last = bytes.readUInt8(6);
      open = identity;
    } else {
      if (identity !== open) return `an answer to ${identity} while ${open ?? "nothing"} is under way`;
      // a time extension is no answer yet
      if ((bytes.readUInt8(7) & 0xc0) !== 0x80) open = undefined;
    }
  }
  return trace.length === 0 ? "there are no messages" : undefined;
}
