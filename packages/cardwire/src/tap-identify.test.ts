import { fromHex, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag213WithText,
  ntag216WithUri,
  slixWithUri,
  st25tb04k,
  topaz96WithText,
  type4WithUri,
  ultralightEv1Ticket,
} from "@cardwire/virtual/samples";
import { expect, test } from "vitest";
import { FakeContext } from "../test/fake-context.ts";
import type { TapIdentity } from "./tap-identity.ts";
import { taps } from "./taps.ts";
import { createVirtualReader } from "./virtual-reader.ts";

async function identify(tag: VirtualTag): Promise<TapIdentity> {
  await using reader = createVirtualReader({ tags: [tag] });
  for await (const tap of taps({ context: reader.context })) {
    const identity = await tap.identify();
    expect(tap.card.name).toBe(identity.name);
    return identity;
  }
  throw new Error("no tap");
}

test.each([
  [ntag213WithText, "NTAG213", 180, "message", false, false],
  [ntag216WithUri, "NTAG216", 924, "message", false, false],
  [ultralightEv1Ticket, "MIFARE Ultralight EV1 48", 80, "unformatted", false, false],
  [topaz96WithText, "Topaz 96", 120, "message", false, undefined],
  [felicaLiteSWithUri, "FeliCa Lite-S", 224, "message", false, false],
  [slixWithUri, "ICODE SLIX", 112, "message", false, undefined],
  [classic1kWithNdef, "MIFARE Classic 1K", 1024, "message", undefined, undefined],
] as const)("%o", async (sample, name, memoryBytes, status, isLocked, isProtected) => {
  const identity = await identify(loadTag(sample()));
  expect(identity).toMatchObject({ name, memoryBytes, ndef: { status }, applications: [] });
  expect([identity.isLocked, identity.isProtected]).toEqual([isLocked, isProtected]);
  expect(identity.evidence.length).toBeGreaterThan(0);
});

test("a card that keeps no NDEF", async () => {
  const identity = await identify(loadTag(st25tb04k()));
  expect(identity).toMatchObject({ name: "ST25TB04K", ndef: undefined });
});

test("a password, and lock bits", async () => {
  const dump = ntag213WithText();
  const memory = dump.memory.slice();
  memory[0x29 * 4 + 3] = 10; // AUTH0
  memory[10] = 0x10; // page 4
  expect(await identify(loadTag({ ...dump, memory }))).toMatchObject({ isLocked: true, isProtected: true });
  memory[0x2a * 4] = 0x80; // PROT
  memory[0x29 * 4 + 3] = 4;
  expect(await identify(loadTag({ ...dump, memory }))).toMatchObject({
    isProtected: true,
    ndef: { readAccess: "protected" },
  });
});

test("a Type 4 tag", async () => {
  expect(await identify(loadTag(type4WithUri()))).toMatchObject({
    name: "ISO 14443-4 card",
    certainty: "class",
    applications: ["NDEF"],
    ndef: { type: 4, status: "message", capacityBytes: 1022 },
  });
});

test("a DESFire says what it is", async () => {
  // GetVersion of an EV1 of 4 KiB, in three parts (AN10833)
  const parts = ["04010101001805", "04010101041805", "0411223344556600000000004212"];
  let part = 0;
  const card = createIsoDepCard({
    uid: fromHex("04112233445566"),
    application: (command) => {
      if (command[0] !== 0x90) return Uint8Array.of(0x6a, 0x82);
      if (command[1] === 0x60) part = 0;
      const last = part === 2;
      return Uint8Array.of(...fromHex(parts[part++] ?? ""), 0x91, last ? 0x00 : 0xaf);
    },
  });
  await using reader = createVirtualReader({ tags: [card] });
  for await (const tap of taps({ context: reader.context })) {
    expect(await tap.identify()).toMatchObject({
      name: "MIFARE DESFire EV1",
      certainty: "product",
      memoryBytes: 4096,
      evidence: ["form of the answer to reset", "GetVersion 04 01 01 01 00 18 05"],
      ndef: { status: "unformatted" },
    });
    break;
  }
});

test("payment and transport cards answer to their names, contactless and contact", async () => {
  const context = new FakeContext();
  // a directory with one Visa application
  const directory = "6F23840E325041592E5359532E4444463031A511BF0C0E610C4F07A0000000031010870101";
  context.insert("A", "3B8180018080", {
    "00A404000E325041592E5359532E444446303100": `${directory}9000`,
    "00A4040008315449432E49434100": "6F009000",
  });
  context.insert("B", "3B00", { "00A404000E315041592E5359532E444446303100": "6F009000" });
  const found: Record<string, readonly string[]> = {};
  const names: string[] = [];
  for await (const tap of taps({ context })) {
    const { applications, name } = await tap.identify();
    found[tap.reader] = applications;
    names.push(name);
    if (names.length === 2) break;
  }
  expect(found).toEqual({ A: ["EMV payment: Visa", "Calypso"], B: ["EMV payment"] });
  expect(names).toEqual(["EMV payment card", "EMV payment card"]);
});

test("a card that is taken away meanwhile ends in one error, and its identity stays what it was", async () => {
  await using reader = createVirtualReader({ tags: [loadTag(ntag216WithUri())] });
  for await (const tap of taps({ context: reader.context })) {
    reader.field.pullAfter(1);
    await expect(tap.identify()).rejects.toBeInstanceOf(Error);
    expect(tap.card.name).toBe("NTAG216");
    break;
  }
});
