import { fromHex, type RfFrame, type RfRequest } from "@cardwire/core";
import { beforeEach, describe, expect, test } from "vitest";
import { openEchoCard, target, transmit } from "../../test/echo-card.ts";
import { playScript as play } from "@cardwire/core/testing";
import type { StorageCard } from "../index.ts";

const OK = "C0030090009000";
const hex = (length: number) => length.toString(16).padStart(2, "0").toUpperCase();

/** An APDU with its Lc. */
function apdu(head: string, data: string): string {
  const bytes = fromHex(data);
  return head + hex(bytes.length) + data;
}
const manage = (data: string) => apdu("FFC20000", data);
const exchange = (data: string) => apdu("FFC20001", data);

let card: StorageCard;
beforeEach(() => {
  card = openEchoCard("nfccx");
});

describe("Manage Session", () => {
  test.each([
    ["", OK],
    ["8003000000", `8003010001${OK}`],
    ["8100", OK],
    ["81008200", OK],
    ["8003000000 8003000000", `80030100018003010001${OK}`],
    // the failing object has its number, and nothing behind it runs
    ["8101 00", "C0030163009000"],
    ["8100 8201 00", "C0030263009000"],
    ["8002 0000", "C0030163009000"],
    ["8300", "C003016A819000"],
    ["8400", "C003016A819000"],
    ["FF6D0101", "C003016A819000"],
    ["FF6E03010100", "C003016A819000"],
    ["5F460400000000", "C003016A819000"],
    ["8100 8300 8003000000", "C003026A819000"],
    // tag, length or value cut off
    ["81", "C0030163009000"],
    ["8003 00", "C0030163009000"],
    ["5F", "C0030163009000"],
    ["FFFF", "C0030163009000"],
    // lengths above 80 mean nothing
    ["8181 00", "C0030163009000"],
    ["8182 0000", "C0030163009000"],
    ["81FF 00", "C0030163009000"],
  ])("%s", (data, response) => {
    expect(transmit(card, manage(data.replaceAll(" ", "")))).toBe(response);
  });

  test("80 as a length is plain 128", () => {
    expect(transmit(card, manage(`8180${"00".repeat(128)}`))).toBe("C0030163009000");
    expect(transmit(card, manage(`8380${"00".repeat(128)}`))).toBe("C003016A819000");
    expect(transmit(card, manage(`8180${"00".repeat(127)}`))).toBe("C0030163009000");
  });

  test("what Lc promises and the APDU does not have is zeros", () => {
    expect(transmit(card, "FFC2000005")).toBe("C003016A819000");
    expect(transmit(card, "FFC200000281")).toBe(OK);
  });

  test.each([
    [2, "6700"],
    [4, "6700"],
    [5, "6C05"],
    [6, "6C05"],
    [7, OK],
  ])("an area of %i", (area, response) => {
    expect(transmit(card, manage("8100"), [], area)).toBe(response);
  });

  test.each([
    [4, "6700"],
    [5, "6C05"],
    // the version object fits, the error object does not
    [7, "80030100016700"],
    [9, "80030100016700"],
    [10, "6C0A"],
    [12, `8003010001${OK}`],
  ])("an area of %i for the version", (area, response) => {
    expect(transmit(card, manage("8003000000"), [], area)).toBe(response);
  });
});

