import { FormatError } from "@cardwire/core";
import { ISO_STATUS_WORDS, type IsoStatusWordName } from "./iso-status-words.ts";

/** ISO/IEC 7816-4 table 5: which way a command was or was not processed; `unknown` where the standard says nothing. */
export type StatusWordClass = "normal" | "warning" | "execution-error" | "checking-error" | "unknown";

/**
 * Status words as data: pattern → name, meaning and, where SW1 does not tell it, class.
 *
 * A pattern is four upper-case hexadecimal digits; its last one (`63CX`) or two (`61XX`) may be X, and a range
 * (`6202-6280`) is two patterns without X. Written `as const`, a table is also the type of its names.
 */
export type StatusWordTable = Readonly<
  Record<string, readonly [name: string, meaning: string, statusClass?: StatusWordClass]>
>;

/** The names in a table. */
export type StatusWordName<Table extends StatusWordTable> = Table[keyof Table][0];

/** What a status word says. */
export interface StatusWordInfo<Name extends string = string> {
  readonly sw: number;
  /** Undefined when no table knows the status word. */
  readonly name: Name | undefined;
  readonly meaning: string;
  readonly class: StatusWordClass;
  /** What stands in place of the X digits, or the low byte in a range: the bytes available, the tries left. */
  readonly value: number | undefined;
}

const CLASSES: readonly StatusWordClass[] = [
  "unknown", // 60
  "normal", // 61
  "warning",
  "warning",
  "execution-error", // 64
  "execution-error",
  "execution-error",
  "checking-error", // 67
  "checking-error",
  "checking-error",
  "checking-error",
  "checking-error",
  "checking-error",
  "checking-error",
  "checking-error",
  "checking-error", // 6F
];

/** The class of a status word by SW1 alone (ISO/IEC 7816-4 section 5.6). Of 9XXX, only 9000 is in the standard. */
export function statusWordClass(sw: number): StatusWordClass {
  if (sw === 0x9000) return "normal";
  return (sw >>> 12 === 6 ? CLASSES[(sw >>> 8) & 0x0f] : undefined) ?? "unknown";
}

function hex4(sw: number): string {
  return sw.toString(16).toUpperCase().padStart(4, "0");
}

/**
 * Finds what a status word means: in the given tables in their order, then in ISO/IEC 7816-4's. In each table an exact
 * pattern counts before one with one X, that before two X, and ranges come last.
 *
 * @throws FormatError INVALID_VALUE for a number outside 0…FFFF.
 */
export function describeStatusWord<Tables extends readonly StatusWordTable[]>(
  sw: number,
  ...tables: Tables
): StatusWordInfo<StatusWordName<Tables[number]> | IsoStatusWordName> {
  if ((sw & 0xffff) !== sw) throw new FormatError("INVALID_VALUE", `${sw} is no status word`, { field: "SW" });
  const digits = hex4(sw);
  const all: readonly StatusWordTable[] = [...tables, ISO_STATUS_WORDS];
  for (const table of all) {
    let value: number | undefined;
    let entry = table[digits];
    if (entry === undefined && (entry = table[`${digits.slice(0, 3)}X`])) value = sw & 0x0f;
    if (entry === undefined && (entry = table[`${digits.slice(0, 2)}XX`])) value = sw & 0xff;
    if (entry === undefined)
      for (const pattern in table)
        // digits of one length compare as numbers do
        if (pattern.length === 9 && digits >= pattern.slice(0, 4) && digits <= pattern.slice(5)) {
          entry = table[pattern];
          value = sw & 0xff;
        }
    if (entry !== undefined)
      // the entry comes from one of these tables, so its name is one of theirs
      return { sw, name: entry[0], meaning: entry[1], class: entry[2] ?? statusWordClass(sw), value };
  }
  return { sw, name: undefined, meaning: "not in the tables", class: statusWordClass(sw), value: undefined };
}

/**
 * The status word of a name: `statusWord(ISO_STATUS_WORDS, "OK")` is 0x9000, `statusWord(ISO_STATUS_WORDS, "COUNTER", 3)`
 * 0x63C3.
 *
 * @param value what the X digits, or the low byte of a range, shall be. Needed for those patterns, refused for others.
 * @throws FormatError INVALID_VALUE for a name that is not in the table, or a value that the pattern has no room for.
 */
export function statusWord<Table extends StatusWordTable>(
  table: Table,
  name: StatusWordName<Table>,
  value?: number,
): number {
  for (const pattern in table) {
    if (table[pattern]?.[0] !== name) continue;
    const first = parseInt(pattern.slice(0, 4).replaceAll("X", "0"), 16);
    const last = parseInt(pattern.slice(-4).replaceAll("X", "F"), 16);
    const sw = (pattern.length === 9 ? first & 0xff00 : first) + (value ?? 0);
    if ((value === undefined) !== (first === last) || !(sw >= first && sw <= last) || sw % 1 !== 0)
      throw new FormatError("INVALID_VALUE", `${pattern} has no place for ${String(value)}`, { field: "SW" });
    return sw;
  }
  throw new FormatError("INVALID_VALUE", `no status word is named ${name}`, { field: "SW" });
}
