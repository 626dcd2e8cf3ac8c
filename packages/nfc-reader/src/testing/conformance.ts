import { attributeCases } from "./attribute-cases.ts";
import { type ConformanceCase, missingFor } from "./conformance-case.ts";
import type { ConformanceHarness } from "./harness.ts";
import { presenceCases } from "./presence-cases.ts";
import { stateCases } from "./state-cases.ts";
import { transmitCases } from "./transmit-cases.ts";

/** What came of one case. */
export interface ConformanceResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly missing?: string;
  /** What went wrong. */
  readonly error?: unknown;
}

/**
 * The contract of the reader DDI as a list of cases: the certification tests for NFC smart-card readers by their names,
 * the smart-card tests of Windows' own driver, and what the documents say beside them. Each can be run against any device
 * that answers I/O controls; none knows a test runner.
 */
export function conformanceCases(): readonly ConformanceCase[] {
  return [...presenceCases, ...stateCases, ...attributeCases, ...transmitCases];
}

/** Runs cases one after the other. A case that something is missing for is skipped, and says what. */
export async function runConformance(
  harness: ConformanceHarness,
  cases: readonly ConformanceCase[] = conformanceCases(),
): Promise<ConformanceResult[]> {
  const results: ConformanceResult[] = [];
  for (const one of cases) {
    const { id, title } = one;
    const missing = missingFor(one, harness);
    if (missing !== undefined) {
      results.push({ id, title, outcome: "skipped", missing });
      continue;
    }
    try {
      await one.run(harness);
      results.push({ id, title, outcome: "passed" });
    } catch (error) {
      results.push({ id, title, outcome: "failed", error });
    }
  }
  return results;
}
