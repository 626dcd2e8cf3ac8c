import { type CardSession, type ConformanceProfile, fromHex, type RfLink, runDialogue, toHex } from "@cardwire/core";
import { atOnce, exchangeApdu as exchange, openScripted, scriptedAir, sendApdu as send } from "@cardwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { iso15693 } from "./family.ts";
import { createIso15693Tag } from "./virtual-tag.ts";

/** ICODE SLIX and ST's LRI2K and M24LR64, least significant byte first. */
const SLIX = "81DCD049080104E0";
const LRI2K = "666943 1BC32002E0";
const M24LR64 = "6669431BC32C02E0";

function open(profile: ConformanceProfile, uid = SLIX): CardSession {
  const target = { technology: "nfc-v", uid: fromHex(uid), dsfid: 0 } as const;
  return openScripted(iso15693, target, profile);
}

describe("identity", () => {
  it.each([
    [SLIX, "0014", "70"],
    [LRI2K, "0000", "64"],
  ])("UID %s in the answer to reset", (uid, name, tck) => {
    expect(toHex(open("nfccx", uid).atr)).toBe(`3B8F8001804F0CA0000003060C${name}00000000${tck}`);
    expect(open("documented", uid).iccType).toBe(7);
  });

  it("answers GET DATA with the UID as it came over the air", () => {
    expect(exchange(open("documented"), "FFCA000000")[0]).toBe(`${SLIX}9000`);
    expect(exchange(open("nfccx"), "FFCA000004")[0]).toBe(`${SLIX}6C08`);
    expect(exchange(open("nfccx"), "FFCA010000")[0]).toBe("6A81");
  });
});

describe("nfccx, from its source", () => {
  it.each([
    ["a block", SLIX, "FFB0050004", ["00AABBCCDD"], undefined, "AABBCCDD9000", ["022005"]],
    ["Le 00", SLIX, "FFB0050000", [], undefined, "6700", []],
    ["block not available", SLIX, "FFB0050004", ["0110"], undefined, "FFA2", ["022005"]],
    ["an extended address", SLIX, "FFB0010104", ["00AABBCCDD"], undefined, "AABBCCDD9000", ["02300101"]],
    ["ST's extension", M24LR64, "FFB0050004", ["00AABBCCDD"], undefined, "AABBCCDD9000", ["0A200500"]],
    ["error 01", SLIX, "FFB0050004", ["0101"], undefined, "6A81", ["022005"]],
    ["error 02", SLIX, "FFB0050004", ["0102"], undefined, "6981", ["022005"]],
    ["error 14", SLIX, "FFB0050004", ["0114"], undefined, "6581", ["022005"]],
    ["error 0F", SLIX, "FFB0050004", ["010F"], undefined, "FFFF", ["022005"]],
    ["an error without a code", SLIX, "FFB0050004", ["01"], undefined, "FFFF", ["022005"]],
    ["other flags", SLIX, "FFB0050004", ["0A"], undefined, "9000", ["022005"]],
    ["nothing", SLIX, "FFB0050004", [""], undefined, "9000", ["022005"]],
    ["area 4", SLIX, "FFB0050004", ["00AABBCCDD"], 4, "6981", ["022005"]],
    ["area 6", SLIX, "FFB0050004", ["00AABBCCDD"], 6, "6C05", ["022005"]],
    ["area 7", SLIX, "FFB0050004", ["00AABBCCDD"], 7, "AABBCCDD9000", ["022005"]],
    ["silence", SLIX, "FFB0050004", ["timeout"], undefined, "6981", ["022005"]],
    ["a write", SLIX, "FFD6050004AABBCCDD", ["00"], undefined, "9000", ["022105AABBCCDD"]],
    ["an extended write", SLIX, "FFD6050104AABBCCDD", ["00"], undefined, "9000", ["02310501AABBCCDD"]],
    ["ST's extended write", M24LR64, "FFD6050004AABBCCDD", ["00"], undefined, "9000", ["0A210500AABBCCDD"]],
    ["a write of three bytes", SLIX, "FFD6050003AABBCC", [], undefined, "6700", []],
    ["a write, area 2", SLIX, "FFD6050004AABBCCDD", ["00"], 2, "6C01", ["022105AABBCCDD"]],
  ])("%s", (_what, uid, apdu, replies, area, response, requests) => {
    expect(exchange(open("nfccx", uid), apdu, replies, area)).toEqual([response, requests]);
  });

  it("remembers a short Le of GET DATA until a block is read", () => {
    const session = open("nfccx");
    expect(exchange(session, "FFCA000004", [], 9)[0]).toBe("6C08");
    expect(exchange(session, "FFB0050004", ["0110"])[0]).toBe("FFA2");
    expect(exchange(session, "FFB0050004", ["00AABBCCDD"])[0]).toBe("AABBCCDD6C04");
    expect(exchange(session, "FFB0050004", ["00AABBCCDD"])[0]).toBe("AABBCCDD9000");
  });

  it("forces the high data rate on transceive objects, and keeps the flags of the answer", () => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    expect(exchange(session, "FFC20001059503002005", ["00AABBCCDD"])).toEqual([
      "970500AABBCCDDC0030090009000",
      ["022005"],
    ]);
    expect(exchange(session, "FFC20001059503002005", ["0110"])).toEqual(["C00301FFA29000", ["022005"]]);
  });

  it("takes 255 bytes into a transceive object, whatever the area", () => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    expect(exchange(session, "FFC20001059503002005", ["00AABBCCDD"], 4)[0]).toBe("6700");
    expect(exchange(session, "FFC20001059503002005", [`00${"5A".repeat(12)}`], 12)[0]).toBe("C0030167009000");
    expect(exchange(session, "FFC20001059503002005", ["00".repeat(256)], 300)[0]).toBe("C0030169819000");
  });

  it("takes silence for departure", () => {
    expect(send(open("nfccx"), "FFB0050004", scriptedAir("timeout")).cardLost).toBe(true);
  });
});

