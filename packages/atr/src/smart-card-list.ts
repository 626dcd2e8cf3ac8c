import { toHex } from "@cardwire/core";

/** One entry of a list of known cards. */
export interface SmartCardListEntry {
  /** Hexadecimal digits in upper case without blanks; `.` for any digit, `[…]` for one of several, `*` as in a pattern. */
  readonly pattern: string;
  /** What the list says of the card, line by line. */
  readonly descriptions: readonly string[];
  /** The line of the pattern in the list, from 1 on. */
  readonly line: number;
}

/** A list of known cards, read once and used often. */
export interface SmartCardList {
  readonly entries: readonly SmartCardListEntry[];
  /** The lines that could not be made sense of. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

/** What a pattern may consist of; more would be a regular expression, which a list must not be able to smuggle in. */
const PATTERN = /^(?:(?:[0-9A-F.]|\[(?:[0-9A-F,]|[0-9A-F]-[0-9A-F])+\])[*+?]?)+$/;
const LITERAL = /^[0-9A-F]+$/;
/** Each repetition multiplies the work of a match by the length of an answer to reset. */
const MAX_REPETITIONS = 2;

function isPattern(pattern: string): boolean {
  if (LITERAL.test(pattern)) return true;
  if (!PATTERN.test(pattern) || pattern.replace(/[^*+?]/g, "").length > MAX_REPETITIONS) return false;
  // a range from high to low is no pattern
  return [...pattern.matchAll(/(.)-(.)/g)].every(([, low = "", high = ""]) => low <= high);
}

/**
 * Reads a list of known cards in the form of `smartcard_list.txt` of pcsc-tools: a pattern at the start of a line, its
 * descriptions indented below it, `#` for comments, blank lines wherever one likes. No such list is part of this package.
 */
export function parseSmartCardList(text: string): SmartCardList {
  const entries: SmartCardListEntry[] = [];
  const problems: { line: number; text: string }[] = [];
  let descriptions: string[] | undefined;
  // a byte order mark would count as a blank, and the first pattern as a description
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .forEach((source, index) => {
      const trimmed = source.trim();
      if (trimmed === "" || trimmed.startsWith("#")) return;
      const line = index + 1;
      if (/^\s/.test(source)) {
        if (descriptions === undefined) problems.push({ line, text: trimmed });
        else descriptions.push(trimmed);
        return;
      }
      const pattern = trimmed.replace(/\s+/g, "").toUpperCase();
      if (isPattern(pattern)) {
        descriptions = [];
        entries.push({ pattern, descriptions, line });
      } else {
        // its descriptions would else fall to the card above
        descriptions = undefined;
        problems.push({ line, text: trimmed });
      }
    });
  return { entries, problems };
}

/** A list made ready for searching: thousands of exact entries by their digits, and some hundred patterns. */
interface ListIndex {
  readonly exact: ReadonlyMap<string, readonly SmartCardListEntry[]>;
  readonly patterns: readonly { readonly entry: SmartCardListEntry; readonly expression: RegExp }[];
}

// made on the first search in a list, and forgotten with it
const indexes = new WeakMap<SmartCardList, ListIndex>();

function indexList(list: SmartCardList): ListIndex {
  const exact = new Map<string, SmartCardListEntry[]>();
  const patterns: { entry: SmartCardListEntry; expression: RegExp }[] = [];
  for (const entry of list.entries) {
    const { pattern } = entry;
    const same = exact.get(pattern);
    if (same !== undefined) same.push(entry);
    else if (LITERAL.test(pattern)) exact.set(pattern, [entry]);
    // whoever makes a list by hand must not get more past us than whoever writes one
    else if (isPattern(pattern)) patterns.push({ entry, expression: new RegExp(`^${pattern}$`) });
  }
  const index = { exact, patterns };
  indexes.set(list, index);
  return index;
}

/**
 * Finds the cards of a list whose pattern an answer to reset has. Exact entries come first, then those with
 * placeholders, each in the order of the list.
 */
export function identifyAtr(atr: Uint8Array, list: SmartCardList): SmartCardListEntry[] {
  const { exact, patterns } = indexes.get(list) ?? indexList(list);
  const hex = toHex(atr);
  const found = [...(exact.get(hex) ?? [])];
  for (const { entry, expression } of patterns) if (expression.test(hex)) found.push(entry);
  return found;
}
