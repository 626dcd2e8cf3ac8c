/**
 * In the guest: pcscd with libccid is led through scenarios. Writes what it sent to `OUT/libccid.json`.
 *
 *   libccid-main OUT [SEED-COUNT | NAME,…]
 *
 * With a seed: through so many random scenarios. With names: through these of the list alone.
 */
import { writeFileSync } from "node:fs";
import { EmulatedUsbDevice } from "@cardwire/transport-ccid/testing";
import { noReader, runClient } from "./client.ts";
import { Pcscd } from "./pcscd.ts";
import { chosenScenarios } from "./scenario-choice.ts";
import { playScenario, type Scenario, type TraceLine } from "./scenarios.ts";
import { plugIntoKernel } from "./vhci.ts";

/** One of libccid's list: Debian builds it without matching by class. It is an SCM SCR3310. */
const KNOWN_READER = { vendorId: 0x04e6, productId: 0x5116 };

/** pcscd's own time to let go of a reader is half a second at most. */
const PATIENCE_MS = 15_000;

const [out = ".", choice] = process.argv.slice(2);
const results: Record<string, { answers: string[]; trace: TraceLine[] }> = {};
const log = `${out}/pcscd.log`;
let pcscd = await Pcscd.start(log);
try {
  for (const scenario of chosenScenarios(choice)) await play(scenario);
} finally {
  writeFileSync(`${out}/libccid.json`, JSON.stringify(results));
}
await pcscd.kill();

async function play(scenario: Scenario): Promise<void> {
  const { reader, trace } = playScenario(scenario);
  const device = new EmulatedUsbDevice([reader], KNOWN_READER);
  const plugged = await plugIntoKernel(device);
  let answers: string[];
  try {
    answers = await runClient(pcscd.context, scenario);
  } catch (error) {
    console.log(`${scenario.name}: ${String(error)}`);
    answers = [String(error)];
  }
  results[scenario.name] = { answers, trace: [...trace] };
  plugged.detach();
  if (await noReader(pcscd.context, PATIENCE_MS)) return;
  // two of its threads let go of a reader at the same time, and one waits for the other for ever
  console.log(`${scenario.name}: pcscd does not let go of the reader, and is begun anew`);
  await pcscd.kill();
  pcscd = await Pcscd.start(log);
}
