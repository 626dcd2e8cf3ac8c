import type { ConformanceProfile } from "@cardwire/core";
import type { ConformanceCardKind, ConformanceHarness } from "./harness.ts";
import { Probe } from "./probe.ts";

/** One thing that a reader must do. */
export interface ConformanceCase {
  /** Unique and stable: the name of the certification test or of the driver's own test where there is one. */
  readonly id: string;
  /** What is looked at, in a sentence. */
  readonly title: string;
  /** Where it is asked for. */
  readonly source: string;
  /** What must be at hand; "any" is whatever card there is. */
  readonly card?: ConformanceCardKind | "any";
  readonly needsRadio?: true;
  /** Only in this profile. */
  readonly profile?: ConformanceProfile;
  /** Does it. @throws ConformanceFailure when the reader did something else. */
  run(harness: ConformanceHarness): Promise<void>;
}

/** What a case is written as: {@link ConformanceCase} with a device opened for it, and closed after it. */
export interface CaseText extends Omit<ConformanceCase, "run"> {
  readonly steps: (probe: Probe) => Promise<void>;
}

/** Makes a case of its text. Whatever happens in it, the card is taken away and the handle closed. */
export function conformanceCase({ steps, ...text }: CaseText): ConformanceCase {
  return {
    ...text,
    run: async (harness) => {
      const device = await harness.open();
      try {
        await steps(new Probe(harness, device));
      } finally {
        await harness.remove();
        await device.close();
      }
    },
  };
}

/** Why a harness cannot run a case, `undefined` when it can. */
export function missingFor(
  { card, needsRadio, profile }: ConformanceCase,
  harness: ConformanceHarness,
): string | undefined {
  if (profile !== undefined && profile !== harness.profile) return `only in profile ${profile}`;
  if (needsRadio === true && harness.setRadio === undefined) return "no radio switch at hand";
  if (card === undefined) return undefined;
  const isThere = card === "any" ? Object.keys(harness.cards).length > 0 : harness.cards[card] !== undefined;
  return isThere ? undefined : `no ${card === "any" ? "card" : card} at hand`;
}
