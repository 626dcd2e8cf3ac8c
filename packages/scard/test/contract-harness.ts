import { type ContractHarness } from "@cardwire/core/testing";
import { expect } from "vitest";
import { fakeCard } from "./fake-card.ts";
import { createScardContext } from "../src/index.ts";
import { type FakeResourceManager } from "./fake-resource-manager.ts";
import { act, memoryHarness } from "./memory-harness.ts";

/** What the contract's cases are run with, over a resource manager in memory. */
export function createHarness(manager: FakeResourceManager): ContractHarness {
  return {
    ...memoryHarness(manager, fakeCard),
    createContext: () => Promise.resolve(createScardContext(manager)),
    stopService: act(() => {
      manager.stop();
    }),
    startService: act(() => {
      manager.start();
    }),
    close: async () => {
      // whatever a case did, nothing is left behind
      await expect.poll(() => manager.pending, { interval: 1 }).toBe(0);
      expect([manager.openContexts, manager.openCards, manager.waits]).toEqual([0, 0, 0]);
    },
  };
}
