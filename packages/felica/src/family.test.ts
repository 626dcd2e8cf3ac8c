import { type CardSession, type ConformanceProfile, fromHex, runDialogue, toHex } from "@cardwire/core";
import { atOnce, exchangeApdu as exchange, openScripted, scriptedAir, sendApdu as send } from "@cardwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { responseTimeUs } from "./commands.ts";
import { felica } from "./family.ts";

const IDM = "299FFA53AB75876E";
const DATA = "000102030405060708090A0B0C0D0E0F";
const READ = `1006${IDM}010B00018000`;
const GOOD = `1D07${IDM}000001${DATA}`;

function open(profile: ConformanceProfile): CardSession {
  const target = {
    technology: "nfc-f",
    idm: fromHex(IDM),
    pmm: fromHex("574E102A9416BC8E"),
    systemCode: 0x88b4,
  } as const;
  return openScripted(felica, target, profile);
}

describe("identity", () => {
  it("has the answer to reset of the registry, its IDm, and no type", () => {
    const session = open("documented");
    expect(toHex(session.atr)).toBe("3B8F8001804F0CA00000030611003B0000000042");
    expect(session.iccType).toBe(0);
    expect(exchange(session, "FFCA000000")).toEqual([`${IDM}9000`, []]);
  });

  it.each([
    ["FFCA000004", 300, `${IDM}6C00`],
    ["FFCA000009", 300, `${IDM}006282`],
    ["FFCA000009", 10, "6C09"],
    ["FFCA000000", 8, "6C08"],
    ["FFCA000000", 7, "6300"],
    ["FFCA010000", 300, "6A81"],
  ])("answers GET DATA in Windows' way: %s into %i bytes", (apdu, area, response) => {
    expect(exchange(open("nfccx"), apdu, [], area)[0]).toBe(response);
  });
});

describe("nfccx, from its source", () => {
  const read = "FFB0000006010B00018000";
  const write = `FFD6000016010900018005${DATA}`;
  const written = `2008${IDM}010900018005${DATA}`;
  it.each([
    ["a block", read, [GOOD], undefined, `${DATA}9000`, [READ]],
    ["status flags", read, [`0C07${IDM}01A8`], undefined, "01A8", [READ]],
    ["Lc 5", "FFB0000005010B000180", [], undefined, "6700", []],
    ["two services", "FFB0000006020B00018000", [], undefined, "FFA1", []],
    ["no block", "FFB0000006010B00008000", [], undefined, "FFA2", []],
    ["five blocks", "FFB0000006010B00058000", [], undefined, "FFA2", []],
    ["P1", "FFB0010006010B00018000", [], undefined, "6B00", []],
    ["one byte", read, ["0C/8"], undefined, "6981", [READ]],
    ["nothing", read, [""], undefined, "6981", [READ]],
    ["a cut answer", read, [`0C07${IDM}01`], undefined, "9000", [READ]],
    ["area 11 hides the flags", read, [`0C07${IDM}01A8`], 11, "9000", [READ]],
    ["area 12 leaves them", read, [`0C07${IDM}01A8`], 12, "01A8", [READ]],
    ["area 13 leaves no data", read, [GOOD], 13, "9000", [READ]],
    ["area 20 cuts the data", read, [GOOD], 20, "000102030405069000", [READ]],
    ["silence", read, ["timeout"], undefined, "6981", [READ]],
    ["a write", write, [`0C09${IDM}0000`], undefined, "9000", [written]],
    ["a write's flags", write, [`0C09${IDM}01A5`], undefined, "01A5", [written]],
    [
      "a write of three-byte element",
      `FFD600001701090001000500${DATA}`,
      [`0C09${IDM}0000`],
      undefined,
      "9000",
      [`2108${IDM}01090001000500${DATA}`],
    ],
    ["a write to an odd element", `FFD6000016010900018105${DATA}`, [], undefined, "01A1", []],
    ["a write of another size", `FFD6000017010900018005${DATA}00`, [], undefined, "01A9", []],
    ["a short write", `FFD6000015010900018005${DATA.slice(2)}`, [], undefined, "6700", []],
    ["a write of two blocks", `FFD6000016010900028005${DATA}`, [], undefined, "FFA2", []],
    ["GENERAL AUTHENTICATE", "FF860000050100046000", [], undefined, "6A81", []],
  ])("%s", (_what, apdu, replies, area, response, requests) => {
    expect(exchange(open("nfccx"), apdu, replies, area)).toEqual([response, requests]);
  });

  it("puts a whole frame on the air for a transceive object", () => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    expect(exchange(session, "FFC20001089506060088B40100", [`1201${IDM}574E102A9416BC8E`])[1]).toEqual([
      "060088B40100",
    ]);
    expect(exchange(session, "FFC20001039501FF")).toEqual(["C0030169819000", []]);
  });
});

