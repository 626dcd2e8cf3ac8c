import { fromHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { identifyAtr, parseSmartCardList } from "./smart-card-list.ts";

const LIST = `\uFEFF#
#    a list in the form of pcsc-tools
#

# the card that everybody has
3B 81 80 01 80 80
\tDESFire
\thttps://example.invalid/desfire

3b 81 80 01 .. ..\r
\tanything with one historical byte\r
3B 8F 80 01 80 4F 0C A0 00 00 03 06 .. 00 0[1-3] 00 00 00 00 ..
\tan early registered storage card
# in between
    indented with blanks   
3B EF 00 FF 81 31 42 45 .* 38
\tmany bytes
3B 3B 13 00 80 66 12 04 01 04 00 4[4,9] 82 90 00
\tone of two
3B 00
`;

const list = parseSmartCardList(LIST);
const identify = (hex: string): string[] => identifyAtr(fromHex(hex), list).flatMap(({ descriptions }) => descriptions);

describe("parseSmartCardList", () => {
  it("reads patterns, descriptions and line numbers past comments, tabs and CR LF", () => {
    expect(list.problems).toEqual([]);
    expect(list.entries.map(({ pattern, line }) => [pattern, line])).toEqual([
      ["3B8180018080", 6],
      ["3B818001....", 10],
      ["3B8F8001804F0CA000000306..000[1-3]00000000..", 12],
      ["3BEF00FF81314245.*38", 16],
      ["3B3B1300806612040104004[4,9]829000", 18],
      ["3B00", 20],
    ]);
    expect(list.entries[0]?.descriptions).toEqual(["DESFire", "https://example.invalid/desfire"]);
    expect(list.entries[2]?.descriptions).toEqual(["an early registered storage card", "indented with blanks"]);
    expect(list.entries[5]?.descriptions).toEqual([]);
  });

  it("reports what it cannot read, and gives its descriptions to nobody", () => {
    const { entries, problems } = parseSmartCardList(
      "\tlost\n3B 00\n\tfine\n3B (00|01)+\n\tnot fine\n3B XX\n3B 0[3-1]\n3B [\n",
    );
    expect(entries).toEqual([{ pattern: "3B00", descriptions: ["fine"], line: 2 }]);
    expect(problems).toEqual([
      { line: 1, text: "lost" },
      { line: 4, text: "3B (00|01)+" },
      { line: 5, text: "not fine" },
      { line: 6, text: "3B XX" },
      { line: 7, text: "3B 0[3-1]" },
      { line: 8, text: "3B [" },
    ]);
  });

  it("refuses a pattern that would take for ever", () => {
    expect(parseSmartCardList(`3B ${".*".repeat(30)}38`).entries).toEqual([]);
  });

  it("reads any text, and identifies with any list", () => {
    const line = fc.array(fc.constantFrom("3", "B", ".", "*", "+", "?", "[", "]", "-", ",", " ", "\t", "#", "(", "x"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.array(
          line.map((parts) => parts.join("")),
          { maxLength: 20 },
        ),
        fc.uint8Array({ maxLength: 33 }),
        (lines, atr) => {
          const read = parseSmartCardList(lines.join("\n"));
          expect(identifyAtr(atr, read).length).toBeLessThanOrEqual(read.entries.length);
        },
      ),
    );
  });
});

describe("identifyAtr", () => {
  it("finds exact entries first, then patterns", () => {
    expect(identify("3B8180018080")).toEqual([
      "DESFire",
      "https://example.invalid/desfire",
      "anything with one historical byte",
    ]);
  });

  it("matches dots, classes and repetitions from end to end", () => {
    expect(identify("3B8F8001804F0CA0000003060300020000000069")).toHaveLength(2);
    expect(identify("3B8F8001804F0CA0000003060300040000000069")).toEqual([]);
    expect(identify("3BEF00FF8131424538")).toEqual(["many bytes"]);
    expect(identify("3BEF00FF81314245000038")).toEqual(["many bytes"]);
    expect(identify("3BEF00FF8131424538FF")).toEqual([]);
    expect(identify("3B3B13008066120401040049829000")).toEqual(["one of two"]);
    expect(identify("3B8180018080FF")).toEqual([]);
  });

  it("knows nothing of an empty list", () => {
    expect(identifyAtr(fromHex("3B00"), parseSmartCardList(""))).toEqual([]);
  });
});
