import type { NdefMessage, NdefRecord } from "@cardwire/ndef";

/** A message as plain data for `toJson`: texts and addresses as such, other content as bytes. */
export function ndefJson({ records }: NdefMessage): { readonly records: readonly unknown[] } {
  return { records: records.map(recordJson) };
}

function recordJson({ recordType, mediaType, id, lang, encoding, data, error }: NdefRecord): unknown {
  const isText = recordType === "text" || recordType === "url" || recordType === "absolute-url";
  return {
    recordType,
    ...(mediaType === null ? undefined : { mediaType }),
    ...(id === null ? undefined : { id }),
    ...(lang === null ? undefined : { lang }),
    ...(encoding === null || encoding === "utf-8" ? undefined : { encoding }),
    ...(data === null ? undefined : isText ? { text: new TextDecoder(encoding ?? "utf-8").decode(data) } : { data }),
    ...(error === undefined ? undefined : { error: error.message }),
  };
}
