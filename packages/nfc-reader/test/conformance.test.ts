import { type ConformanceProfile, fromHex, type VirtualTag } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { createFelicaTag } from "@cardwire/felica/virtual";
import { isoDep, parseAts } from "@cardwire/iso-dep";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { mifareClassic } from "@cardwire/mifare-classic";
import { createMifareClassicTag, mifareClassicImage } from "@cardwire/mifare-classic/virtual";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { createVirtualField } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { createNfcReader } from "../src/index.ts";
import {
  type ConformanceCard,
  type ConformanceCardKind,
  conformanceCases,
  type ConformanceHarness,
  isConformanceFailure,
  missingFor,
  runConformance,
} from "../src/testing.ts";
import { bench } from "./bench.ts";
import { ntag216 } from "./ntag216.ts";

const ULTRALIGHT_PAGES = fromHex("04112299 33445566 44480000 E1100600");

function ultralight(product: "MIFARE Ultralight" | "MIFARE Ultralight C", pageCount: number): VirtualTag {
  const pages = new Uint8Array(pageCount * 4);
  pages.set(ULTRALIGHT_PAGES);
  // AUTH0 of Ultralight C, in page 2A: nothing is protected
  if (pageCount > 16) pages[0x2a * 4] = 0x30;
  return createMifareUltralightTag({ product, pages });
}

const VALUE_BLOCK = { block: 4, keyB: fromHex("B0B1B2B3B4B5") };

/** Sector 1: value blocks that key B may write and increment (data 110, trailer 011: access bytes 08 77 8F). */
function classic(): VirtualTag {
  const memory = new Uint8Array(1024);
  memory.set(fromHex("DEADBEEF22080400"));
  for (let sector = 0; sector < 16; sector++)
    memory.set(fromHex("FFFFFFFFFFFF FF078069 FFFFFFFFFFFF"), sector * 64 + 48);
  memory.set(fromHex("A0A1A2A3A4A5 08778F69"), 64 + 48);
  memory.set(VALUE_BLOCK.keyB, 64 + 58);
  return createMifareClassicTag(mifareClassicImage(memory));
}

const IDM = fromHex("0102030405060708");

function felicaCard(): VirtualTag {
  return createFelicaTag({
    kind: "standard",
    idm: IDM,
    pmm: fromHex("0120220427674EFF"),
    systems: [{ code: 0x12fc, services: [{ code: 0x0009, blocks: new Uint8Array(16 * 4) }] }],
  });
}

const UID = fromHex("04112233445566");

/** The ATS of a DESFire EV1, from which the certification test's ATR follows. */
function desfire(): VirtualTag {
  return createIsoDepCard({
    uid: UID,
    atqa: fromHex("4403"),
    ats: parseAts(fromHex("067577810280")),
    application: () => fromHex("6E00"),
  });
}

const CARDS: Partial<Record<ConformanceCardKind, ConformanceCard & { readonly make: () => VirtualTag }>> = {
  ntag: { uid: fromHex("04D149D29C3980"), make: ntag216 },
  "mifare-ultralight": { uid: UID, make: () => ultralight("MIFARE Ultralight", 16) },
  "mifare-ultralight-c": { uid: UID, make: () => ultralight("MIFARE Ultralight C", 48) },
  "mifare-classic-1k": { uid: fromHex("DEADBEEF"), valueBlock: VALUE_BLOCK, make: classic },
  "mifare-desfire": { uid: UID, make: desfire },
  felica: { uid: IDM, service: { code: 0x0009, blocks: 4 }, make: felicaCard },
};

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
    cards: CARDS,
    open: () => reader.device.open(),
    insert: (kind) => {
      field.put(CARDS[kind]!.make());
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
  const { ntag } = CARDS;
  const poor: ConformanceHarness = {
    profile: "documented",
    limitMs: 200,
    cards: { ntag: ntag! },
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
    cards: { ntag: { uid: UID } },
    open: () => reader.device.open(),
    insert: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
  await expect(isPresent!.run(mute)).rejects.toThrow("IS_PRESENT: no answer within 20 ms");
});
