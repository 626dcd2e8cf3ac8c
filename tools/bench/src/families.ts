/** What an APDU costs over the silicon itself, family by family. Ends with exit code 1 when one costs too much. */
import type { ConformanceProfile } from "@cardwire/core";
import { familyCards } from "./families-cards.ts";
import { measureFamily } from "./families-measure.ts";

/** What one APDU may cost over the silicon. */
const LIMIT_NS = 3000;

const profiles: readonly ConformanceProfile[] = ["documented", "nfccx"];
let withinLimit = true;

for (const profile of profiles) {
  const lines = [
    "",
    `Node ${process.versions.node}, profile ${profile}: nanoseconds per APDU, medians of rounds in turn`,
    `  ${"".padEnd(42)}   silicon translator   device  overhead  ratio      APDUs/s`,
  ];
  for (const card of familyCards) {
    if (card.onlyDocumented === true && profile !== "documented") continue;
    const { siliconNs, translatorNs, deviceNs } = await measureFamily(card, profile);
    const overheadNs = deviceNs - siliconNs;
    if (!(overheadNs <= LIMIT_NS)) withinLimit = false;
    const name = `${card.card}, ${card.what}`;
    const ns = [siliconNs, translatorNs, deviceNs, overheadNs].map((value, index) =>
      value.toFixed(0).padStart([9, 10, 8, 9][index] ?? 9),
    );
    const ratio = `${(deviceNs / siliconNs).toFixed(1)} ×`;
    lines.push(
      `  ${name.padEnd(42)} ${ns.join(" ")} ${ratio.padStart(6)} ${Math.round(1e9 / deviceNs)
        .toLocaleString("en")
        .padStart(12)}`,
    );
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

if (!withinLimit) {
  process.stdout.write(`\nan APDU costs more than ${LIMIT_NS} ns over the silicon\n`);
  process.exitCode = 1;
}
