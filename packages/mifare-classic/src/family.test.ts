import { type CardSession, type ConformanceProfile, fromHex, type RfLink, runDialogue, toHex } from "@cardwire/core";
import {
  atOnce as now,
  exchangeApdu as exchange,
  openScripted,
  scriptedAir,
  sendApdu as send,
} from "@cardwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildAccessBits } from "./access-bits.ts";
import { mifareClassic } from "./family.ts";
import { buildValueBlock } from "./value-block.ts";
import { createMifareClassicTag } from "./virtual-tag.ts";
import { mifareClassicImage } from "./virtual-image.ts";

const UID = fromHex("11223344");
const KEY = "FFFFFFFFFFFF";

function open(profile: ConformanceProfile, sak = 0x08, uid = UID): CardSession {
  const target = { technology: "nfc-a", uid, atqa: fromHex("0400"), sak } as const;
  return openScripted(mifareClassic, target, profile);
}

describe("identity", () => {
  // PC/SC part 3 supplement, table 3, as Windows picks from it
  it.each([
    [0x08, "0001", "6A"],
    [0x28, "0001", "6A"],
    [0x18, "0002", "69"],
    [0x38, "0002", "69"],
    [0x09, "0026", "4D"],
    [0x10, "0038", "53"],
    [0x11, "0039", "52"],
    [0x88, "0000", "6B"],
  ])("SAK %i in the answer to reset", (sak, name, tck) => {
    expect(toHex(open("nfccx", sak).atr)).toBe(`3B8F8001804F0CA00000030603${name}00000000${tck}`);
  });

  it("has a type in the documents and none in Windows", () => {
    expect([open("documented").iccType, open("nfccx").iccType]).toEqual([5, 0]);
  });

  it("is not an Ultralight, nor a card that was taken to ISO-DEP", () => {
    const target = { technology: "nfc-a", uid: UID, atqa: fromHex("4400") } as const;
    expect(mifareClassic.accepts({ ...target, sak: 0 })).toBe(false);
    expect(mifareClassic.accepts({ ...target, sak: 0x20 })).toBe(false);
    expect(mifareClassic.accepts({ ...target, sak: 0x28, ats: fromHex("0578807002") })).toBe(false);
  });
});

