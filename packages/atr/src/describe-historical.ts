import { toHex } from "@cardwire/core";
import { decodeCardCapabilities, decodeCardServiceData, decodeLifeCycle } from "./card-data.ts";
import { type CompactTlv, type HistoricalBytes, parseHistoricalBytes } from "./historical-bytes.ts";

/** One piece of an answer to reset in words. */
export interface AtrLine {
  /** Offset of the bytes in the answer to reset. */
  readonly offset: number;
  /** The bytes; none for something that is missing. */
  readonly bytes: Uint8Array;
  /** The field's name, such as "TA1" or "historical bytes". */
  readonly field: string;
  /** What the bytes mean, in English. */
  readonly meaning: string;
}

/** Interindustry data objects by the second digit of their tag (ISO/IEC 7816-4:2005 section 8.1.1). */
const OBJECTS: Readonly<Record<number, string>> = {
  1: "country code",
  2: "issuer identification number",
  3: "card service data",
  4: "initial access data",
  5: "card issuer's data",
  6: "pre-issuing data",
  7: "card capabilities",
  8: "status",
  15: "application identifier",
};

/** The names of those members that are true, in words. */
function words(flags: object): string {
  const names = Object.entries(flags)
    .filter(([, value]) => value === true)
    .map(([name]) =>
      name
        .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
        .replace(/\b[de]f\b/g, (part) => part.toUpperCase()),
    );
  return names.join(", ");
}

function serviceText(byte: number): string {
  const { accessService, hasMasterFile, ...flags } = decodeCardServiceData(byte);
  const parts = [
    words(flags),
    `EF.DIR and EF.ATR/INFO by ${accessService}`,
    `${hasMasterFile ? "with" : "without"} MF`,
  ];
  return parts.filter((part) => part !== "").join("; ");
}

function capabilitiesText(value: Uint8Array): string {
  const { selection, dataCoding, commands } = decodeCardCapabilities(value);
  const parts = [`selection by ${words(selection) || "no method"}`];
  if (dataCoding !== undefined)
    parts.push(`${dataCoding.writeFunctions} write, data unit of ${dataCoding.dataUnitQuartets * 4} bits`);
  if (commands !== undefined) parts.push(words(commands), `logical channels: ${commands.maxLogicalChannels}`);
  return parts.filter((part) => part !== "").join("; ");
}

function statusText({ lifeCycle, sw }: Pick<HistoricalBytes, "lifeCycle" | "sw">): string {
  const parts: string[] = [];
  if (lifeCycle !== undefined) parts.push(`life cycle: ${decodeLifeCycle(lifeCycle)}`);
  if (sw !== undefined) parts.push(`SW ${toHex(Uint8Array.of(sw >> 8, sw & 0xff))}`);
  return parts.join(", ");
}

function objectText({ tag, value }: CompactTlv, history: HistoricalBytes): string {
  const [first] = value;
  if (tag === 3 && first !== undefined && value.length === 1) return serviceText(first);
  if (tag === 7 && first !== undefined && value.length <= 3) return capabilitiesText(value);
  if (tag === 8) return statusText(history);
  return toHex(value, " ");
}

/** Printable ASCII in quotes, or nothing. */
function quoted(bytes: Uint8Array): string {
  return bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? ` "${String.fromCharCode(...bytes)}"`
    : "";
}

/** Historical bytes line by line. */
export function describeHistorical(bytes: Uint8Array, start: number): AtrLine[] {
  const field = "historical bytes";
  const history = parseHistoricalBytes(bytes);
  const lines: AtrLine[] = [];
  let used = 0;
  const add = (length: number, meaning: string): void => {
    lines.push({ offset: start + used, bytes: bytes.slice(used, used + length), field, meaning });
    used += length;
  };
  const { category, leftOver, dirDataReference } = history;
  if (category === "none") return lines;
  if (category === "proprietary") {
    add(bytes.length, `proprietary${quoted(bytes)}`);
    return lines;
  }
  add(1, `category: ${category}`);
  if (dirDataReference !== undefined) add(1, "DIR data reference");
  for (const object of history.objects)
    add(1 + object.value.length, `${OBJECTS[object.tag] ?? `object ${object.tag}`}: ${objectText(object, history)}`);
  if (leftOver.length > 0) add(leftOver.length, `not well formed${quoted(leftOver)}`);
  if (used < bytes.length) add(bytes.length - used, statusText(history));
  return lines;
}
