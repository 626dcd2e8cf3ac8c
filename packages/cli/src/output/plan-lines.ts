import type { Tap } from "cardwire";
import type { RestorePlan } from "../restore/plan.ts";
import type { RestoreUnit } from "../restore/unit.ts";
import { spaced } from "./hex.ts";
import type { Style } from "./style.ts";

/** What a plan is about. */
export interface PlanFacts {
  readonly file: string;
  readonly card: Tap;
  readonly write: boolean;
}

/** A plan as a person reads it: what is written over what, and what is left alone and why. */
export function planLines({ steps, leftAlone }: RestorePlan, { file, card }: PlanFacts, style: Style): string[] {
  const uid = card.uid === undefined ? "" : `  ${spaced(card.uid)}`;
  const lines = [`${style.title(card.card.name)}${uid}  ${style.dim(`from ${file}`)}`];
  const width = Math.max(0, ...[...steps, ...leftAlone.map(({ unit }) => unit)].map(({ place }) => place.length));
  for (const step of steps)
    lines.push(
      `  ${style.address(step.place.padEnd(width))}  ${before(step, style)} ${style.good("→")} ${spaced(step.after ?? new Uint8Array(0))}  ${style.label(step.name)}`,
    );
  for (const { unit, reason } of leftAlone)
    lines.push(`  ${style.address(unit.place.padEnd(width))}  ${style.dim(`left alone: ${unit.name}: ${reason}`)}`);
  return lines;
}

function before({ before: bytes, after }: RestoreUnit, style: Style): string {
  if (bytes !== undefined) return style.dim(spaced(bytes));
  return style.dim("?? ".repeat(after?.length ?? 1).trimEnd());
}

/** A plan for programs. */
export function planJson({ steps, leftAlone, same }: RestorePlan, { file, card, write }: PlanFacts): unknown {
  const unitJson = ({ place, name, role, before: now, after }: RestoreUnit): object => ({
    place,
    name,
    role,
    before: now,
    after,
  });
  return {
    file,
    reader: card.reader,
    card: card.card.name,
    uid: card.uid,
    written: write && steps.length > 0,
    steps: steps.map(unitJson),
    leftAlone: leftAlone.map(({ unit, reason }) => ({ ...unitJson(unit), reason })),
    same,
  };
}
