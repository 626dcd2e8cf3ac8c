import { registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { createNfcReaderHarness } from "../test/nfc-reader-machine.ts";

describe.each(["documented", "nfccx"] as const)("the contract of transports over a reader of profile %s", (profile) => {
  registerContract(it, () => createNfcReaderHarness(profile));
});
