import { type CardSession, fromHex, toHex } from "@cardwire/core";
import { beforeEach, describe, expect, test } from "vitest";
import { openNtag216, P2, P4, transmit } from "../test/ntag216.ts";
import { type ScriptedExchange as Exchange, playScript as play } from "@cardwire/core/testing";

const UID = "04D149D29C3980";
const compact = (text: string) => text.replaceAll(" ", "");

type Row = readonly [apdu: string, script: readonly Exchange[], response: string];

describe("as Windows has it", () => {
  let card: CardSession;
  beforeEach(() => {
    card = openNtag216("nfccx");
  });

  const rows: readonly Row[] = [
    ["FFCA000000", [], `${UID}9000`],
    ["FFCA000004", [], `${UID}6C07`],
    ["FFCA000008", [], `${UID}006282`],
    ["FFCA010000", [], "804F0CA00000030603003D000000009000"],
    ["FFB0000410", [["3004", P4]], `${P4}9000`],
    ["FFB0000404", [["3004", P4]], `${P4}6C10`],
    ["FFB0000400", [["3004", P4]], `${P4}9000`],
    ["FFB0000411", [], "6282"],
    ["FFB0010410", [], "6B00"],
    ["FFB000F010", [["30F0", "0"]], "6A82"],
    ["FFD6000504DEADBEEF", [["A205DEADBEEF", "A"]], "9000"],
    ["FFD6000004DEADBEEF", [], "6B00"],
    ["FFD6010504DEADBEEF", [], "6B00"],
    ["FFD6000503DEADBE", [], "6C00"],
    ["FFD6000505DEADBEEF00", [], "6282"],
    ["00B0000410", [], "6800"],
    ["FFA4000000", [], "6A81"],
    ["FFB000", [], "6300"],
    ["FF860000050100046000", [], "6A81"],
    ["FFC20003 0B A009 800105 810401000000", [], "6A81"],
    ["FFC20001 03 950160", [], "C0030169869000"],
    ["FFC20000 02 8100", [], "C0030090009000"],
    ["FFC20000 05 8003000000", [], "8003010001C0030090009000"],
    ["FFC20000 02 8300", [], "C003016A819000"],
  ];
  test.each(rows)("%s", (apdu, script, response) => {
    expect(transmit(card, compact(apdu), script)).toBe(response);
  });

  test("GET_VERSION in a transparent session", () => {
    transmit(card, "FFC20000028100");
    expect(transmit(card, "FFC2000103950160", [["60", "0004040201001303"]])).toBe("97080004040201001303C0030090009000");
  });

  test("Switch Protocol to the protocol that the tag has", () => {
    expect(transmit(card, "FFC20002048F020003", [["reselect", "done"]])).toBe("9000");
    expect(transmit(card, "FFC20002048F020004", [["reselect", "done"]])).toBe("6F00");
  });

  test("LOAD KEYS is taken, though no key serves this card", () => {
    expect(transmit(card, "FF82000006FFFFFFFFFFFF")).toBe("9000");
    expect(transmit(card, "FF82010006FFFFFFFFFFFF")).toBe("status C000000D");
  });

  test.each([
    ["0", "6A82"],
    ["1", "6982"],
    ["2", "FFFF"],
    ["3", "FFFF"],
    ["4", "6581"],
    ["5", "6982"],
    ["6", "FFFF"],
    ["7", "FFFF"],
    ["8", "FFFF"],
    ["B", "FFFF"],
    ["A", "9000"],
    ["5A", "FFFF"],
    // a frame without data, and one of another length
    ["", "9000"],
    ["0A0A", "0A0A9000"],
  ])("a read answered by %s", (answer, response) => {
    expect(transmit(card, "FFB0000410", [["3004", answer]])).toBe(response);
  });

  test.each([
    ["0", "6A82"],
    ["4", "6581"],
    ["5", "6982"],
    ["7", "FFFF"],
    ["", "9000"],
    ["0000", "9000"],
  ])("a write answered by %s", (answer, response) => {
    expect(transmit(card, "FFD6000504DEADBEEF", [["A205DEADBEEF", answer]])).toBe(response);
  });

  test.each([
    ["timeout", true],
    ["link-lost", true],
    ["crc", false],
    ["parity", false],
    ["framing", false],
    ["collision", false],
  ])("%s is 6981 and ends presence: %s", (reason, cardLost) => {
    for (const [apdu, frame] of [
      ["FFB0000410", "3004"],
      ["FFD6000504DEADBEEF", "A205DEADBEEF"],
    ] as const)
      expect(play(card.transmit(fromHex(apdu), 258), [[frame, reason]])).toEqual({
        response: fromHex("6981"),
        status: 0,
        cardLost,
      });
  });

  describe("a short Le that met with a NAK", () => {
    beforeEach(() => {
      expect(transmit(card, "FFB000F004", [["30F0", "0"]])).toBe("6A82");
    });

    test("turns the next good read into 6C10, once", () => {
      expect(transmit(card, "FFB0000410", [["3004", P4]])).toBe(`${P4}6C10`);
      expect(transmit(card, "FFB0000410", [["3004", P4]])).toBe(`${P4}9000`);
    });

    test("is not taken away by a read that is refused or fails", () => {
      expect(transmit(card, "FFB0000411")).toBe("6282");
      expect(transmit(card, "FFB0010410")).toBe("6B00");
      expect(transmit(card, "FFB000F010", [["30F0", "0"]])).toBe("6A82");
      expect(transmit(card, "FFB0000410", [["3004", "crc"]])).toBe("6981");
      expect(transmit(card, "FFB0000410", [["3004", "A"]])).toBe("6C10");
    });

    test.each([
      ["FFCA000000", `${UID}6C07`],
      ["FFCA010000", "804F0CA00000030603003D000000006C07"],
      ["FFCA050000", "6C07"],
    ])("is taken away by %s", (apdu, response) => {
      expect(transmit(card, apdu)).toBe(response);
      expect(transmit(card, "FFB0000410", [["3004", P4]])).toBe(`${P4}9000`);
    });
  });

  test("a short Le that an area of 16 or 17 cut off is remembered too", () => {
    for (const area of [16, 17]) {
      expect(transmit(card, "FFB0000404", [["3004", P4]], area)).toBe("6C10");
      expect(transmit(card, "FFB0000410", [["3004", P4]])).toBe(`${P4}6C10`);
    }
  });

  test.each([
    [2, "6981"],
    [15, "6981"],
    [16, "6C10"],
    [17, "6C10"],
    [18, `${P4}9000`],
  ])("a read with an area of %i", (area, response) => {
    expect(transmit(card, "FFB0000410", [["3004", P4]], area)).toBe(response);
  });

  test.each([
    [2, "6C02"],
    [3, "6C02"],
    [4, "9000"],
  ])("a write answered by two bytes, with an area of %i", (area, response) => {
    expect(transmit(card, "FFD6000504DEADBEEF", [["A205DEADBEEF", "0A0A"]], area)).toBe(response);
  });

  describe("in a transparent session", () => {
    beforeEach(() => {
      transmit(card, "FFC20000028100");
    });

    test.each([
      ["A", "9700C0030090009000"],
      ["0", "C003016A829000"],
      ["5", "C0030169829000"],
      ["F", "C00301FFFF9000"],
      ["crc", "C0030169819000"],
    ])("a write answered by %s", (answer, response) => {
      expect(transmit(card, "FFC20001089506A20500000000", [["A20500000000", answer]])).toBe(response);
    });

    test("the tag is asked for its presence all the same", () => {
      expect(play(card.checkPresence(), [["3002", P2]])).toBe(true);
    });
  });

  test("presence is a read of page 2, answered by anything", () => {
    expect(play(card.checkPresence(), [["3002", P2]])).toBe(true);
    expect(play(card.checkPresence(), [["3002", "0"]])).toBe(true);
    expect(play(card.checkPresence(), [["3002", "timeout"]])).toBe(false);
    expect(play(card.checkPresence(), [["3002", "crc"]])).toBe(false);
  });
});

