import { randomScenarios } from "./random-scenarios.ts";
import { rareScenarios } from "./rare-scenarios.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** Those of the list, some of them by their names (`NAME,…`), or random ones (`SEED-COUNT`). */
export function chosenScenarios(choice: string | undefined): readonly Scenario[] {
  const [, seed, count] = /^(\d+)-(\d+)$/.exec(choice ?? "") ?? [];
  if (seed !== undefined) return randomScenarios(Number(seed), Number(count));
  const names = (choice ?? "").split(",").filter((name) => name !== "");
  return [...scenarios, ...rareScenarios].filter(({ name }) => names.length === 0 || names.includes(name));
}
