import type { TapReport } from "../tap-report.ts";
import { atrLines } from "./atr-lines.ts";
import { spaced } from "./hex.ts";
import { memoryLines } from "./memory-lines.ts";
import { ndefLines, ndefStateText } from "./ndef-lines.ts";
import type { Style } from "./style.ts";

const LABEL_WIDTH = 10;

const PROBLEM_LABELS: Readonly<Record<TapReport["problems"][number]["step"], string>> = {
  connect: "connect",
  uid: "UID",
  identify: "card",
  memory: "memory",
  ndef: "NDEF",
};

/** One fact: its label in a column of its own, further lines below it. */
export function factLines(label: string, lines: readonly string[], style: Style): string[] {
  return lines.map((line, index) => {
    const margin = index === 0 ? style.label(label.padEnd(LABEL_WIDTH)) : " ".repeat(LABEL_WIDTH);
    return `  ${margin}${line}`;
  });
}

/** What a person wants to see of a card. */
export function reportLines(report: TapReport, style: Style): string[] {
  const { uid, atr, memory, ndef, ndefState } = report;
  const lines: string[] = [];
  const fact = (label: string, ...values: string[]): void => {
    lines.push(...factLines(label, values, style));
  };
  fact("reader", report.reader);
  fact("UID", uid === undefined ? "none" : uidText(uid, style));
  fact("ATR", spaced(atr), ...atrLines(atr, style));
  fact("card", ...cardLines(report, style));
  if (memory?.areas.length === 0) fact("memory", style.dim("nobody knows what there is to read"));
  else if (memory !== undefined) {
    const units = memory.areas.reduce((sum, area) => sum + area.units, 0);
    const size = `${units} ${memory.unit}s of ${memory.unitBytes} bytes, addresses in hexadecimal`;
    fact("memory", size, ...memoryLines(memory, style));
  }
  if (ndef !== undefined || ndefState !== undefined) {
    const state = ndefState === undefined ? [] : [style.dim(ndefStateText(ndefState))];
    const message = ndef === undefined ? [] : ndef === "none" ? [style.dim("none")] : ndefLines(ndef, style);
    fact("NDEF", ...message, ...state);
  }
  for (const { step, message } of report.problems) fact(PROBLEM_LABELS[step], style.bad(message));
  return lines;
}

/** The UID in the order of the air; of ISO/IEC 15693, whose makers print it the other way round, both. */
function uidText(uid: Uint8Array, style: Style): string {
  const printed = uid.length === 8 && uid[7] === 0xe0 ? `, printed ${spaced(uid.slice().reverse())}` : "";
  return `${spaced(uid)}  ${style.dim(`${uid.length} bytes${printed}`)}`;
}

function cardLines({ card }: TapReport, style: Style): string[] {
  const user = card.userBytes === undefined ? "" : `, ${card.userBytes} bytes of user memory`;
  return [`${card.name}${user}`, ...card.evidence.map((evidence) => style.dim(`known by ${evidence}`))];
}