describe("nfccx, from its source", () => {
  it("loads keys and authenticates with them", () => {
    const session = open("nfccx");
    expect(exchange(session, `FF82000006${KEY}`)).toEqual(["9000", []]);
    expect(exchange(session, "FF860000050100046000", ["done"])).toEqual(["9000", [`auth a 4 ${KEY} 11223344`]]);
    expect(exchange(session, "FF860000050100046100", ["authentication", "done"])).toEqual([
      "6981",
      [`auth b 4 ${KEY} 11223344`, "reselect"],
    ]);
  });

  it.each([
    ["key type", "FF860000050100046200", "6986"],
    ["version", "FF860000050200046000", "6983"],
    ["key not loaded", "FF860000050100046007", "6988"],
    ["Lc", "FF8600000401000460", "0000"],
    ["an Le", "FF86000005010004600000", "6300"],
    ["P1 P2", "FF860001050100046000", "6B00"],
  ])("GENERAL AUTHENTICATE: %s", (_what, apdu, response) => {
    const session = open("nfccx");
    send(session, `FF82000006${KEY}`);
    expect(exchange(session, apdu)).toEqual([response, []]);
  });

  it("gives the first byte of the address a weight of 16, and takes the last four bytes of a longer UID", () => {
    const session = open("nfccx", 0x08, fromHex("04AABBCCDDEEFF"));
    send(session, `FF82000106${KEY}`);
    expect(exchange(session, "FF860000050103026001", ["done"])[1]).toEqual([`auth a 50 ${KEY} CCDDEEFF`]);
  });

  it("makes an NTSTATUS of a key that it does not take", () => {
    expect(exchange(open("nfccx"), `FF82010006${KEY}`)).toEqual(["c000000d", []]);
  });

  const data = "000102030405060708090A0B0C0D0E0F";
  it.each([
    ["Le 16", "FFB0000410", [data], `${data}9000`, ["3004"]],
    ["Le 0", "FFB0000400", [data], `${data}9000`, ["3004"]],
    ["Le 4", "FFB0000404", [data], `${data}6C10`, ["3004"]],
    ["Le 4, NAK", "FFB0000404", ["04"], "6C10", ["3004"]],
    ["Le 4, silence", "FFB0000404", ["timeout", "done"], "6C10", ["3004", "reselect"]],
    ["Le 17", "FFB0000411", [], "6282", []],
    ["P1", "FFB0010410", [], "6B00", []],
    ["NAK 0", "FFB0000410", ["00"], "6A82", ["3004"]],
    ["NAK 4", "FFB0000410", ["04"], "6581", ["3004"]],
    ["NAK 5", "FFB0000410", ["05"], "6982", ["3004"]],
    ["ACK", "FFB0000410", ["0A"], "9000", ["3004"]],
    ["silence", "FFB0000410", ["timeout", "link-lost"], "6981", ["3004", "reselect"]],
  ])("READ BINARY: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("nfccx"), apdu, replies)).toEqual([response, requests]);
  });

  it("stays present when nothing answers any more", () => {
    expect(send(open("nfccx"), "FFB0000410", scriptedAir("timeout", "link-lost")).cardLost).toBe(false);
  });

  it("remembers an Le that was too small where the area took no data", () => {
    const session = open("nfccx");
    expect(exchange(session, "FFB0000404", [data], 16)).toEqual(["6C10", ["3004"]]);
    expect(exchange(session, "FFB0010410")[0]).toBe("6C10");
    expect(exchange(session, "FFB0010410")[0]).toBe("6B00");
  });

  it.each([
    ["two frames", `FFD6000410${data}`, ["0A", "0A"], "9000", ["A004", data]],
    ["NAKs not looked at", `FFD6000410${data}`, ["04", "00"], "9000", ["A004", data]],
    ["silence", `FFD6000410${data}`, ["0A", "timeout", "done"], "6981", ["A004", data, "reselect"]],
    ["long answers", `FFD6000410${data}`, ["0A0A", "0A0A"], "9000", ["A004", data]],
    ["block 0", `FFD6000010${data}`, [], "6B00", []],
    ["Lc 15", "FFD600040F000102030405060708090A0B0C0D0E", [], "6C00", []],
    ["Lc 17", `FFD6000411${data}10`, [], "6282", []],
  ])("UPDATE BINARY: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("nfccx"), apdu, replies)).toEqual([response, requests]);
  });

  it.each([
    ["nothing", "FFC2000300", [], "9000", []],
    ["one", "FFC200030BA00980010581040100 0000", ["0A", "timeout", "0A"], "9000", ["C105", "01000000", "B005"]],
    ["unknown template", "FFC200030BA20980010581040100 0000", [], "6981", []],
    [
      "a copy",
      "FFC200030EA10C80010580010681040100 0000",
      ["0A", "timeout", "0A", "0A", "timeout", "0A"],
      "9000",
      ["C005", "01000000", "B005", "C205", "00000000", "B006"],
    ],
    ["no ACK", "FFC200030BA00980010581040100 0000", ["04", "done"], "6581", ["C105", "reselect"]],
    [
      "operand answered",
      "FFC200030BA00980010581040100 0000",
      ["0A", "0A", "done"],
      "6581",
      ["C105", "01000000", "reselect"],
    ],
    [
      "transfer refused",
      "FFC200030BA00980010581040100 0000",
      ["0A", "timeout", "00"],
      "6982",
      ["C105", "01000000", "B005"],
    ],
    [
      "transfer answered at length",
      "FFC200030BA00980010581040100 0000",
      ["0A", "timeout", "0A0A"],
      "0A0A9000",
      ["C105", "01000000", "B005"],
    ],
    ["second block cut off", "FFC2000307A005800105800100", [], "6986", []],
    ["second block of two bytes", "FFC2000308A006800105800200", [], "6A82", []],
    [
      "an error behind a transfer that was answered at length",
      "FFC200030EA00C80010581040100000080020000",
      ["0A", "timeout", "0A0A"],
      "0A0A6A82",
      ["C105", "01000000", "B005"],
    ],
    ["block of two bytes", "FFC200030CA00A8002000581040100 0000", [], "6A82", []],
    ["operand of three bytes", "FFC200030AA0088001058103010000", [], "6986", []],
    ["template too long", "FFC200030BA00A80010581040100 0000", [], "6981", []],
  ])("increment and decrement: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("nfccx"), apdu, replies)).toEqual([response, requests]);
  });

  it.each([
    ["read", "3004", [data], `9710${data}C003009000`, ["3004"]],
    ["write", `A004${data}`, ["0A", "0A"], "9700C003009000", ["A004", data]],
    ["authenticate", `600411223344${KEY}`, ["done"], "9700C003009000", [`auth a 4 ${KEY} 11223344`]],
    ["increment", "C10501000000", ["0A", "timeout"], "9700C003009000", ["C105", "01000000"]],
    ["increment in one frame", "C105010000", [data], `9710${data}C003009000`, ["C105010000"]],
    ["raw", "00003004", [data], `9710${data}C003009000`, ["3004"]],
    ["write, answered at length", `A004${data}`, ["0A", "0A0A"], "9700C003009000", ["A004", data]],
    ["raw write", `0000A004${data}`, ["0A", "0A"], "9700C003009000", ["A004", data]],
    ["raw authentication", `0000600411223344${KEY}`, ["done"], "9700C003009000", [`auth a 4 ${KEY} 11223344`]],
    ["raw authentication of another card", `0000600499999999${KEY}`, [], "C003016981", []],
    ["unknown", "5000", [], "C003016981", []],
    ["too short", "A004", [], "C003016981", []],
  ])("transceive: %s", (_what, bytes, replies, response, requests) => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    const object = `95${toHex(Uint8Array.of(bytes.length / 2))}${bytes}`;
    const apdu = `FFC20001${toHex(Uint8Array.of(object.length / 2))}${object}`;
    expect(exchange(session, apdu, replies)).toEqual([`${response}9000`, requests]);
  });
});

