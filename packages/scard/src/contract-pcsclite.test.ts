import { registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { createHarness } from "../test/contract-harness.ts";
import { FakeResourceManager } from "../test/fake-resource-manager.ts";
import { MACOS_DIALECT, PCSCLITE_DIALECT } from "./index.ts";

describe.each([
  ["pcsc-lite", () => new FakeResourceManager(PCSCLITE_DIALECT)],
  [
    "macOS, which has no pseudo reader",
    () => Object.assign(new FakeResourceManager(MACOS_DIALECT), { knowsPnp: false }),
  ],
] as const)("the contract of transports, over %s", (_, createManager) => {
  registerContract(it, () => Promise.resolve(createHarness(createManager())));
});
