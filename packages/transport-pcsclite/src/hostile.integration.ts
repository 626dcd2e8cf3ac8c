import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { hostileSessions } from "../test/hostile-sessions.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed + process.memoryUsage().external;
}

// too long for a unit test
test("100,000 answers of daemons that lie: every call ends, and memory stays", { timeout: 600_000 }, async () => {
  await hostileSessions({ answers: 2_000, seed: 1 });
  const before = heapUsed();
  const outcome = await hostileSessions({ answers: 100_000, seed: 2, patienceMs: 8 });
  expect(outcome.strangers).toEqual([]);
  expect(outcome.mutated).toBeGreaterThan(10_000);
  expect(outcome.values).toBeGreaterThan(1_000);
  expect(outcome.failures).toBeGreaterThan(10_000);
  expect(heapUsed() - before).toBeLessThan(20_000_000);
});
