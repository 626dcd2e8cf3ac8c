import { fromHex, type RfFrame, type RfRequest, toHex } from "@cardwire/core";
import { beforeEach, describe, expect, test } from "vitest";
import { openEchoCard, target, transmit } from "../../test/echo-card.ts";
import { type ScriptedExchange as Exchange, playScript as play } from "@cardwire/core/testing";
import type { StorageCard } from "../index.ts";

function apdu(head: string, data: string): string {
  const bytes = fromHex(data);
  const length =
    bytes.length > 255 ? `00${bytes.length.toString(16).padStart(4, "0")}` : bytes.length.toString(16).padStart(2, "0");
  return head + length + toHex(bytes);
}
const manage = (data: string) => apdu("FFC20000", data);
const exchange = (data: string) => apdu("FFC20001", data);
const switchTo = (data: string) => apdu("FFC20002", data);
const answer = (text: string) => text.replaceAll(" ", "");

let card: StorageCard;
beforeEach(() => {
  card = openEchoCard("documented");
});

describe("Manage Session", () => {
  test.each([
    ["", [], "C003009000 9000"],
    ["8003 000000", [], "C003009000 8003010001 9000"],
    ["8100 8200", [], "C003009000 9000"],
    ["8101 00", [], "C003016700 9000"],
    ["8003 0000", [], "C003016700 9000"],
    ["8100 9500", [], "C003026A81 9000"],
    // the field needs a session
    ["8300", [], "C003016301 9000"],
    [
      "8100 8300 8400",
      [
        ["field off", "done"],
        ["field on", "done"],
      ],
      "C003009000 9000",
    ],
    [
      "8100 8300 5F4604 88130000 8400",
      [
        ["field off", "done"],
        ["field on after 5000 µs", "done"],
      ],
      "C003009000 9000",
    ],
    ["8100 8300 5F4603 881300 8400", [["field off", "done"]], "C003036700 9000"],
    ["8100 8300", [["field off", "unsupported"]], "C003026A81 9000"],
    ["8100 8300", [["field off", "link-lost"]], "C003026400 9000"],
    // lengths in the long forms
    ["8100 5F468104 88130000", [], "C003009000 9000"],
    ["8100 5F46820004 88130000", [], "C003009000 9000"],
    ["8180", [], "C003016700 9000"],
    ["818300000000", [], "C003016700 9000"],
    ["8182", [], "C003016700 9000"],
  ] as const)("%s", (data, script, response) => {
    expect(transmit(card, manage(data), script)).toBe(answer(response));
  });

  test("ending a session in which the field was off selects the tag again", () => {
    const off: Exchange[] = [["field off", "done"]];
    expect(transmit(card, manage("8100 8300"), off)).toBe("C0030090009000");
    expect(transmit(card, exchange("950130"))).toBe("C0030163019000");
    const back: Exchange[] = [
      ["field on", "done"],
      ["reselect", "done"],
    ];
    expect(transmit(card, manage("8200"), back)).toBe("C0030090009000");
    expect(transmit(card, manage("8100 8200"))).toBe("C0030090009000");
  });

  test("a tag that does not come back then is lost", () => {
    transmit(card, manage("8100 8300"), [["field off", "done"]]);
    const outcome = play(card.transmit(fromHex(manage("8400 8200")), 258), [
      ["field on", "done"],
      ["reselect", "link-lost"],
    ]);
    expect(outcome).toMatchObject({ cardLost: true });
  });

  test.each([
    // set parameters, get parameters, response to the latter
    ["FF6E03 070105", "FF6D02 0700", "C003009000 FF6D03070105 9000"],
    ["FF6E09 010108 0A0401020304", "FF6D04 0A00 0100", "C003009000 FF6D090A0401020304010108 9000"],
    ["FF6E03 010108", "FF6D02 0200", "C003009000 FF6D03020100 9000"],
    ["FF6E03 010108", "FF6D02 0C00", "C003016A81 9000"],
    ["FF6E03 010108", "FF6D01 01", "C003016700 9000"],
    ["FF6E03 010108", "FF6D02 0101", "C003016700 9000"],
    ["FF6E03 010108", "FF6D00", "C003016700 9000"],
  ])("parameters %s, %s", (set, get, response) => {
    expect(transmit(card, manage(set))).toBe("C0030090009000");
    expect(transmit(card, manage(get))).toBe(answer(response));
  });

  test.each([
    ["FF6E00", "6700"],
    ["FF6E02 0101", "6700"],
    ["FF6E03 010208", "6700"],
    ["FF6E03 0A0108", "6700"],
    ["FF6E03 0C0108", "6A81"],
    ["FF6E03 03010F", "6A80"],
    ["FF6E03 050101", "6A80"],
  ])("parameters that cannot be set: %s", (set, statusWord) => {
    expect(transmit(card, manage(set))).toBe(`C00301${statusWord}9000`);
  });

  test("an answer that does not fit is BUFFER_TOO_SMALL", () => {
    expect(transmit(card, manage("8100"), [], 6)).toBe("status C0000023");
    expect(transmit(card, manage("8100"), [], 7)).toBe("C0030090009000");
  });
});

