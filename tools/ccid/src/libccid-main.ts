/**
 * In the guest: pcscd with libccid is led through every scenario. Writes what it sent to `OUT/libccid.json`.
 *
 *   libccid-main OUT
 */
import { writeFileSync } from "node:fs";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { EmulatedUsbDevice } from "@cardwire/transport-ccid/testing";
import { noReader, runClient } from "./client.ts";
import { playScenario, scenarios, type TraceLine } from "./scenarios.ts";
import { plugIntoKernel } from "./vhci.ts";

/** One of libccid's list: Debian builds it without matching by class. It is an SCM SCR3310. */
const KNOWN_READER = { vendorId: 0x04e6, productId: 0x5116 };

const results: Record<string, { answers: string[]; trace: TraceLine[] }> = {};
const context = createPcscliteContext();
for (const scenario of scenarios) {
  const { reader, trace } = playScenario(scenario);
  const device = new EmulatedUsbDevice([reader], KNOWN_READER);
  const plugged = await plugIntoKernel(device);
  try {
    results[scenario.name] = { answers: await runClient(context, scenario), trace };
  } catch (error) {
    console.log(`${scenario.name}: ${String(error)}`);
    results[scenario.name] = { answers: [String(error)], trace };
  }
  plugged.detach();
  await noReader(context);
}
await context.close();
writeFileSync(`${process.argv[2] ?? "."}/libccid.json`, JSON.stringify(results));
