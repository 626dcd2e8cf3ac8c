import { FormatError, fromHex, toHex } from "@cardwire/core";
import { ioctlName, ntStatusName } from "@cardwire/ioctl";

/** One line of a device's log. `id` ties a result, and the cancellation before it, to its request. */
export type IoctlLogEntry =
  | {
      readonly event: "request";
      readonly timeUs: number;
      readonly id: number;
      readonly code: number;
      readonly input: Uint8Array;
      readonly outputLength: number;
    }
  | {
      readonly event: "result";
      readonly timeUs: number;
      readonly id: number;
      readonly status: number;
      readonly output: Uint8Array;
    }
  /** The caller aborted the request's signal. */
  | { readonly event: "cancel"; readonly timeUs: number; readonly id: number }
  | { readonly event: "close"; readonly timeUs: number };

/**
 * A line of JSON, without its line end: numbers as they are, bytes as hexadecimal digits, and names beside the numbers for
 * people to read.
 */
export function formatIoctlLogEntry(entry: IoctlLogEntry): string {
  switch (entry.event) {
    case "request": {
      const { event, timeUs, id, code, input, outputLength } = entry;
      return JSON.stringify({ event, timeUs, id, name: ioctlName(code), code, input: toHex(input), outputLength });
    }
    case "result": {
      const { event, timeUs, id, status, output } = entry;
      return JSON.stringify({ event, timeUs, id, name: ntStatusName(status), status, output: toHex(output) });
    }
    case "cancel":
    case "close":
      return JSON.stringify(entry);
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new FormatError("INVALID_VALUE", "not a line of JSON", { field: "line", cause });
  }
  if (typeof value !== "object" || value === null)
    throw new FormatError("INVALID_VALUE", "no object", { field: "line" });
  return value as Fields;
}

function unsigned(fields: Fields, field: string, largest: number): number {
  const value = fields[field];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > largest)
    throw new FormatError("INVALID_VALUE", `${String(value)} is no number of it`, { field });
  return value;
}

function bytes(fields: Fields, field: string): Uint8Array {
  const value = fields[field];
  if (typeof value !== "string") throw new FormatError("INVALID_VALUE", "no hexadecimal digits", { field });
  return fromHex(value);
}

const DWORD = 0xffff_ffff;

/** @throws FormatError naming the field for a line that is none of a log. */
export function parseIoctlLogEntry(line: string): IoctlLogEntry {
  const fields = fieldsOf(line);
  const timeUs = unsigned(fields, "timeUs", Number.MAX_SAFE_INTEGER);
  const { event } = fields;
  if (event === "close") return { event, timeUs };
  const id = unsigned(fields, "id", Number.MAX_SAFE_INTEGER);
  switch (event) {
    case "request": {
      const outputLength = unsigned(fields, "outputLength", DWORD);
      return { event, timeUs, id, code: unsigned(fields, "code", DWORD), input: bytes(fields, "input"), outputLength };
    }
    case "result":
      return { event, timeUs, id, status: unsigned(fields, "status", DWORD), output: bytes(fields, "output") };
    case "cancel":
      return { event, timeUs, id };
    default:
      throw new FormatError("INVALID_VALUE", "none that a log has", { field: "event" });
  }
}

/** Every line of a log; empty lines between them are nothing. @throws FormatError as {@link parseIoctlLogEntry}. */
export function parseIoctlLog(text: string): IoctlLogEntry[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map(parseIoctlLogEntry);
}
