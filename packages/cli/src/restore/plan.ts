import { RESTORE_PARTS, type RestorePart } from "./parts.ts";
import { holds, type RestoreUnit } from "./unit.ts";

/** A unit that stays as it is, and why. */
export interface LeftAlone {
  readonly unit: RestoreUnit;
  readonly reason: string;
}

/** What a restore does. */
export interface RestorePlan {
  /** In the order in which they are written. */
  readonly steps: readonly (RestoreUnit & Required<Pick<RestoreUnit, "write">>)[];
  /** Units that differ and are not written. */
  readonly leftAlone: readonly LeftAlone[];
  /** How many units hold what the dump has. */
  readonly same: number;
}

/** What can lock everybody out comes behind all else, the locks last of all. */
const ORDER: readonly RestoreUnit["role"][] = [
  "fixed",
  "manufacturer",
  "user",
  "counters",
  "config",
  "trailers",
  "otp",
  "locks",
];

/** Compares a card with a dump. @param parts what is written although it is left alone else. */
export function planRestore(units: readonly RestoreUnit[], parts: readonly string[]): RestorePlan {
  const steps: (RestoreUnit & Required<Pick<RestoreUnit, "write">>)[] = [];
  const leftAlone: LeftAlone[] = [];
  let same = 0;
  for (const unit of units) {
    const { role, after, write } = unit;
    if (holds(unit)) same++;
    else if (after === undefined) {
      // what neither side shows is nothing to speak of
      if (unit.before !== undefined && role !== "fixed")
        leftAlone.push({ unit, reason: "the dump does not know what is there" });
    } else if (role === "fixed" || write === undefined) {
      leftAlone.push({ unit, reason: unit.reason ?? "the card has it from its maker, or makes it itself" });
    } else if (role === "user" || parts.includes(role)) steps.push({ ...unit, write });
    else leftAlone.push({ unit, reason: reasonFor(role) });
  }
  const inOrder = ORDER.flatMap((role) => {
    const [first, ...rest] = steps.filter((step) => step.role === role);
    if (first === undefined) return [];
    // the first user unit says how long the data is: written last, a card that is pulled shows that something is missing
    return role === "user" ? [...rest, first] : [first, ...rest];
  });
  return { steps: inOrder, leftAlone, same };
}

function reasonFor(part: RestorePart): string {
  return `${RESTORE_PARTS[part]}; --with ${part} writes it`;
}
