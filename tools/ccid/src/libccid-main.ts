/**
 * In the guest: pcscd with libccid is led through scenarios. Writes what it sent to `OUT/libccid.json`.
 *
 *   libccid-main OUT [SEED-COUNT | NAME,…]
 *
 * With a seed: through so many random scenarios. With names: through these of the list alone.
 */
import { writeFileSync } from "node:fs";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { EmulatedUsbDevice } from "@cardwire/transport-ccid/testing";
import { noReader, runClient } from "./client.ts";
import { chosenScenarios } from "./scenario-choice.ts";
import { playScenario, type Scenario, type TraceLine } from "./scenarios.ts";
import { plugIntoKernel } from "./vhci.ts";

/** One of libccid's list: Debian builds it without matching by class. It is an SCM SCR3310. */
const KNOWN_READER = { vendorId: 0x04e6, productId: 0x5116 };

const SETTLING_MS = 200;

const [out = ".", choice] = process.argv.slice(2);
const results: Record<string, { answers: string[]; trace: TraceLine[] }> = {};
const context = createPcscliteContext();
try {
  for (const scenario of chosenScenarios(choice)) await play(scenario);
} finally {
  writeFileSync(`${out}/libccid.json`, JSON.stringify(results));
}
await context.close();

async function play(scenario: Scenario): Promise<void> {
  const { reader, trace } = playScenario(scenario);
  const device = new EmulatedUsbDevice([reader], KNOWN_READER);
  const plugged = await plugIntoKernel(device);
  let answers: string[];
  try {
    answers = await runClient(context, scenario);
  } catch (error) {
    console.log(`${scenario.name}: ${String(error)}`);
    answers = [String(error)];
  }
  results[scenario.name] = { answers, trace: [...trace] };
  // one of pcscd's threads that sees a card go while another lets go of the reader runs on for ever
  reader.remove();
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  plugged.detach();
  await noReader(context);
}
