// run by Node's own test runner: see src/node-test.test.ts
import { test } from "node:test";
import { registerContract } from "@cardwire/core/testing";
import { createNfcReaderHarness } from "./nfc-reader-machine.ts";

registerContract(test, () => createNfcReaderHarness("documented"), { missing: ["mute-card"] });
