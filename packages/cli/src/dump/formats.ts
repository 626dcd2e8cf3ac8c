import type { DumpFormat } from "@cardwire/virtual";
import type { DumpFormatName } from "./format-names.ts";

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

/** The format that a file's name stands for; cardwire's own JSON where it stands for none. */
export function formatForFile(path: string): DumpFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return EXTENSIONS[extension] ?? "json";
}

/** Those that are text, and can be shown on a terminal. */
export function isTextFormat(format: DumpFormat): boolean {
  return format !== "raw" && format !== "proxmark3-bin";
}
