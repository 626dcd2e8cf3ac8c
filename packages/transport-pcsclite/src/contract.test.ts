import { type ContractHarness, registerContract } from "@cardwire/core/testing";
import { describe, it } from "vitest";
import { memoryHarness } from "../../scard/test/memory-harness.ts";
import { fakeCard } from "../test/fake-card.ts";
import { DAEMON_KINDS, FakePcscd } from "../test/fake-pcscd.ts";
import { createPcscliteContext } from "./index.ts";

async function createHarness(): Promise<ContractHarness> {
  const daemon = new FakePcscd(DAEMON_KINDS.find(({ name }) => name === "2.5.1")!);
  const harness = memoryHarness(daemon, fakeCard);
  await daemon.start();
  return {
    ...harness,
    createContext: () => Promise.resolve(createPcscliteContext({ socketPath: daemon.socketPath })),
    stopService: () => daemon.stop(),
    startService: () => daemon.start(),
    close: () => daemon.dispose(),
  };
}

describe("the contract of transports", () => {
  registerContract(it, createHarness);
});
