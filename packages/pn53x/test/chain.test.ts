import { type ConformanceProfile, fromHex, toHex, type VirtualTag } from "@cardwire/core";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { loadTag } from "@cardwire/virtual";
import {
  classic1kWithNdef,
  felicaLiteSWithUri,
  ntag216WithUri,
  st25tb04k,
  topaz96WithText,
  ultralightEv1Ticket,
} from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { overRcS380, PIPES, type Way, withChain } from "./chain.ts";

const MIFARE_CLASSIC = "MIFARE Classic";

/** What is said to a tag of each kind: reads, writes, refusals, and frames of a transparent session. */
const CONVERSATIONS: Readonly<Record<string, readonly [tag: () => VirtualTag, apdus: readonly string[]]>> = {
  NTAG216: [
    () => loadTag(ntag216WithUri()),
    [
      "FFCA000000",
      "FFB0000410",
      "FFB000E010",
      "FFD6000504DEADBEEF",
      "FFB0000510",
      // a page that is not there: NAK, and the tag must be selected again
      "FFB000FF10",
      "FFB0000410",
      "FFC2000002810000",
      // GET_VERSION, FAST_READ, a WRITE that is answered with four bits
      "FFC20001 03 9501 60",
      "FFC20001 05 9503 3A041D",
      "FFC20001 08 9506 A20611223344",
      // without the reader's CRC: 3000 and its CRC_A by hand
      "FFC20001 0A 90020003 9504 300002A8",
      // WUPA of seven bits: a tag that is awake falls asleep, and wakes with the next
      "FFC20001 0A 90020000 910107 950152",
      "FFC20001 0A 90020000 910107 950152",
      "FFC2000002820000",
      "FFB0000610",
    ],
  ],
  "Ultralight EV1": [
    () => loadTag(ultralightEv1Ticket()),
    ["FFCA000000", "FFB0000010", "FFD6000404CAFEBABE", "FFB0000410"],
  ],
  [MIFARE_CLASSIC]: [
    () => loadTag(classic1kWithNdef()),
    [
      "FFCA000000",
      "FF82000006D3F7D3F7D3F7",
      "FF82000106FFFFFFFFFFFF",
      // not authenticated
      "FFB0000410",
      "FF860000050100046000",
      "FFB0000410",
      // the wrong key, then the right one
      "FF860000050100086001",
      "FFB0000810",
      "FF8600000501000C6001",
      "FFD6000C10000102030405060708090A0B0C0D0E0F",
      "FFB0000C10",
      // a value block, and what is done with it
      "FFD6000D10 0A000000F5FFFFFF0A0000000DF20DF2",
      "FFC20003 09 A0 01 0D C0 04 00000005",
      "FFB0000D10",
    ],
  ],
  "FeliCa Lite-S": [
    () => loadTag(felicaLiteSWithUri()),
    [
      "FFCA000000",
      "FFB0800010",
      "FFB0000010",
      "FFB0000030",
      "FFD6000110000102030405060708090A0B0C0D0E0F",
      "FFB0000110",
    ],
  ],
  "Topaz 96": [
    () => loadTag(topaz96WithText()),
    [
      "FFCA000000",
      "FFB0000000",
      "FFB0000006",
      "FFB0010101",
      "FFD602030155",
      "FFB0020301",
      "FFD600000100",
      "FFB0020301",
    ],
  ],
  ST25TB04K: [
    () => loadTag(st25tb04k()),
    ["FFCA000000", "FFB0000704", "FFD6000A0401020304", "FFB0000A04", "FFB0000708", "FFB000F004", "FFB0000704"],
  ],
  "ISO-DEP, type A": [
    () => createIsoDepCard({ uid: fromHex("04112233445566"), application: echo, activatedBy: "reader" }),
    [
      "FFCA000000",
      "FFCA010000",
      "00A4040007D2760000850101",
      "00B0000000",
      `00D60000FF${"5A".repeat(255)}`,
      "00C0000000",
    ],
  ],
  "ISO-DEP, type A, activated by the field": [
    () => createIsoDepCard({ uid: fromHex("04112233445566"), application: echo }),
    // the field has agreed on frames that are longer than an ACR122U passes
    ["FFCA000000", "00A4040007D2760000850101", `00D6000064${"5A".repeat(100)}`],
  ],
  "ISO-DEP, type B": [
    () => createIsoDepCard({ pupi: fromHex("AABBCCDD"), application: echo, activatedBy: "reader" }),
    ["FFCA000000", "00A4040007D2760000850101", `00D60000FF${"5A".repeat(255)}`, "00C0000000"],
  ],
};

/** Says back what it was told. */
function echo(command: Uint8Array): Uint8Array {
  return Uint8Array.of(...command, 0x90, 0x00);
}

async function converse(name: string, profile: ConformanceProfile, way?: Way): Promise<readonly string[]> {
  const conversation = CONVERSATIONS[name];
  if (conversation === undefined) throw new Error(name);
  const [tag, apdus] = conversation;
  return withChain(tag(), profile, way, async ({ connection, send }) => {
    const { answerToReset } = await connection.status();
    const answers = [toHex(new Uint8Array(answerToReset ?? new ArrayBuffer(0)))];
    for (const apdu of apdus)
      answers.push(await send(fromHex(apdu)).then(toHex, (error: unknown) => `! ${String(error)}`));
    return answers;
  });
}

const inTheField = new Map<string, Promise<readonly string[]>>();

/** What the tag answers in the field itself, asked once. */
function expectedOf(name: string, profile: ConformanceProfile): Promise<readonly string[]> {
  const key = `${name}, ${profile}`;
  const known = inTheField.get(key) ?? converse(name, profile);
  inTheField.set(key, known);
  return known;
}

const NAMES = Object.keys(CONVERSATIONS);

/** A Port-100 has no command for the authentication of MIFARE Classic. */
const WAYS: readonly (readonly [name: string, way: Way, conversations: readonly string[]])[] = [
  ...Object.entries(PIPES).map(([name, way]) => [name, way, NAMES] as const),
  ["an RC-S380", overRcS380, NAMES.filter((name) => name !== MIFARE_CLASSIC)],
];

describe.each(WAYS)("over %s", (_, way, names) => {
  describe.each(["documented", "nfccx"] as const)("in profile %s", (profile) => {
    it.each(names)("%s answers as it does in the field itself", async (name) => {
      expect(await converse(name, profile, way)).toEqual(await expectedOf(name, profile));
    });
  });
});
