import { registerContract } from "@cardwire/core/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { allDaemons } from "./daemons.ts";
import { ContractMachine } from "./contract-machine.ts";

describe.each(allDaemons().map((daemon) => [daemon.name, daemon] as const))("%s", (_, daemon) => {
  let machine: ContractMachine;
  beforeAll(async () => {
    machine = await ContractMachine.start(daemon);
  });
  afterAll(async () => {
    await machine.dispose();
  });
  registerContract(it, () => machine.createHarness());
});
