import { join } from "node:path";
import { registerContract } from "@cardwire/core/testing";
import { createPcscliteFfiContext } from "@cardwire/transport-pcsclite/ffi";
import { afterAll, beforeAll, describe, it } from "vitest";
import { ContractMachine } from "./contract-machine.ts";
import { builtDaemon, systemDaemon } from "./daemons.ts";

// the oldest library and the newest, each with a daemon that it gets on with
describe.each([systemDaemon(), builtDaemon("forky")].map((daemon) => [daemon.name, daemon] as const))(
  "pcsc-lite's own library, %s",
  (_, daemon) => {
    const { libraryFolder } = daemon;
    // a newer libpcsclite.so.1 only loads the real one, and does not find what is not installed
    const library = libraryFolder === undefined ? "libpcsclite.so.1" : join(libraryFolder, "libpcsclite_real.so.1");
    const { env } = process;
    const before = env["PCSCLITE_CSOCK_NAME"];
    let machine: ContractMachine;
    beforeAll(async () => {
      machine = await ContractMachine.start(daemon);
      env["PCSCLITE_CSOCK_NAME"] = machine.socketPath;
    });
    afterAll(async () => {
      if (before === undefined) delete env["PCSCLITE_CSOCK_NAME"];
      else env["PCSCLITE_CSOCK_NAME"] = before;
      await machine.dispose();
    });
    registerContract(it, async () => ({
      ...(await machine.createHarness()),
      createContext: () => Promise.resolve(createPcscliteFfiContext({ library })),
    }));
  },
);