describe("nfccx, a transceive object in a small area", () => {
  const data = "000102030405060708090A0B0C0D0E0F";
  // the card is asked whatever the area; the object has to fit, then the error object
  it.each([
    [9, "C0030167009000"],
    [22, `9710${data}6700`],
    [24, "6C17"],
    [25, `9710${data}C0030090009000`],
  ])("of %i bytes", (area, response) => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    expect(exchange(session, "FFC2000104950230 04", [data], area)).toEqual([response, ["3004"]]);
  });
});

describe("documented, after PC/SC part 3", () => {
  const data = "000102030405060708090A0B0C0D0E0F";
  it.each([
    ["a block", "FFB0000410", [data], `${data}9000`, ["3004"]],
    ["Le 4", "FFB0000404", [], "6C10", []],
    ["Le 20", "FFB0000414", [], "6C10", []],
    ["three blocks", "FFB0000430", [data, data, data], `${data}${data}${data}9000`, ["3004", "3005", "3006"]],
    ["three blocks of which one", "FFB0000430", [data, "04", "done"], `${data}6282`, ["3004", "3005", "reselect"]],
    ["NAK", "FFB0000410", ["04", "done"], "6982", ["3004", "reselect"]],
    ["address beyond a byte", "FFB0010410", [], "6A82", []],
  ])("READ BINARY: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("documented"), apdu, replies)).toEqual([response, requests]);
  });

  it.each([
    ["a block", `FFD6000410${data}`, ["0A", "0A"], "9000", ["A004", data]],
    ["refused at once", `FFD6000410${data}`, ["04", "done"], "6982", ["A004", "reselect"]],
    ["refused after the data", `FFD6000410${data}`, ["0A", "04", "done"], "6982", ["A004", data, "reselect"]],
    ["block 0", `FFD6000010${data}`, ["04", "done"], "6982", ["A000", "reselect"]],
    ["wrong length", "FFD600040400000000", [], "6700", []],
  ])("UPDATE BINARY: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("documented"), apdu, replies)).toEqual([response, requests]);
  });

  it.each([
    ["GENERAL AUTHENTICATE", "FF860000050100046000", ["done"], "9000", [`auth a 4 ${KEY} 11223344`]],
    ["refused", "FF860000050100046100", ["authentication", "done"], "6982", [`auth b 4 ${KEY} 11223344`, "reselect"]],
    ["address beyond a byte", "FF860000050101046000", [], "6581", []],
    ["wrong Lc", "FF8600000401000460", [], "6700", []],
    ["AUTHENTICATE", "FF8800046000", ["done"], "9000", [`auth a 4 ${KEY} 11223344`]],
    ["AUTHENTICATE with Lc", "FF880004600100", ["done"], "9000", [`auth a 4 ${KEY} 11223344`]],
  ])("%s", (_what, apdu, replies, response, requests) => {
    const session = open("documented");
    send(session, `FF82000006${KEY}`);
    expect(exchange(session, apdu, replies)).toEqual([response, requests]);
  });

  it.each([
    [
      "one",
      "FFC200030BA00980010581046400 0000",
      ["0A", "timeout", "0A"],
      "C0030090009000",
      ["C105", "64000000", "B005"],
    ],
    ["refused", "FFC200030BA00980010581046400 0000", ["04", "done"], "C0030169829000", ["C105", "reselect"]],
    ["unknown template", "FFC200030BA20980010581046400 0000", [], "C003016A819000", []],
    ["no operand", "FFC2000305A003800105", [], "C003016A809000", []],
  ])("increment and decrement: %s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("documented"), apdu, replies)).toEqual([response, requests]);
  });

  it("ends presence when the card does not answer its selection", () => {
    expect(send(open("documented"), "FFB0000410", scriptedAir("timeout", "link-lost")).cardLost).toBe(true);
    expect(send(open("documented"), "FFB0000410", scriptedAir("timeout", "done")).cardLost).toBe(false);
  });
});