describe("documented", () => {
  const two = `2D07${IDM}000002${DATA}${DATA}`;
  it.each([
    ["a block", "FFB0000006010B00018000", [GOOD], `${DATA}9000`, [READ]],
    [
      "two blocks of two services",
      "FFB000000A020B0009000280008105",
      [two],
      `${DATA}${DATA}9000`,
      [`1406${IDM}020B0009000280008105`],
    ],
    ["another card's answer", "FFB0000006010B00018000", [GOOD.replace("299F", "299E")], "6981", [READ]],
    ["another command's answer", "FFB0000006010B00018000", [GOOD.replace("1D07", "1D09")], "6981", [READ]],
    ["a length byte that lies", "FFB0000006010B00018000", [GOOD.replace("1D07", "1E07")], "6981", [READ]],
    ["a block too few", "FFB0000008010B000280008001", [GOOD], "6981", [`1206${IDM}010B000280008001`]],
    ["status flags", "FFB0000006010B00018000", [`0C07${IDM}01A8`], "01A8", [READ]],
    ["no services", "FFB0000006000B00018000", [], "FFA1", []],
    ["a list cut short", "FFB0000006010B00028000", [], "01A1", []],
    ["left over", "FFB0000007010B0001800000", [], "6700", []],
    ["silence of a card that is there", "FFB0000006010B00018000", ["timeout", "done"], "6981", [READ, "reselect"]],
    ["a write", `FFD6000016010900018005${DATA}`, [`0C09${IDM}0000`], "9000", [`2008${IDM}010900018005${DATA}`]],
    ["a write of another size", `FFD6000017010900018005${DATA}00`, [], "01A9", []],
  ])("%s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("documented"), apdu, replies)).toEqual([response, requests]);
  });

  it("waits as long as the PMm says", () => {
    // JIS X 6319-4: 302 µs × ((B + 1) n + (A + 1)) × 4^E
    expect(responseTimeUs(fromHex("0000000000FF0000"), 5, 1)).toBe(Math.ceil(302.06 * 16 * 64));
    expect(responseTimeUs(fromHex("0000000000000000"), 5, 4)).toBe(Math.ceil(302.06 * 5));
  });
});

it.each(["documented", "nfccx"] as const)("answers anything at all with a status in profile %s", (profile) => {
  const reply = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map(toHex),
    fc.constantFrom("timeout", "crc", "link-lost", "done", GOOD),
  );
  const head = fc.constantFrom("FFB00000", "FFD60000", "FF8200", "FFC20001", "FFCA", "FF");
  fc.assert(
    fc.property(
      head,
      fc.uint8Array({ maxLength: 30 }),
      fc.array(reply, { minLength: 20, maxLength: 20 }),
      fc.integer({ min: 2, max: 40 }),
      (start, rest, replies, area) => {
        const session = open(profile);
        send(session, "FFC20000028100", scriptedAir(), 40);
        const outcome = atOnce(
          runDialogue(session.transmit(fromHex(start + toHex(rest)), area), scriptedAir(...replies)),
        );
        if (outcome.status !== 0) expect([0xc000000d, 0xc000007f, 0xc0000023]).toContain(outcome.status);
        else expect(outcome.response.length).toBeGreaterThanOrEqual(2);
        expect(outcome.response.length).toBeLessThanOrEqual(area);
      },
    ),
    { numRuns: 1000 },
  );
});

it("polls to ask whether the card is there, and wants the same card", () => {
  const air = scriptedAir(`1201${IDM}574E102A9416BC8E`, "1201000000000000000000000000000000", "timeout");
  const session = open("nfccx");
  expect([1, 2, 3].map(() => atOnce(runDialogue(session.checkPresence(), air)))).toEqual([true, false, false]);
  expect(air.requests[0]).toBe("060088B40000");
});
