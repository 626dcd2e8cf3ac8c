import { toHex } from "@cardwire/core";
import { type ClassicDump, type ClassicKeysDump, parseDump } from "@cardwire/virtual";
import { trailerOfSector } from "@cardwire/mifare-classic";

/** A line of a key file that is no key, or one that came before. */
export interface KeyFileMistake {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** The keys of a file. */
export interface KeyFile {
  readonly kind: "dictionary" | "binary" | "dump";
  /** Each once, in the order of the file; 6 bytes each. */
  readonly keys: readonly Uint8Array[];
  readonly mistakes: readonly KeyFileMistake[];
}

const KEY_BYTES = 6;
const LINE = /^[0-9A-Fa-f]{12}$/;
const COMMENT = /\s*(?:#|\/\/).*$/;

/**
 * Reads keys of a MIFARE Classic: a dictionary of a key on each line with comments behind `#` (Proxmark3 and Flipper Zero),
 * Proxmark3's binary key file, or the trailers of a dump.
 *
 * @throws DumpError for a file that is none of them.
 */
export function parseKeyFile(bytes: Uint8Array): KeyFile {
  const text = textOf(bytes);
  if (text === undefined || /^\uFEFF?\s*(?:\{|Filetype:|[0-9A-Fa-f?-]{32}\s*$)/m.test(firstLines(text)))
    return keysOfDump(bytes);
  return parseDictionary(text);
}

/** Keys of several files, each once, in their order. */
export function uniqueKeys(lists: Iterable<readonly Uint8Array[]>): Uint8Array[] {
  const found = new Map<string, Uint8Array>();
  for (const list of lists) for (const key of list) if (!found.has(toHex(key))) found.set(toHex(key), key);
  return [...found.values()];
}

/** The reason of a line that cannot be used; a key that comes twice does no harm. */
export const NO_KEY = "a key has 12 hexadecimal digits";

function parseDictionary(text: string): KeyFile {
  const lines = new Map<string, number>();
  const keys: Uint8Array[] = [];
  const mistakes: KeyFileMistake[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    const digits = raw
      .replace(/^\uFEFF/, "")
      .replace(COMMENT, "")
      .trim();
    if (digits === "") continue;
    const mistake = (reason: string): void => void mistakes.push({ line, text: raw.trim().slice(0, 60), reason });
    if (!LINE.test(digits)) {
      mistake(NO_KEY);
      continue;
    }
    const before = lines.get(digits.toUpperCase());
    if (before !== undefined) {
      mistake(`stands in line ${before} already`);
      continue;
    }
    lines.set(digits.toUpperCase(), line);
    keys.push(Uint8Array.from({ length: KEY_BYTES }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16)));
  }
  return { kind: "dictionary", keys, mistakes };
}

function keysOfDump(bytes: Uint8Array): KeyFile {
  const dump = parseDump(bytes, { allowPartial: true });
  if (dump.kind === "mifare-classic-keys") return { kind: "binary", keys: keysOfKeys(dump), mistakes: [] };
  if (dump.kind === "mifare-classic") return { kind: "dump", keys: keysOfTrailers(dump), mistakes: [] };
  return {
    kind: "dump",
    keys: [],
    mistakes: [{ line: 1, text: dump.kind, reason: "no MIFARE Classic, so it has no keys" }],
  };
}

function keysOfKeys({ keysA, keysB }: ClassicKeysDump): Uint8Array[] {
  return uniqueKeys([keysA, keysB]);
}

/** Where the keys of a dump stand: of each sector, those that were read. */
export function trailerKeys(dump: ClassicDump): { readonly a?: Uint8Array; readonly b?: Uint8Array }[] {
  const sectors: { a?: Uint8Array; b?: Uint8Array }[] = [];
  const keyAt = (offset: number): Uint8Array | undefined =>
    dump.unread.some((range) => range.offset < offset + KEY_BYTES && offset < range.offset + range.length)
      ? undefined
      : dump.memory.slice(offset, offset + KEY_BYTES);
  for (let sector = 0; trailerOfSector(sector) * 16 < dump.memory.length; sector++) {
    const trailer = trailerOfSector(sector) * 16;
    const [a, b] = [keyAt(trailer), keyAt(trailer + 10)];
    sectors.push({ ...(a && { a }), ...(b && { b }) });
  }
  return sectors;
}

function keysOfTrailers(dump: ClassicDump): Uint8Array[] {
  return uniqueKeys(trailerKeys(dump).map(({ a, b }) => [...(a ? [a] : []), ...(b ? [b] : [])]));
}

function firstLines(text: string): string {
  return (
    text.split(/\r\n|\n|\r/).find(
      (line) =>
        line
          .replace(/^\uFEFF/, "")
          .replace(COMMENT, "")
          .trim() !== "" && !line.startsWith("+"),
    ) ?? ""
  );
}

/** The file as text; `undefined` for bytes that no text has. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