describe("Transparent Exchange", () => {
  test("needs a session", () => {
    expect(transmit(card, exchange("950160"))).toBe("C0030163019000");
  });

  describe("in a session", () => {
    beforeEach(() => {
      transmit(card, manage("8100"));
    });

    test.each([
      ["950160", [["60", "0004040201001303"]], "C003009000 920100 96020000 97080004040201001303 9000"],
      // four bits of ACK
      ["9506 A20400010203", [["A20400010203", "A"]], "C003009000 920104 96020000 97010A 9000"],
      // REQA: seven bits, no CRC either way
      [
        "9002 0003 9101 07 9501 26",
        [["26 7 bits -transmitCrc -receiveCrc", "4400"]],
        "C003009000 920100 96020000 97024400 9000",
      ],
      [
        "9002 000F 950130",
        [["30 -transmitCrc -receiveCrc -transmitParity -receiveParity", ""]],
        "C003009000 920100 96020000 9700 9000",
      ],
      // the bits of a last byte go with one frame
      [
        "9101 07 950126 950126",
        [
          ["26 7 bits", "4400"],
          ["26", "timeout"],
        ],
        "C003036401 920100 96020000 97024400 9000",
      ],
      // expected bits
      ["9201 04 950130", [["30", "A"]], "C003009000 920104 96020000 97010A 9000"],
      ["9201 04 950130", [["30", "AA"]], "C003009000 920100 96020800 9701AA 9000"],
      // transmit, then receive
      ["9302 3004", [["3004 no reply", "done"]], "C003009000 9000"],
      [
        "9302 3004 9400",
        [
          ["3004 no reply", "done"],
          ["receive", "1122"],
        ],
        "C003009000 920100 96020000 97021122 9000",
      ],
      ["9302 3004", [["3004 no reply", "link-lost"]], "C003016401 9000"],
      ["9401 00", [], "C003016700 9000"],
      ["9500", [], "C003016700 9000"],
      ["9001 00", [], "C003016700 9000"],
      ["9101 08", [], "C003016A80 9000"],
      ["9102 0000", [], "C003016700 9000"],
      ["9700", [], "C003016A81 9000"],
      ["8300", [], "C003016A81 9000"],
      // what went wrong with an answer
      ["950130", [["30", "timeout"]], "C003016401 9000"],
      ["950130", [["30", "crc"]], "C003016F00 96020100 9000"],
      ["950130", [["30", "collision"]], "C003016F00 96020200 9000"],
      ["950130", [["30", "parity"]], "C003016F00 96020400 9000"],
      ["950130", [["30", "framing"]], "C003016F00 96020800 9000"],
      ["950130", [["30", "overflow"]], "C003016F00 9000"],
      ["950130", [["30", "unsupported"]], "C003016A81 9000"],
      ["950130", [["30", "done"]], "C003016401 9000"],
      ["FF6D02 0300", [], "C003009000 FF6D03030100 9000"],
    ] as const)("%s", (data, script, response) => {
      expect(transmit(card, exchange(data), script)).toBe(answer(response));
    });

    test("flags stay until the session ends", () => {
      transmit(card, exchange("9002 0003"));
      transmit(card, exchange("950130"), [["30 -transmitCrc -receiveCrc", ""]]);
      transmit(card, manage("8100"));
      transmit(card, exchange("9400"), [["receive -receiveCrc", ""]]);
      transmit(card, manage("8200 8100"));
      transmit(card, exchange("950130"), [["30", ""]]);
    });

    test("long data go in an APDU of extended length and come back with a long length", () => {
      const long = "5A".repeat(300);
      const reply = "A5".repeat(924);
      expect(transmit(card, exchange(`9582012C${long}`), [[long, reply]])).toBe(
        `C003009000920100960200009782039C${reply}9000`,
      );
      expect(transmit(card, exchange("950130"), [["30", "00".repeat(128)]])).toContain("978180");
      expect(transmit(card, exchange("950130"), [["30", "00".repeat(127)]])).toContain("977F");
    });

    test.each([
      // where the time comes from
      ["950130", 25_000],
      ["5F4604 88130000 950130", 5000],
      ["5F4604 00000000 950130", 25_000],
      ["FF6E03 030104 950130", 4833],
      ["9400 5F4604 88130000", 5000],
      ["9400", 25_000],
    ])("%s waits %i µs", (data, timeoutUs) => {
      const requests: RfRequest[] = [];
      const request = data.startsWith("94") ? "receive" : "30";
      play(card.transmit(fromHex(exchange(data)), 258), [[request, "00"]], requests);
      expect((requests[0] as RfFrame).timeoutUs).toBe(timeoutUs);
    });

    test("a lost link ends presence, a silent tag does not", () => {
      const lost = (reason: string) => play(card.transmit(fromHex(exchange("950130")), 258), [["30", reason]]).cardLost;
      expect(lost("link-lost")).toBe(true);
      expect(lost("timeout")).toBe(false);
    });
  });
});

