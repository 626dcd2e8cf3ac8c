import type { DumpFormat } from "@cardwire/virtual";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { DUMP_FORMATS, type DumpFormatName } from "./format-names.ts";

const FORMATS: Readonly<Record<DumpFormatName, DumpFormat>> = {
  flipper: "flipper",
  proxmark3: "proxmark3-json",
  "proxmark3-bin": "proxmark3-bin",
  json: "json",
  raw: "raw",
  eml: "eml",
};

const EXTENSIONS: Readonly<Record<string, DumpFormat>> = {
  nfc: "flipper",
  json: "json",
  bin: "raw",
  mfd: "raw",
  dump: "raw",
  eml: "eml",
};

/** The format that a user names. */
export function formatNamed(name: DumpFormatName): DumpFormat {
  return FORMATS[name];
}

/**
 * The format that a file's name stands for.
 *
 * @param canName whether the command has an option that names the format.
 * @throws CliError where the name stands for none: nobody wants to find out later that a file is of another kind.
 */
export function formatForFile(path: string, { canName = false }: { readonly canName?: boolean } = {}): DumpFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const format = EXTENSIONS[extension];
  if (format !== undefined) return format;
  const option = canName ? ` Or name the format: -f ${DUMP_FORMATS.join(", ")}.` : "";
  throw new CliError(
    `The name ${path} stands for no format: let it end in .nfc (Flipper Zero), .json (cardwire's own), .bin, .mfd or ` +
      `.dump (raw memory), or .eml.${option}`,
    EXIT.usage,
  );
}

/** Those that are text, and can be shown on a terminal. */
export function isTextFormat(format: DumpFormat): boolean {
  return format !== "raw" && format !== "proxmark3-bin";
}
