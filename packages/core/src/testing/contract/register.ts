import { systemClock } from "../../clock.ts";
import { contractCases } from "./cases.ts";
import { ContractViolation } from "./check.ts";
import type { ContractAbility, ContractHarness } from "./harness.ts";

/** How a test framework takes a test: vitest's `test` and `node:test`'s are such functions. */
export type ContractRegister = (name: string, run: () => Promise<void>) => unknown;

/** What is different about the transport under test. */
export interface ContractOptions {
  /** What it cannot do. Each case that needs it is registered all the same, under a name that says so. */
  readonly missing?: readonly ContractAbility[];
  /** How long a case may take, in milliseconds; 10,000 when absent. */
  readonly limitMs?: number;
}

/**
 * Registers the whole contract with a test framework. Every case gets a harness of its own, which is closed after it.
 *
 * A case that needs a missing ability is registered as "[not available: …] name" and passes, so that a test report shows
 * what was not looked at.
 */
export function registerContract(
  register: ContractRegister,
  createHarness: () => Promise<ContractHarness>,
  options: ContractOptions = {},
): void {
  const { missing = [], limitMs = 10_000 } = options;
  for (const contractCase of contractCases) {
    const { name, needs } = contractCase;
    const lacking = needs.filter((ability) => missing.includes(ability));
    if (lacking.length > 0) register(`[not available: ${lacking.join(", ")}] ${name}`, () => Promise.resolve());
    else
      register(name, async () => {
        const harness = await createHarness();
        try {
          await withinLimit(contractCase.run(harness), limitMs);
        } finally {
          await harness.close();
        }
      });
  }
}

function withinLimit(work: Promise<void>, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = systemClock.schedule(limitMs, () => {
      reject(new ContractViolation(`the case did not come to its end within ${limitMs} ms`));
    });
    work.then(resolve, reject).finally(cancel);
  });
}
