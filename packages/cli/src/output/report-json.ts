import type { NdefRecord } from "@cardwire/ndef";
import type { TapReport } from "../tap-report.ts";

/** A report as plain data for {@link toJson}: NDEF records with their texts and URLs as such. */
export function reportJson({ ndef, ...report }: TapReport): object {
  if (ndef === undefined || ndef === "none") return { ...report, ndef };
  return { ...report, ndef: { records: ndef.records.map(recordJson) } };
}

function recordJson({ recordType, mediaType, id, lang, encoding, data, error }: NdefRecord): unknown {
  const isText = recordType === "text" || recordType === "url" || recordType === "absolute-url";
  return {
    recordType,
    ...(mediaType === null ? undefined : { mediaType }),
    ...(id === null ? undefined : { id }),
    ...(lang === null ? undefined : { lang }),
    ...(data === null ? undefined : isText ? { text: new TextDecoder(encoding ?? "utf-8").decode(data) } : { data }),
    ...(error === undefined ? undefined : { error: error.message }),
  };
}
