import type { ConformanceProfile } from "@cardwire/core";

/** One place where the two readings of the contract part, with what each does there. */
export interface Difference<Value> {
  readonly documented: Value;
  readonly nfccx: Value;
  /** What is different, in a sentence. */
  readonly about: string;
  /** Which documents say so, and where. */
  readonly source: string;
}

/** A package's differences, by name. `Rules` is what one profile makes of them. */
export type Differences<Rules extends object> = { readonly [Name in keyof Rules]: Difference<Rules[Name]> };

/**
 * What a profile makes of a table of differences: the same names, each with the profile's value. Code reads these
 * values; it never asks for the profile.
 */
export function rulesOf<Rules extends object>(differences: Differences<Rules>, profile: ConformanceProfile): Rules {
  const rules: Partial<Rules> = {};
  for (const name of Object.keys(differences) as (keyof Rules)[]) rules[name] = differences[name][profile];
  return rules as Rules;
}
