/** What `--format` takes. */
export const DUMP_FORMATS = ["flipper", "proxmark3", "proxmark3-bin", "json", "raw", "eml"] as const;

/** One of {@link DUMP_FORMATS}. */
export type DumpFormatName = (typeof DUMP_FORMATS)[number];
