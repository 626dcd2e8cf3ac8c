import { toHex } from "@cardwire/core";
import { type Atr, type AtrDefectCode, type AtrInterfaceBytes } from "./atr.ts";
import { parseContactlessAtr } from "./contactless-atr.ts";
import { type AtrLine, describeHistorical } from "./describe-historical.ts";
import { globalParameters, t0Parameters, t1Parameters } from "./parameters.ts";
import { parseAtr } from "./parse-atr.ts";
import { storageCardText } from "./storage-card-text.ts";
import { readSynchronousAtr } from "./synchronous-atr.ts";

const LETTERS = ["TA", "TB", "TC", "TD"] as const;

/** Defects in words. */
const DEFECTS: Record<AtrDefectCode, string> = {
  UNKNOWN_TS: "unknown TS",
  TRUNCATED: "missing: the bytes end here",
  TOO_LONG: "beyond 32 characters",
  TCK_MISSING: "missing",
  // said with the value that it should have
  TCK_WRONG: "",
  SURPLUS_BYTES: "behind the end",
  RFU_VALUE: "reserved value",
  PROTOCOL_ORDER: "protocols out of order",
};

/** What Y of T0 or of a TD announces. */
function follows(y: number, number: number): string {
  const names = LETTERS.filter((_, bit) => ((y >> bit) & 1) === 1).map((letter) => `${letter}${number}`);
  if (names.length === 0) return "no interface bytes follow";
  return `${names.join(", ")} ${names.length === 1 ? "follows" : "follow"}`;
}

function ta1Text(atr: Atr): string {
  const { fi, di, maxClockHz } = globalParameters(atr);
  if (fi === undefined || di === undefined || maxClockHz === undefined) return "F or D reserved";
  const rate = Math.floor((maxClockHz * di) / fi);
  return `F ${fi}, D ${di}: ${Number((fi / di).toFixed(2))} clock cycles per etu; up to ${maxClockHz / 1e6} MHz, ${rate} bit/s`;
}

function tb1Text(atr: Atr): string {
  const { programming } = globalParameters(atr);
  if (programming?.volts === 0) return "VPP not connected (deprecated)";
  return `programming voltage ${programming?.volts ?? "?"} V, ${programming?.milliamperes ?? "?"} mA (deprecated)`;
}

function tc1Text(n: number): string {
  return n === 255 ? "extra guard time N 255: the least of the protocol" : `extra guard time N ${n}`;
}

function ta2Text(atr: Atr): string {
  const mode = globalParameters(atr).specificMode;
  if (mode === undefined) return "";
  const parameters = mode.implicit ? "parameters known otherwise" : "parameters of TA1";
  return `specific mode: T=${mode.protocol}, ${parameters}, ${mode.changeable ? "can" : "cannot"} change`;
}

/** The first bytes of T=1 and T=15 count; those that come again say nothing. */
function specificText(atr: Atr, letter: number, index: number): string {
  const protocol = atr.interfaceBytes[index]?.protocol;
  const first = atr.interfaceBytes.findIndex(
    (group, at) => at > 1 && group.protocol === protocol && [group.ta, group.tb, group.tc][letter] !== undefined,
  );
  if (first === index && protocol === 1) {
    const { ifsc, bwi, cwi, edc } = t1Parameters(atr);
    return (
      [`T=1: IFSC ${ifsc}`, `T=1: BWI ${bwi}, CWI ${cwi}`, `T=1: blocks end in ${edc.toUpperCase()}`][letter] ?? ""
    );
  }
  if (first === index && protocol === 15 && letter < 2) {
    const { clockStop, classes, spu } = globalParameters(atr);
    return letter === 0
      ? `clock stop: ${clockStop}; classes: ${classes.join(", ")}`
      : `use of SPU: ${(spu & 0x80) === 0 ? "standard" : "proprietary"} ${spu & 0x7f}`;
  }
  return `for T=${protocol ?? 0}`;
}

function byteText(atr: Atr, group: AtrInterfaceBytes, letter: number, index: number): string {
  if (letter === 3) {
    const td = group.td ?? 0;
    const protocol = td & 0x0f;
    return `${protocol === 15 ? "global interface bytes" : `T=${protocol}`}; ${follows(td >> 4, index + 2)}`;
  }
  if (index === 0) return [ta1Text(atr), tb1Text(atr), tc1Text(group.tc ?? 0)][letter] ?? "";
  if (index > 1) return specificText(atr, letter, index);
  return (
    [
      ta2Text(atr),
      `programming voltage ${(group.tb ?? 0) / 10} V (deprecated)`,
      `T=0: waiting time integer ${t0Parameters(atr).waitingTimeInteger}`,
    ][letter] ?? ""
  );
}

