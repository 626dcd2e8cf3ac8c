import { registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { createHarness } from "../test/contract-harness.ts";
import { FakeResourceManager } from "../test/fake-resource-manager.ts";
import { WINDOWS_DIALECT } from "./index.ts";

describe.each([
  ["Windows", () => new FakeResourceManager(WINDOWS_DIALECT)],
  ["Wine, which never waits", () => Object.assign(new FakeResourceManager(), { comparesNothing: true })],
] as const)("the contract of transports, over %s", (_, createManager) => {
  registerContract(it, () => Promise.resolve(createHarness(createManager())));
});