describe("documented", () => {
  it.each([
    ["a block", "FFB0050004", ["00AABBCCDD"], "AABBCCDD9000", ["022005"]],
    ["Le 00", "FFB0050000", ["00AABBCCDD"], "AABBCCDD9000", ["022005"]],
    ["Le 00 of a tag with blocks of 8", "FFB0050000", ["000102030405060708"], "01020304050607089000", ["022005"]],
    ["Le 2", "FFB0050002", ["00AABBCCDD"], "6C04", ["022005"]],
    ["several blocks", "FFB0050008", ["000102030405060708"], "01020304050607089000", ["02230501"]],
    [
      "several, on a tag without the command",
      "FFB0050008",
      ["0101", "0001020304", "0005060708"],
      "01020304050607089000",
      ["02230501", "022005", "022006"],
    ],
    [
      "several, of which one is there",
      "FFB0050008",
      ["0110", "0001020304", "0110"],
      "010203046282",
      ["02230501", "022005", "022006"],
    ],
    ["not there", "FFB0050004", ["0110"], "6A82", ["022005"]],
    ["silence of a tag that is there", "FFB0050004", ["timeout", "done"], "6A82", ["022005", "reselect"]],
    ["a write", "FFD6050004AABBCCDD", ["00"], "9000", ["022105AABBCCDD"]],
    ["a write of a locked block", "FFD6050004AABBCCDD", ["0112"], "6986", ["022105AABBCCDD"]],
    [
      "a write that is met by silence",
      "FFD6050004AABBCCDD",
      ["timeout", "done"],
      "6581",
      ["022105AABBCCDD", "reselect"],
    ],
    ["a write of nothing", "FFD6050021" + "00".repeat(33), [], "6700", []],
  ])("%s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open("documented"), apdu, replies)).toEqual([response, requests]);
  });

  it("reads 80 blocks of a tag in two APDUs", () => {
    const memory = new Uint8Array(320).map((_, index) => index);
    const tag = createIso15693Tag({
      uid: fromHex(SLIX),
      dsfid: 1,
      afi: 0x3d,
      icReference: 1,
      blockBytes: 4,
      memory,
      lockedBlocks: new Uint8Array(80).fill(1, 79),
    });
    tag.setPowered(true);
    let exchanges = 0;
    const link: RfLink = {
      exchange(request) {
        exchanges++;
        if (request.kind === "frame") return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
        return { kind: "done" };
      },
    };
    const session = open("documented");
    const read = ["FFB00000FC", "FFB03F0044"].map((apdu) => toHex(send(session, apdu, link).response.slice(0, -2)));
    expect(read.join("")).toBe(toHex(memory));
    expect(exchanges).toBe(2);
    expect(toHex(send(session, "FFD6000004DEADBEEF", link).response)).toBe("9000");
    expect(toHex(tag.toImage().memory.subarray(0, 4))).toBe("DEADBEEF");
    expect(toHex(send(session, "FFD64F0004DEADBEEF", link).response)).toBe("6986");
  });
});

it.each(["documented", "nfccx"] as const)("answers anything at all with a status in profile %s", (profile) => {
  const reply = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map(toHex),
    fc.constantFrom("timeout", "crc", "link-lost", "done"),
  );
  const head = fc.constantFrom("FFB000", "FFD600", "FFB0", "FF8200", "FFC20001", "FFCA", "FF");
  fc.assert(
    fc.property(
      head,
      fc.uint8Array({ maxLength: 24 }),
      fc.array(reply, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 2, max: 40 }),
      (start, rest, replies, area) => {
        const session = open(profile);
        send(session, "FFC20000028100", scriptedAir(), 40);
        // the tag goes on giving its last answer
        const endless: RfLink = {
          exchange: (request) =>
            scriptedAir(replies.length > 1 ? (replies.shift() ?? "") : (replies[0] ?? "")).exchange(request),
        };
        const outcome = atOnce(runDialogue(session.transmit(fromHex(start + toHex(rest)), area), endless));
        if (outcome.status !== 0) expect([0xc000000d, 0xc000007f, 0xc0000023]).toContain(outcome.status);
        else expect(outcome.response.length).toBeGreaterThanOrEqual(2);
        expect(outcome.response.length).toBeLessThanOrEqual(area);
      },
    ),
    { numRuns: 1000 },
  );
});

it("asks for block 0 whether the tag is there", () => {
  const air = scriptedAir("0110", "timeout", "0110");
  expect(atOnce(runDialogue(open("nfccx").checkPresence(), air))).toBe(true);
  expect(atOnce(runDialogue(open("documented", M24LR64).checkPresence(), air))).toBe(false);
  expect(atOnce(runDialogue(open("nfccx", M24LR64).checkPresence(), air))).toBe(true);
  expect(air.requests).toEqual(["022000", "0A200000", "022000"]);
});
