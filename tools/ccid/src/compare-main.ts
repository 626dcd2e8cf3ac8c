/**
 * Leads our driver through the scenarios that libccid was led through, on the same reader without a USB between, and lays
 * the messages of both side by side.
 *
 *   compare-main LIBCCID.JSON [SEED-COUNT] [SCENARIO]
 *
 * With a seed: the random scenarios that libccid was led through. With a scenario: its messages, one by one.
 */
import { readFileSync } from "node:fs";
import { type SmartCardContext } from "@cardwire/core";
import { createCcidContext } from "@cardwire/transport-ccid";
import { EmulatedUsbDevice, FakeUsb, FakeUsbDevice } from "@cardwire/transport-ccid/testing";
import { runClient } from "./client.ts";
import { chosenScenarios } from "./scenario-choice.ts";
import { playScenario, type Scenario, type TraceLine } from "./scenarios.ts";
import { conversation, firstDifference, invalidMessage } from "./trace.ts";

interface Run {
  readonly answers: readonly string[];
  readonly trace: readonly TraceLine[];
}

async function runOurs(scenario: Scenario): Promise<Run> {
  const { reader, trace } = playScenario(scenario);
  const usb = new FakeUsb(new FakeUsbDevice(new EmulatedUsbDevice([reader])));
  const { t0 } = scenario;
  const context: SmartCardContext = createCcidContext({ readers: usb, ...(t0 === undefined ? {} : { t0 }) });
  try {
    return { answers: await runClient(context, scenario), trace: [...trace] };
  } finally {
    await context.close();
  }
}

const [path = "", ...choices] = process.argv.slice(2);
const seed = choices.find((choice) => /^\d+-\d+$/.test(choice));
const only = choices.find((choice) => choice !== seed);
const libccid = JSON.parse(readFileSync(path, "utf8")) as Record<string, Run | undefined>;
let failed = 0;
const rows: string[][] = [["scenario", "libccid", "ours", "messages", ""]];
const notes: string[] = [];

for (const scenario of chosenScenarios(seed)) {
  if (only !== undefined && scenario.name !== only) continue;
  const theirs = libccid[scenario.name] ?? { answers: [], trace: [] };
  const ours = await runOurs(scenario);
  if (only !== undefined) {
    console.log(scenario.about ?? "");
    for (const line of theirs.trace) console.log("libccid", line.slice(0, 120));
    for (const line of ours.trace) console.log("ours   ", line.slice(0, 120));
  }
  const wrong: string[] = [];
  // which error it is is a matter of the resource manager's: that it is one, of the driver's
  const isSame = (a: string | undefined, b: string): boolean =>
    a === b || (scenario.answers === undefined && a?.startsWith("SCARD_") === true && b.startsWith("SCARD_"));
  const expect = (who: string, run: Run, answers: readonly string[]): void => {
    answers.forEach((answer, index) => {
      if (!isSame(run.answers[index], answer))
        wrong.push(`${who} answers ${shorten(run.answers[index])} to command ${index + 1}, not ${shorten(answer)}`);
    });
    const invalid = invalidMessage(run.trace);
    if (invalid !== undefined) wrong.push(`${who}: ${invalid}`);
  };
  const expected = scenario.answers ?? theirs.answers;
  expect("libccid", theirs, expected);
  // who says other things may be told other things, too
  if (scenario.answers !== undefined || scenario.ours !== undefined || scenario.differs === undefined)
    expect("ours", ours, scenario.ours?.answers ?? expected);
  const [a, b] = [conversation(theirs.trace), conversation(ours.trace)];
  const difference = firstDifference(a, b);
  const reason = scenario.ours?.because ?? scenario.differs;
  if (difference !== undefined && reason === undefined)
    wrong.push(`message ${difference + 1}: libccid ${shorten(a[difference])}, ours ${shorten(b[difference])}`);
  failed += wrong.length;
  rows.push([
    scenario.name,
    String(a.length),
    String(b.length),
    difference === undefined ? "the same" : `differ from ${difference + 1}`,
    difference === undefined ? "" : (reason ?? "NOT ARGUED"),
  ]);
  notes.push(...wrong.map((text) => `  ${scenario.name}: ${text}`));
}

const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
for (const row of rows)
  console.log(
    `table ${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}`,
  );
for (const note of notes) console.log(note);
console.log(
  `CASE ${failed === 0 ? "ok" : "FAILED"} our messages beside libccid's: ${rows.length - 1} scenarios, ${failed} wrong`,
);
process.exit(failed === 0 ? 0 : 1);

function shorten(text: string | undefined): string {
  return text === undefined ? "nothing" : text.length > 60 ? `${text.slice(0, 40)}… (${text.length / 2} bytes)` : text;
}
