import { FormatError, fromHex, isFormatError, toHex } from "@cardwire/core";
import { describeCommand, describeResponse, statusWordTables } from "./describe.ts";

/** One command or response of an exchange. A trace event of the layer "apdu" is one. */
export interface ApduLogEntry {
  /** `down` for a command, `up` for a response. */
  readonly direction: "down" | "up";
  /** When it passed, in whole microseconds from whatever moment; printed in milliseconds. */
  readonly timeUs?: number;
  readonly bytes: Uint8Array;
}

const BYTES_PER_LINE = 16;

function timeText(timeUs: number | undefined): string {
  if (timeUs === undefined) return "";
  if (!Number.isSafeInteger(timeUs) || timeUs < 0)
    throw new FormatError("INVALID_VALUE", `${timeUs} is no number of microseconds`, { field: "timeUs" });
  return `${Math.floor(timeUs / 1000)}.${String(timeUs % 1000).padStart(3, "0")}`;
}

/**
 * Prints an exchange as a log: `>` for a command, `<` for a response, sixteen bytes to a line, and behind a semicolon
 * what they mean. Times, where there are any, stand before the arrow in milliseconds. {@link parseApduLog} reads it.
 *
 * @param explain what to print behind the semicolon; nothing for an empty text. When absent, the command or response in
 *   one line, with the status words that suit the command before it.
 * @throws FormatError INVALID_VALUE for a time that is no whole number of microseconds.
 */
export function formatApduLog(
  entries: readonly ApduLogEntry[],
  explain: (entry: ApduLogEntry, command: Uint8Array | undefined) => string = explainEntry,
): string {
  const times = entries.map((entry) => timeText(entry.timeUs));
  const timeWidth = Math.max(0, ...times.map((time) => time.length));
  const indent = timeWidth === 0 ? "" : " ".repeat(timeWidth + 1);
  const longest = Math.max(0, ...entries.map((entry) => entry.bytes.length));
  const hexWidth = Math.max(0, Math.min(longest, BYTES_PER_LINE) * 3 - 1);
  const lines: string[] = [];
  let command: Uint8Array | undefined;
  entries.forEach((entry, index) => {
    const { direction, bytes } = entry;
    if (direction === "down") command = bytes;
    const text = explain(entry, command).replaceAll(/\s+/g, " ").trim();
    const before = timeWidth === 0 ? "" : `${(times[index] ?? "").padStart(timeWidth)} `;
    const first = toHex(bytes.subarray(0, BYTES_PER_LINE), " ").padEnd(hexWidth);
    const line = `${before}${direction === "down" ? ">" : "<"} ${first}`;
    lines.push(text === "" ? line.trimEnd() : `${line}  ; ${text}`);
    for (let offset = BYTES_PER_LINE; offset < bytes.length; offset += BYTES_PER_LINE)
      lines.push(`${indent}  ${toHex(bytes.subarray(offset, offset + BYTES_PER_LINE), " ")}`);
  });
  return lines.join("\n");
}

function explainEntry({ direction, bytes }: ApduLogEntry, command: Uint8Array | undefined): string {
  return direction === "down"
    ? describeCommand(bytes)
    : describeResponse(bytes, ...(command === undefined ? [] : statusWordTables(command)));
}

/**
 * Reads a log as {@link formatApduLog} writes it. What is behind a semicolon is skipped, as are lines with nothing else;
 * a line with neither time nor arrow goes on with the entry before it. Blanks between bytes are free.
 *
 * @throws FormatError that names the line, counted from 1: INVALID_VALUE for what is neither a time, an arrow nor bytes,
 *   TOO_SHORT for half a byte, LEFT_OVER for bytes before the first arrow.
 */
export function parseApduLog(text: string): ApduLogEntry[] {
  const found: { direction: "down" | "up"; timeUs: number | undefined; hex: string[] }[] = [];
  text.split("\n").forEach((whole, index) => {
    const field = `line ${index + 1}`;
    const semicolon = whole.indexOf(";");
    let line = (semicolon < 0 ? whole : whole.slice(0, semicolon)).trim();
    if (line === "") return;
    let timeUs: number | undefined;
    const time = /^(\d{1,13})\.(\d{3})\s+(?=[<>])/.exec(line);
    if (time !== null) {
      timeUs = Number(time[1]) * 1000 + Number(time[2]);
      if (!Number.isSafeInteger(timeUs)) throw new FormatError("TOO_LONG", "the time has too many digits", { field });
      line = line.slice(time[0].length);
    }
    const arrow = line[0];
    if (arrow === ">" || arrow === "<") {
      found.push({ direction: arrow === ">" ? "down" : "up", timeUs, hex: [] });
      line = line.slice(1);
    }
    const entry = found.at(-1);
    if (entry === undefined) throw new FormatError("LEFT_OVER", "there is no arrow before it", { field });
    try {
      fromHex(line);
    } catch (cause) {
      if (!isFormatError(cause)) throw cause;
      throw new FormatError(cause.code, cause.message, { field, cause });
    }
    entry.hex.push(line);
  });
  return found.map(({ direction, timeUs, hex }) => ({
    direction,
    ...(timeUs !== undefined && { timeUs }),
    bytes: fromHex(hex.join(" ")),
  }));
}
