import { concatBytes, fromHex } from "@cardwire/core";
import type { FrameInWords } from "@cardwire/nfc-reader/recording";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FamilyName } from "../families/index.ts";
import { frameWordsOf } from "./index.ts";

const FAMILIES: readonly FamilyName[] = [
  "mifare-ultralight",
  "mifare-classic",
  "felica",
  "iso15693",
  "topaz",
  "iso14443b",
  "iso-dep",
];
const wordsOf = (family: FamilyName) => frameWordsOf({ family, kind: family === "iso-dep" ? "processor" : "storage" })!;
const fieldsOf = ({ lines }: FrameInWords): string[] => lines.map(({ field }) => field);

describe.each(FAMILIES)("frames of %s", (family) => {
  test("have every byte once and in order, whatever they are", () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(bytes, bytes, (request, reply) => {
        const words = wordsOf(family);
        for (const [frame, { lines }] of [
          [request, words.request(request)],
          [reply, words.reply(reply, request)],
        ] as const) {
          expect(concatBytes(...lines.map((line) => line.bytes))).toEqual(frame);
          let offset = 0;
          for (const line of lines) {
            expect(line.offset).toBe(offset);
            offset += line.bytes.length;
          }
        }
      }),
    );
  });
});

test.each<[FamilyName, string, string]>([
  ["mifare-ultralight", "3004", "READ page 04"],
  ["mifare-ultralight", "60", "GET_VERSION"],
  ["mifare-classic", "6008", "AUTHENTICATE with key A, block 08"],
  ["mifare-classic", "000102030405060708090A0B0C0D0E0F", "data"],
  ["felica", "0600FFFF0000", "Polling"],
  ["iso15693", "022004", "READ SINGLE BLOCK 04"],
  ["iso15693", "260100", "INVENTORY"],
  ["topaz", "0000001122334455", "RALL"],
  ["iso14443b", "0805", "READ_BLOCK 05"],
  ["iso-dep", "0200A4040000", "I-block"],
  ["iso-dep", "B2", "R-block"],
])("%s: %s is %s", (family, frame, title) => {
  expect(wordsOf(family).request(fromHex(frame)).title).toBe(title);
});

test("an answer is told by what was asked", () => {
  const pages = wordsOf("mifare-ultralight").reply(new Uint8Array(16), fromHex("3004"));
  expect(fieldsOf(pages)).toEqual(["page 04", "page 05", "page 06", "page 07"]);
  const trailer = wordsOf("mifare-classic").reply(new Uint8Array(16), fromHex("3007"));
  expect(fieldsOf(trailer)).toEqual(["key A", "access bits", "user byte", "key B"]);
});

test("nobody knows the frames of a card that no family takes", () => {
  expect(frameWordsOf({ family: undefined, kind: "unknown" })).toBeUndefined();
});
