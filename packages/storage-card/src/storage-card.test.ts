import { fromHex } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { openEchoCard, transmit } from "../test/echo-card.ts";
import { playScript as play } from "@cardwire/core/testing";

describe("decoding", () => {
  test.each([
    // APDU, nfccx, documented
    ["FFB000", "6300", "6700"],
    ["FFCA0000", "6300", "6700"],
    ["FF820000", "6300", "6700"],
    ["00B0000410", "6800", "6800"],
    ["FFA4000000", "6A81", "6D00"],
    ["FF88000A6000", "6A81", "6A81"],
    ["FF86000005 0100046000", "6A81", "6A81"],
    ["FFC2000300", "6A81", "6A81"],
    ["FFC2000400", "6A81", "6A81"],
    ["FFC2010000", "6A81", "6A81"],
    ["FFC2000200", "6A81", "C003009000 9000"],
    ["FFD6000104 DEAD", undefined, "6700"],
    ["FFD6000102 DEADBEEF", undefined, "6700"],
    ["FFD6000100 00", undefined, "6700"],
    ["FFD6000100 0002 DE", undefined, "6700"],
  ])("%s", (apdu, nfccx, documented) => {
    if (nfccx !== undefined) expect(transmit(openEchoCard("nfccx"), apdu)).toBe(nfccx);
    expect(transmit(openEchoCard("documented"), apdu)).toBe(documented.replaceAll(" ", ""));
  });

  test("Windows takes Lc at its word, and what is not there is zeros", () => {
    expect(transmit(openEchoCard("nfccx"), "FFD6000104DEAD", [["DEAD0000", "A"]])).toBe("9000");
    expect(transmit(openEchoCard("nfccx"), "FFD6000102DEADBEEF", [["DEAD", "A"]])).toBe("9000");
  });

  test.each(["FFD6000102DEAD", "FFD6000102DEAD00", "FFD60001000002DEAD", "FFD60001000002DEAD0000"])(
    "%s has two bytes of data",
    (apdu) => {
      expect(transmit(openEchoCard("documented"), apdu, [["DEAD", "A"]])).toBe("9000");
    },
  );

  test("a GENERAL AUTHENTICATE of more than 512 bytes is INVALID_PARAMETER, of 512 it is not", () => {
    const apdu = (length: number) => "FF86000005" + "00".repeat(length - 5);
    expect(transmit(openEchoCard("nfccx"), apdu(512))).toBe("6A81");
    expect(transmit(openEchoCard("nfccx"), apdu(513))).toBe("status C000000D");
  });

  test("the obsolete AUTHENTICATE reaches a family that has it, as it is", () => {
    const commands = openEchoCard("documented").commands;
    const card = openEchoCard("documented", {
      commands: {
        ...commands,
        *authenticate(command) {
          return command.end(0x9000, command.bytes);
        },
      },
    });
    expect(transmit(card, "FF8800046001")).toBe("FF88000460019000");
  });
});

describe("the caller's area", () => {
  const answer = "00112233445566778899AABBCCDDEEFF";

  test.each([
    [2, "6981"],
    [15, "6981"],
    [16, "6C10"],
    [17, "6C10"],
    [18, `${answer}9000`],
  ])("of %i bytes, 16 of data, as Windows has it", (area, response) => {
    expect(transmit(openEchoCard("nfccx"), "FFB0000410", [["000410", answer]], area)).toBe(response);
  });

  test("too small is BUFFER_TOO_SMALL by the documents, after the exchange", () => {
    expect(transmit(openEchoCard("documented"), "FFB0000410", [["000410", answer]], 17)).toBe("status C0000023");
    expect(transmit(openEchoCard("documented"), "FFB0000410", [["000410", answer]], 18)).toBe(`${answer}9000`);
  });

  test("a write counts what is stripped from its answer", () => {
    for (const area of [2, 3])
      expect(transmit(openEchoCard("nfccx"), "FFD600010101", [["01", "0A0A"]], area)).toBe("6C02");
    expect(transmit(openEchoCard("nfccx"), "FFD600010101", [["01", "0A0A"]], 4)).toBe("9000");
  });
});

describe("a failed exchange", () => {
  const cases = [
    // reason, after failure, on the air, lost
    ["timeout", "end-presence", [], true],
    ["link-lost", "end-presence", [], true],
    ["crc", "end-presence", [], false],
    ["timeout", "reselect", [["reselect", "link-lost"]], false],
    ["crc", "reselect", [["reselect", "done"]], false],
    ["timeout", "reselect-or-end-presence", [["reselect", "done"]], false],
    ["timeout", "reselect-or-end-presence", [["reselect", "link-lost"]], true],
  ] as const;

  test.each(cases)("%s with the rule %s", (reason, afterFailure, rest, lost) => {
    for (const profile of ["nfccx", "documented"] as const) {
      const card = openEchoCard(profile, { afterFailure });
      const outcome = play(card.transmit(fromHex("FFB0000410"), 258), [["000410", reason], ...rest]);
      expect(outcome).toEqual({ response: fromHex("6981"), status: 0, cardLost: lost });
    }
  });

  test("what the front end cannot do is no failure of the card", () => {
    expect(transmit(openEchoCard("nfccx"), "FFB0000410", [["000410", "unsupported"]])).toBe("6981");
    expect(transmit(openEchoCard("documented"), "FFB0000410", [["000410", "unsupported"]])).toBe("6A81");
  });

  test("a reselected tag is reported to the family", () => {
    let forgotten = 0;
    const card = openEchoCard("documented", { onReselected: () => (forgotten += 1) });
    transmit(card, "FFB0000410", [
      ["000410", "timeout"],
      ["reselect", "done"],
    ]);
    card.onReselected();
    expect(forgotten).toBe(2);
  });
});
