import { type ContractHarness, registerContract } from "@cardwire/core/testing";
import { conformanceCases, type ConformanceHarness, missingFor } from "@cardwire/nfc-reader/testing";
import type { Report } from "./report.ts";

/** Every case of the contract of transports. Nothing is declared missing: what cannot work is a limit, and is tried. */
export async function runContract(report: Report, createHarness: () => Promise<ContractHarness>): Promise<void> {
  const cases: { name: string; body: () => Promise<void> }[] = [];
  registerContract((name, body) => cases.push({ name, body }), createHarness);
  for (const { name, body } of cases) await report.run("contract", name, body);
}

/** Every case of the DDI that the profile has. */
export async function runConformanceCases(report: Report, harness: ConformanceHarness): Promise<void> {
  for (const one of conformanceCases()) {
    const missing = missingFor(one, harness);
    if (missing?.startsWith("only in profile") === true) continue;
    await report.run("DDI", `${harness.profile} ${one.id}`, async () => {
      if (missing !== undefined) throw new Error(missing);
      await one.run(harness);
    });
  }
}