describe("by the documents", () => {
  let card: CardSession;
  beforeEach(() => {
    card = openNtag216("documented");
  });

  const rows: readonly Row[] = [
    ["FFCA000000", [], `${UID}9000`],
    ["FFCA000004", [], "6C07"],
    ["FFCA000008", [], `${UID}006282`],
    ["FFCA010000", [], "6A81"],
    ["FFB0000410", [["3004", P4]], `${P4}9000`],
    ["FFB0000400", [["3004", P4]], `${P4}9000`],
    ["FFB0000404", [], "6C10"],
    ["FFB0000411", [["3004", P4]], `${P4}6282`],
    ["FFB0010410", [], "6B00"],
    [
      "FFB000F010",
      [
        ["30F0", "0"],
        ["reselect", "done"],
      ],
      "6A82",
    ],
    ["FFD6000504DEADBEEF", [["A205DEADBEEF", "A"]], "9000"],
    [
      "FFD6000004DEADBEEF",
      [
        ["A200DEADBEEF", "0"],
        ["reselect", "done"],
      ],
      "6A82",
    ],
    ["FFD6010504DEADBEEF", [], "6B00"],
    ["FFD6000503DEADBE", [], "6700"],
    ["FFD6000505DEADBEEF00", [], "6700"],
    [
      "FFD6000504DEADBEEF",
      [
        ["A205DEADBEEF", "7"],
        ["reselect", "done"],
      ],
      "6581",
    ],
    [
      "FFD6000504DEADBEEF",
      [
        ["A205DEADBEEF", "3"],
        ["reselect", "done"],
      ],
      "6F00",
    ],
    ["FF860000050100046000", [], "6A81"],
    ["FFC20001 03 950160", [], "C0030163019000"],
    // answers that no tag should give
    [
      "FFB0000410",
      [
        ["3004", "A"],
        ["reselect", "done"],
      ],
      "6981",
    ],
    [
      "FFB0000410",
      [
        ["3004", "0A0A"],
        ["reselect", "done"],
      ],
      "6981",
    ],
    [
      "FFD6000504DEADBEEF",
      [
        ["A205DEADBEEF", ""],
        ["reselect", "done"],
      ],
      "6981",
    ],
  ];
  test.each(rows)("%s", (apdu, script, response) => {
    expect(transmit(card, compact(apdu), script)).toBe(response);
  });

  test("a silent tag is selected again before it is given up", () => {
    const outcome = (reply: string) =>
      play(card.transmit(fromHex("FFB0000410"), 258), [
        ["3004", "timeout"],
        ["reselect", reply],
      ]);
    expect(outcome("done")).toEqual({ response: fromHex("6981"), status: 0, cardLost: false });
    expect(outcome("link-lost")).toEqual({ response: fromHex("6981"), status: 0, cardLost: true });
  });

  test("no short Le is remembered", () => {
    expect(transmit(card, "FFB0000404")).toBe("6C10");
    expect(transmit(card, "FFB0000410", [["3004", P4]])).toBe(`${P4}9000`);
  });

  test("presence is a read of page 0; a tag that said NAK, or nothing, is selected again", () => {
    expect(play(card.checkPresence(), [["3000", P2]])).toBe(true);
    for (const answer of ["0", "timeout"]) {
      expect(
        play(card.checkPresence(), [
          ["3000", answer],
          ["reselect", "done"],
        ]),
      ).toBe(true);
      expect(
        play(card.checkPresence(), [
          ["3000", answer],
          ["reselect", "link-lost"],
        ]),
      ).toBe(false);
    }
  });

  test("a tag in a transparent session is left alone", () => {
    transmit(card, "FFC20000028100");
    expect(play(card.checkPresence(), [])).toBe(true);
    transmit(card, "FFC20000028200");
    expect(play(card.checkPresence(), [["3000", P2]])).toBe(true);
  });
});

test("the attribute ICC_TYPE_PER_ATR", () => {
  expect(openNtag216("documented").iccType).toBe(5);
  expect(openNtag216("nfccx").iccType).toBe(0);
  expect(toHex(openNtag216("nfccx").atr)).toBe("3B8F8001804F0CA00000030603003D0000000056");
});
