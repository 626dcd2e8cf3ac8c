/** TRANSMITs per second through the device, and what one costs over calling the translator directly. */
import type { ConformanceProfile } from "@cardwire/core";
import { familyCards } from "./families-cards.ts";
import { measureFamily } from "./families-measure.ts";

const [card] = familyCards;
if (card === undefined) throw new Error("no card to measure with");

const profiles: readonly ConformanceProfile[] = ["documented", "nfccx"];
for (const profile of profiles) {
  const { translatorNs, deviceNs } = await measureFamily(card, profile);
  process.stdout.write(
    `Node ${process.versions.node}, ${profile}, ${card.card}, ${card.what}: ` +
      `${Math.round(1e9 / deviceNs).toLocaleString("en")} TRANSMITs/s, ${deviceNs.toFixed(0)} ns each; ` +
      `the translator called directly ${translatorNs.toFixed(0)} ns; the device adds ${(deviceNs - translatorNs).toFixed(0)} ns ` +
      `(${(deviceNs / translatorNs).toFixed(2)} ×)\n`,
  );
}
