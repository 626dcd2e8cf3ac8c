import { type ConformanceProfile } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { isoDep } from "@cardwire/iso-dep";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createVirtualField } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { createNfcReader } from "../src/index.ts";
import {
  conformanceCases,
  type ConformanceHarness,
  isConformanceFailure,
  missingFor,
  runConformance,
} from "../src/testing.ts";
import { bench } from "./bench.ts";
import { conformanceCards } from "./conformance-cards.ts";

/** Our reader over a virtual field, with a hand that lays tags on it. */
function harness(profile: ConformanceProfile): ConformanceHarness {
  const field = createVirtualField();
  const reader = createNfcReader({
    frontEnd: field,
    families: [mifareUltralight, mifareClassic, felica, isoDep],
    profile,
    presenceIntervalMs: 2,
  });
  return {
    profile,
    cards: conformanceCards,
    open: () => reader.device.open(),
    insert: (kind) => {
      field.put(conformanceCards[kind].make());
      return Promise.resolve();
    },
    remove: () => {
      field.remove();
      return Promise.resolve();
    },
    setRadio: (on) => {
      reader.setRadio(on);
      return Promise.resolve();
    },
  };
}

describe.each(["documented", "nfccx"] as const)("%s", (profile) => {
  test.each(conformanceCases().map((one) => [one.id, one] as const))("%s", async (_, one) => {
    const reader = harness(profile);
    if (missingFor(one, reader) === undefined) await one.run(reader);
    else expect(missingFor(one, reader)).toMatch(/^only in profile/);
  });
});

test("every case has a name of its own, and says where it is asked for", () => {
  const cases = conformanceCases();
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  for (const { source, title } of cases) {
    expect(source).not.toBe("");
    expect(title).not.toBe("");
  }
});

test("a run reports what passed, what failed and what was missing", async () => {
  // a reader of the other profile, without cards but one and without a radio switch
  const good = harness("nfccx");
  const { ntag } = conformanceCards;
  const poor: ConformanceHarness = {
    profile: "documented",
    limitMs: 200,
    cards: { ntag },
    open: () => good.open(),
    insert: (kind) => good.insert(kind),
    remove: () => good.remove(),
  };
  const results = await runConformance(poor);
  const ids = (outcome: string): string[] => results.filter((result) => result.outcome === outcome).map(({ id }) => id);
  expect(ids("failed")).toEqual(["ScardSpecific", "Unsupported", "GetAttributes"]);
  expect(ids("skipped")).toContain("RadioOff");
  expect(ids("skipped")).toContain("ResetAndGetAtr");
  expect(ids("passed")).toContain("TwoPendingIoctls");
  for (const { error } of results.filter(({ outcome }) => outcome === "failed"))
    expect(isConformanceFailure(error)).toBe(true);
  expect(results.find(({ id }) => id === "AtrForMifareUL")?.missing).toBe("no mifare-ultralight at hand");
});

test("a reader that hangs fails the case, and does not hang the run", async () => {
  const { device, reader } = await bench();
  await device.close();
  const [isPresent] = conformanceCases();
  const mute: ConformanceHarness = {
    profile: "documented",
    limitMs: 20,
    cards: { ntag: conformanceCards.ntag },
    open: () => reader.device.open(),
    insert: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
  await expect(isPresent!.run(mute)).rejects.toThrow("IS_PRESENT: no answer within 20 ms");
});