describe("presence", () => {
  const present = (session: CardSession, ...replies: string[]): [boolean, string[]] => {
    const air = scriptedAir(...replies);
    return [now(runDialogue(session.checkPresence(), air)), [...air.requests]];
  };

  it("is asked by opening the open sector again, else by a selection", () => {
    const session = open("documented");
    expect(present(session, "done")).toEqual([true, ["reselect"]]);
    send(session, `FF82000006${KEY}`);
    send(session, "FF860000050100046000", scriptedAir("done"));
    expect(present(session, "done")).toEqual([true, [`auth a 4 ${KEY} 11223344`]]);
    expect(present(session, "timeout", "link-lost")).toEqual([false, [`auth a 4 ${KEY} 11223344`, "reselect"]]);
    expect(present(session, "done")).toEqual([true, ["reselect"]]);
  });
});

describe("on silicon", () => {
  /** The family on a card of its own kind, as a virtual field would join them. */
  function onCard(profile: ConformanceProfile): { session: CardSession; link: RfLink; memory(): Uint8Array } {
    const memory = new Uint8Array(1024);
    memory.set([...UID, 0x44, 0x08, 0x04, 0x00]);
    for (let sector = 0; sector < 16; sector++)
      memory.set(
        [...fromHex(KEY), ...buildAccessBits({ data: [0, 0, 0], trailer: 1 }), 0x69, ...fromHex(KEY)],
        sector * 64 + 48,
      );
    memory.set(buildValueBlock({ value: 7, address: 5 }), 80);
    const tag = createMifareClassicTag(mifareClassicImage(memory));
    tag.setPowered(true);
    tag.select();
    const link: RfLink = {
      exchange(request) {
        switch (request.kind) {
          case "frame":
            return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
          case "mifare-authenticate":
            return tag.authenticate!(request) ? { kind: "done" } : { kind: "failure", reason: "authentication" };
          case "reselect":
            return tag.select() ? { kind: "done" } : { kind: "failure", reason: "link-lost" };
          default:
            return { kind: "failure", reason: "unsupported" };
        }
      },
    };
    return { session: open(profile), link, memory: () => tag.toImage().memory };
  }

  it.each(["documented", "nfccx"] as const)("reads, writes and counts in profile %s", (profile) => {
    const card = onCard(profile);
    const { session, link } = card;
    send(session, `FF82000006${KEY}`, link);
    expect(toHex(send(session, "FF860000050100046000", link).response)).toBe("9000");
    expect(toHex(send(session, `FFD6000410${"5A".repeat(16)}`, link).response)).toBe("9000");
    expect(toHex(send(session, "FFB0000410", link).response)).toBe(`${"5A".repeat(16)}9000`);
    expect(toHex(send(session, "FFC200030BA0098001058104640000 00", link).response)).toMatch(/9000$/);
    expect(toHex(card.memory().subarray(80, 84))).toBe("6B000000");
  });

  it("recovers from a refusal: the card is selected again", () => {
    const { session, link } = onCard("documented");
    send(session, `FF82000006${KEY}`, link);
    send(session, "FF820001060000 00000000", link);
    expect(toHex(send(session, "FFB0000410", link).response)).toBe("6982");
    expect(toHex(send(session, "FF860000050100046001", link).response)).toBe("6982");
    expect(toHex(send(session, "FF860000050100046000", link).response)).toBe("9000");
    expect(toHex(send(session, "FFB0000510", link).response)).toMatch(/^07000000.*9000$/);
  });

  it.each(["documented", "nfccx"] as const)("answers anything at all with a status in profile %s", (profile) => {
    const reply = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(toHex),
      fc.constantFrom("timeout", "crc", "authentication", "link-lost", "done", "0A", "00", "04"),
    );
    const head = fc.constantFrom("FFB000", "FFD600", "FF8600000501", "FF8200", "FFC20003", "FFC20001", "FFCA", "");
    fc.assert(
      fc.property(
        head,
        fc.uint8Array({ maxLength: 24 }),
        fc.array(reply, { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 2, max: 40 }),
        (start, rest, replies, area) => {
          const session = open(profile);
          send(session, `FF82000006${KEY}`);
          send(session, "FFC20000028100", scriptedAir(), 40);
          const apdu = fromHex(start + toHex(rest));
          if (apdu.length === 0) return;
          const outcome = now(runDialogue(session.transmit(apdu, area), scriptedAir(...replies)));
          if (outcome.status !== 0) {
            expect([0xc000000d, 0xc000007f, 0xc0000023]).toContain(outcome.status);
            expect(outcome.response).toHaveLength(0);
            return;
          }
          expect(outcome.response.length).toBeGreaterThanOrEqual(2);
          expect(outcome.response.length).toBeLessThanOrEqual(area);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
