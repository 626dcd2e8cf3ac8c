import type { TapReport } from "../tap-report.ts";
import { ndefJson } from "./ndef-json.ts";

/** A report as plain data for `toJson`: NDEF records with their texts and URLs as such. */
export function reportJson({ ndef, ...report }: TapReport): object {
  if (ndef === undefined || ndef === "none") return { ...report, ndef };
  return { ...report, ndef: ndefJson(ndef) };
}