/** The historical bytes whose form is not that of ISO/IEC 7816-4; undefined for others. */
function describeOtherForms(atr: Atr): [length: number, meaning: string][] | undefined {
  const card = parseContactlessAtr(atr);
  if (card?.kind === "storage-card") {
    const { standard, name } = storageCardText(card);
    return [
      [1, "category: compact-tlv"],
      [2, "application identifier, 12 bytes"],
      [5, "PC/SC workgroup: a storage card"],
      [1, `SS: ${standard}`],
      [2, `NN: ${name}`],
      [4, "reserved"],
    ];
  }
  if (card?.kind === "iso-dep-b")
    return [
      [4, "ISO 14443-4 type B: application data"],
      [3, "protocol info"],
      [1, `MBLI ${card.mbli}`],
    ];
  if (card?.kind === "innovatron") return [[card.historicalBytes.length, "Innovatron: startup information"]];
  const synchronous = readSynchronousAtr(atr);
  if (synchronous === undefined || atr.defects.length > 0) return undefined;
  const { protocol, dataUnits, bitsPerDataUnit, category } = synchronous;
  return [
    [1, `proprietary, or H1 of a synchronous card: ${protocol}`],
    [1, `H2: ${dataUnits ?? "?"} data units of ${bitsPerDataUnit} bits`],
    [1, "H3: category"],
    [1, category === 0x10 ? "H4: DIR data reference" : "H4"],
  ];
}

/**
 * Explains an answer to reset, byte by byte, in the order of the bytes. Nothing is left out: the bytes of all lines are
 * those of the answer, as the card means them. Defects are told where they are, a missing field on a line without bytes.
 */
export function describeAtr(source: Uint8Array | Atr): AtrLine[] {
  const atr = source instanceof Uint8Array ? parseAtr(source) : source;
  const { bytes, historicalBytes, historicalOffset, defects } = atr;
  const lines: AtrLine[] = [];
  let offset = 0;
  const add = (field: string, length: number, meaning: string): void => {
    const wrong = defects.filter((defect) => defect.field === field).map(({ code }) => DEFECTS[code]);
    const text = [meaning, ...wrong].filter((part) => part !== "").join("; ");
    lines.push({ offset, bytes: bytes.slice(offset, offset + length), field, meaning: text });
    offset += length;
  };
  if (bytes.length > 0) add("TS", 1, `${atr.convention} convention${atr.raw ? ", received as 03" : ""}`);
  const t0 = bytes[1];
  if (t0 !== undefined) add("T0", 1, `${follows(t0 >> 4, 1)}; historical bytes: ${t0 & 0x0f}`);
  atr.interfaceBytes.forEach((group, index) => {
    [group.ta, group.tb, group.tc, group.td].forEach((byte, letter) => {
      if (byte !== undefined) add(`${LETTERS[letter] ?? ""}${index + 1}`, 1, byteText(atr, group, letter, index));
    });
  });
  const other = describeOtherForms(atr);
  if (other === undefined) {
    lines.push(...describeHistorical(historicalBytes, historicalOffset));
    offset = historicalOffset + historicalBytes.length;
  } else for (const [length, meaning] of other) add("historical bytes", length, meaning);
  if (atr.tck !== undefined) {
    const sum = bytes.subarray(1, offset).reduce((xor, byte) => xor ^ byte, 0);
    add("TCK", 1, sum === atr.tck ? "check byte, right" : `check byte, should be ${toHex(Uint8Array.of(sum))}`);
  }
  for (const { code, field } of defects)
    if (code === "TRUNCATED" || code === "TOO_LONG" || code === "TCK_MISSING") add(field, 0, "");
  // where the end is not known, nothing is surplus
  const isSurplus = defects.some(({ code }) => code === "SURPLUS_BYTES");
  if (offset < bytes.length) add("surplus bytes", bytes.length - offset, isSurplus ? "" : "not looked at");
  return lines;
}

/** The lines of {@link describeAtr} as a text in columns: offset, bytes, field, meaning. */
export function formatAtr(source: Uint8Array | Atr): string {
  const lines = describeAtr(source).map(({ offset, bytes, field, meaning }) => ({
    offset: String(offset).padStart(2),
    bytes: toHex(bytes, " "),
    field,
    meaning,
  }));
  const width = (key: "bytes" | "field"): number => Math.max(0, ...lines.map((line) => line[key].length));
  const [bytesWidth, fieldWidth] = [width("bytes"), width("field")];
  return lines
    .map((line) =>
      `${line.offset}  ${line.bytes.padEnd(bytesWidth)}  ${line.field.padEnd(fieldWidth)}  ${line.meaning}`.trimEnd(),
    )
    .join("\n");
}