describe("Transparent Exchange", () => {
  test("needs a session", () => {
    expect(transmit(card, exchange("950160"))).toBe("C0030169869000");
    transmit(card, manage("8100"));
    expect(transmit(card, exchange("950160"), [["60", "0004040201001303"]])).toBe(`97080004040201001303${OK}`);
    transmit(card, manage("8200"));
    expect(transmit(card, exchange("950160"))).toBe("C0030169869000");
  });

  describe("in a session", () => {
    beforeEach(() => {
      transmit(card, manage("8100"));
    });

    test.each([
      ["", [], OK],
      ["9000", [], "C003016A819000"],
      ["900200FF", [], "C003016A819000"],
      ["9101 00", [], "C003016A819000"],
      ["9201 00", [], "C003016A819000"],
      ["9301 00", [], "C003016A819000"],
      ["9400", [], "C003016A819000"],
      ["9600", [], "C003016A819000"],
      // nothing to send
      ["9500", [], "C0030169819000"],
      [
        "950130 950131",
        [
          ["30", "AA"],
          ["31", "BB"],
        ],
        `9701AA9701BB${OK}`,
      ],
      [
        "950130 950131",
        [
          ["30", "AA"],
          ["31", "crc"],
        ],
        "9701AAC0030269819000",
      ],
      ["950130", [["30", ""]], `9700${OK}`],
      ["958130 30", [], "C0030163009000"],
      ["5F460300000000", [], "C0030163009000"],
    ] as const)("%s", (data, script, response) => {
      expect(transmit(card, exchange(data.replaceAll(" ", "")), script)).toBe(response);
    });

    test("the length of an answer is one plain byte, and 255 is the most", () => {
      const long = "5A".repeat(196);
      expect(transmit(card, exchange("950130"), [["30", long]])).toBe(`97C4${long}${OK}`);
      expect(transmit(card, exchange("950130"), [["30", "5A".repeat(256)]])).toBe("C0030169819000");
    });

    test.each([
      [2, "6700"],
      [4, "6700"],
      [5, "6C05"],
      [6, "6C05"],
      [7, "C0030167009000"],
      [9, "C0030167009000"],
      [17, "C0030167009000"],
      [18, "6C12"],
      [20, `9710${"5A".repeat(16)}6700`],
      [22, `9710${"5A".repeat(16)}6700`],
      [23, "6C17"],
      [24, "6C17"],
      [25, `9710${"5A".repeat(16)}${OK}`],
    ])("an area of %i, with 16 bytes from the card", (area, response) => {
      expect(transmit(card, exchange("950130"), [["30", "5A".repeat(16)]], area)).toBe(response);
    });

    test("a timer takes its value from the four bytes in front of it", () => {
      // found by running the driver: with the timer first, those bytes are INS, P1, P2 and Lc
      const times: Record<string, number> = {
        "0C": 4784,
        "2B": 590,
        "2F": 2162,
        "33": 3735,
        "56": 1114,
        "5A": 2687,
        "5E": 4260,
        "7D": 65,
        "81": 1638,
        "85": 3211,
        "89": 4784,
        A8: 590,
        AC: 2162,
        B0: 3735,
        D3: 1114,
        D7: 2687,
        DB: 4260,
        FA: 65,
        FE: 1638,
      };
      for (let lc = 10; lc <= 0xff; lc++) {
        const padding = lc - 10;
        // an unknown object fills the APDU up; it comes last and ends the walk
        const filler =
          padding === 0
            ? ""
            : padding === 1
              ? "83"
              : `83${hex(Math.min(padding - 2, 0x80))}${"00".repeat(padding - 2)}`;
        const requests: RfRequest[] = [];
        const expected = times[hex(lc)];
        play(
          card.transmit(fromHex(`FFC20001${hex(lc)}5F46048813000095 01 30${filler}`), 258),
          expected === undefined ? [] : [["30", "00"]],
          requests,
        );
        expect((requests[0] as RfFrame | undefined)?.timeoutUs).toBe(
          expected === undefined ? undefined : expected * 1000,
        );
      }
    });

    test("a second timer takes the value of the first", () => {
      const requests: RfRequest[] = [];
      play(
        card.transmit(fromHex(exchange("5F4604D0070000 5F460400000000 950130".replaceAll(" ", ""))), 258),
        [["30", "00"]],
        requests,
      );
      expect(requests).toEqual([{ kind: "frame", data: Uint8Array.of(0x30), timeoutUs: 2000 }]);
    });

    test("without a timer, or with 0, the tag has half a second", () => {
      const requests: RfRequest[] = [];
      play(card.transmit(fromHex(exchange("950130")), 258), [["30", "00"]], requests);
      expect(requests).toEqual([{ kind: "frame", data: Uint8Array.of(0x30), timeoutUs: 500_000 }]);
    });

    test("a tag that is gone ends presence", () => {
      const outcome = play(card.transmit(fromHex(exchange("950130")), 258), [["30", "timeout"]]);
      expect(outcome).toEqual({ response: fromHex("C0030169819000"), status: 0, cardLost: true });
    });
  });
});

describe("Switch Protocol", () => {
  const isoDep = {
    ...target,
    technology: "nfc-a",
    uid: new Uint8Array(4),
    atqa: fromHex("0400"),
    sak: 0x28,
    ats: fromHex("067577810280"),
  } as const;

  test.each([
    ["FFC20002048F020003", "9000"],
    ["FFC20002048F020004", "6F00"],
    ["FFC20002048F020002", "6F00"],
    ["FFC20002048F020103", "6F00"],
    // only the last two bytes are looked at
    ["FFC20002FFFFFF0003", "9000"],
  ])("%s always selects the tag again", (bytes, response) => {
    expect(transmit(card, bytes, [["reselect", "done"]])).toBe(response);
    expect(transmit(card, bytes, [["reselect", "link-lost"]])).toBe("6F00");
  });

  test.each(["FFC200020100", "FFC20002048F02000300"])("%s has another length", (bytes) => {
    expect(transmit(card, bytes)).toBe("6A81");
  });

  test("to another protocol of the card tells the reader", () => {
    card = openEchoCard("nfccx", { targets: [target, isoDep] });
    const outcome = play(card.transmit(fromHex("FFC20002048F020004"), 258), [["reselect nfc-a", "done"]]);
    expect(outcome).toEqual({ response: fromHex("9000"), status: 0, cardLost: false, switchedTo: isoDep });
    expect(transmit(card, "FFC20002048F020003", [["reselect", "done"]])).toBe("9000");
  });
});
