import { registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { createFakeHarness } from "../test/fake-machine-harness.ts";

describe("the contract of transports", () => {
  registerContract(it, createFakeHarness);
});