describe("Switch Protocol", () => {
  const isoDep = {
    technology: "nfc-a",
    uid: new Uint8Array(4),
    atqa: fromHex("0400"),
    sak: 0x28,
    ats: fromHex("067577810280"),
  } as const;
  const atr = "3B8F8001804F0CA00000030603003D0000000056";

  test.each([
    ["8F02 0003", [["reselect", "done"]], "C003009000 8F0100 9000"],
    ["8F02 0003", [["reselect", "link-lost"]], "C003016401 9000"],
    ["8F02 0003", [["reselect", "unsupported"]], "C003016A81 9000"],
    ["8F02 0000", [["reselect", "done"]], `C003009000 5F5114${atr} 9000`],
    ["8F02 0040", [["reselect", "done"]], `C003009000 5F5114${atr} 9000`],
    ["8F02 0002", [], "C003009000 9000"],
    // no ISO-DEP in this card, no type B card either
    ["8F02 0004", [], "C003016401 9000"],
    ["8F02 0103", [], "C003016401 9000"],
    ["8F02 0803", [], "C003016A80 9000"],
    ["8F02 0031", [], "C003016A81 9000"],
    ["8F02 0005", [], "C003016A80 9000"],
    ["8F01 00", [], "C003016700 9000"],
    ["8E02 0003", [], "C003016A81 9000"],
  ] as const)("%s", (data, script, response) => {
    expect(transmit(card, switchTo(data), script)).toBe(answer(response));
  });

  test("to ISO-DEP, where the card has both, gives the ATR of that side and tells the reader", () => {
    card = openEchoCard("documented", { targets: [target, isoDep] });
    const outcome = play(card.transmit(fromHex(switchTo("8F02 0004")), 258), [["reselect nfc-a", "done"]]);
    // DESFire's one historical byte
    expect(toHex(outcome.response)).toBe("C0030090005F51063B818001808090 00".replace(" ", ""));
    expect(outcome.switchedTo).toBe(isoDep);
  });
});
