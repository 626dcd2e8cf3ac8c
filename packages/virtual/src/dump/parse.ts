import { copyBytes } from "@cardwire/core";
import { DumpError } from "./errors.ts";
import type { TagDump } from "./model.ts";
import { parseFlipper } from "./flipper/parse.ts";
import { isOwnJson, parseOwnJson } from "./own/parse.ts";
import { JsonFile } from "./proxmark/json-file.ts";
import { parseProxmarkJson } from "./proxmark/parse.ts";
import { parseEml } from "./raw/eml.ts";
import { parseRaw } from "./raw/parse.ts";

/** How a dump is read. */
export interface ParseDumpOptions {
  /** For messages only: what a file is, its content says. */
  readonly fileName?: string;
  /**
   * True: a dump that says itself that some of the tag was not read is taken, and says in `unread` which bytes that are.
   * False when absent: it is refused.
   */
  readonly allowPartial?: boolean;
}

/** No file of a tag is longer. Nothing larger is looked at. */
const MAX_FILE_BYTES = 1 << 20;

/**
 * Reads a dump of a tag from the bytes of a file: Flipper `.nfc` (versions 2 to 4), Proxmark3 `.json` and `.bin`, raw
 * `.bin` and `.mfd`, `.eml`, cardwire's own JSON, and files of MIFARE Classic keys. The content decides, not the name.
 *
 * @throws DumpError for a file that is unknown, damaged or partial, naming line and field.
 */
export function parseDump(source: Uint8Array, options: ParseDumpOptions = {}): TagDump {
  // what a Buffer calls a slice is a view: nobody's dump shall change with a tag that was made of it
  const bytes = copyBytes(source);
  const { fileName, allowPartial = false } = options;
  if (bytes.length === 0) throw new DumpError("UNKNOWN_FORMAT", "the file is empty", { field: fileName });
  if (bytes.length > MAX_FILE_BYTES)
    throw new DumpError("UNKNOWN_FORMAT", `${bytes.length} bytes are more than any dump has`, { field: fileName });
  const text = asText(bytes);
  if (text === undefined) return parseRaw(bytes, { fileName });
  const start = text.replace(/^\uFEFF/, "").trimStart();
  if (start.startsWith("{")) {
    const file = new JsonFile(text, { allowPartial });
    return isOwnJson(file) ? parseOwnJson(file) : parseProxmarkJson(file);
  }
  if (start.startsWith("Filetype:")) return parseFlipper(text, { allowPartial });
  if (/^(?:[#+][^\n]*\n\s*)*[0-9A-Fa-f?-]{8}/.test(start)) return parseEml(text, { fileName, allowPartial });
  throw new DumpError("UNKNOWN_FORMAT", "neither a Flipper file, nor JSON, nor lines of hexadecimal digits", {
    field: fileName,
    line: 1,
  });
}

/** The file as text, if all of it is printable. A memory of letters only would be no tag: the UID is checked elsewhere. */
function asText(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
