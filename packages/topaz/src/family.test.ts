import { type CardSession, type ConformanceProfile, fromHex, type RfLink, runDialogue, toHex } from "@cardwire/core";
import { atOnce, exchangeApdu as exchange, openScripted, scriptedAir, sendApdu as send } from "@cardwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { topaz } from "./family.ts";
import { createTopazTag } from "./virtual-tag.ts";

const UID4 = "AABBCCDD";
const ZEROS = "00".repeat(8);

function open(profile: ConformanceProfile, hr0 = 0x12, hr1 = 0x4c): CardSession {
  const target = { technology: "nfc-a-type1", hr0, hr1, uid: fromHex(UID4) } as const;
  return openScripted(topaz, target, profile);
}

describe("identity", () => {
  // PC/SC part 3 supplement, table 3, as Windows picks from it by HR0
  it.each([
    [0x01, "002F", "47"],
    [0x08, "002F", "47"],
    [0x11, "0030", "58"],
    [0x12, "0030", "58"],
    [0x13, "0000", "68"],
  ])("HR0 %i in the answer to reset", (hr0, name, tck) => {
    expect(toHex(open("nfccx", hr0).atr)).toBe(`3B8F8001804F0CA00000030600${name}00000000${tck}`);
  });

  it("answers GET DATA with the four bytes of RID", () => {
    expect(exchange(open("documented"), "FFCA000000")).toEqual([`${UID4}9000`, []]);
    expect(exchange(open("nfccx"), "FFCA000002")).toEqual([`${UID4}6C04`, []]);
    expect(exchange(open("documented"), "FFCA000002")).toEqual(["6C04", []]);
  });
});

describe.each(["documented", "nfccx"] as const)("in profile %s", (profile) => {
  const segment = "5A".repeat(128);
  it.each([
    ["RID", "FFB0000006", [`124C${UID4}`], `124C${UID4}9000`, ["78000000000000"]],
    ["RALL", "FFB0000000", ["5A".repeat(122)], `${"5A".repeat(122)}9000`, [`000000${UID4}`]],
    ["READ", "FFB0020301", ["1377"], "779000", [`011300${UID4}`]],
    ["READ8", "FFB0010008", ["010102030405060708"], "01020304050607089000", [`0201${ZEROS}${UID4}`]],
    ["RSEG", "FFB0000380", [`30${segment}`], `${segment}9000`, [`1030${ZEROS}${UID4}`]],
    ["READ of a byte 8", "FFB0020801", [], "6B00", []],
    ["READ of a block 10h", "FFB0100001", [], "6B00", []],
    ["READ8 with P2", "FFB0010108", [], "6B00", []],
    ["RSEG 4", "FFB0000480", [], "6B00", []],
    ["RALL with P2", "FFB0000100", [], "6B00", []],
    ["WRITE-E", "FFD6020301AB", ["13AB"], "9000", [`5313AB${UID4}`]],
    ["WRITE-E8", "FFD60100080102030405060708", ["010102030405060708"], "9000", [`54010102030405060708${UID4}`]],
    ["WRITE-E of a byte 8", "FFD6020801AB", [], "6B00", []],
    ["WRITE-E8 with P2", "FFD60101080102030405060708", [], "6B00", []],
    ["GENERAL AUTHENTICATE", "FF860000050100046000", [], "6A81", []],
    ["increment", "FFC2000300", [], "6A81", []],
  ])("%s", (_what, apdu, replies, response, requests) => {
    expect(exchange(open(profile), apdu, replies)).toEqual([response, requests]);
  });

  it("answers anything at all with a status", () => {
    const reply = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(toHex),
      fc.constantFrom("timeout", "crc", "link-lost", "done"),
    );
    const head = fc.constantFrom("FFB000", "FFD600", "FF8200", "FFC20001", "FFCA", "FF");
    fc.assert(
      fc.property(
        head,
        fc.uint8Array({ maxLength: 24 }),
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
});

describe("nfccx, from its source", () => {
  it.each([
    ["unknown Le", "FFB0000002", [], undefined, "FFFF", 0],
    ["unknown Lc", "FFD60000020102", [], undefined, "FFFF", 0],
    ["address alone", "FFB0020301", ["13/8"], undefined, "6981", 1],
    ["nothing", "FFB0020301", [""], undefined, "6981", 1],
    ["six bytes keep their first", "FFB0010008", ["010203040506"], undefined, "0102030405069000", 1],
    ["echo not compared", "FFB0020301", ["9977"], undefined, "779000", 1],
    ["silence", "FFB0020301", ["timeout"], undefined, "6981", 1],
    ["WRITE-E, area 2", "FFD6020301AB", ["13AB"], 2, "6C01", 1],
    ["WRITE-E8, area 8", "FFD60100080102030405060708", ["010102030405060708"], 8, "6981", 1],
    ["WRITE-E8, area 9", "FFD60100080102030405060708", ["010102030405060708"], 9, "6C08", 1],
  ])("%s", (_what, apdu, replies, area, response, frames) => {
    const [text, requests] = exchange(open("nfccx"), apdu, replies, area);
    expect([text, requests.length]).toEqual([response, frames]);
  });

  it("takes silence for departure, and a damaged answer not", () => {
    expect(send(open("nfccx"), "FFB0020301", scriptedAir("timeout")).cardLost).toBe(true);
    expect(send(open("nfccx"), "FFB0020301", scriptedAir("crc")).cardLost).toBe(false);
  });

  it("remembers a short Le of GET DATA for the next GET DATA when the area is too small", () => {
    const session = open("nfccx");
    expect(exchange(session, "FFCA000002", [], 5)[0]).toBe("6C04");
    expect(exchange(session, "FFB0020301", ["1377"])[0]).toBe("779000");
    expect(exchange(session, "FFCA000000")[0]).toBe(`${UID4}6C04`);
    expect(exchange(session, "FFCA000000")[0]).toBe(`${UID4}9000`);
  });

  it("takes the address off what a transceive object gets", () => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    expect(exchange(session, `FFC2000109950701 1300${UID4}`, ["1377"])).toEqual([
      "970177C0030090009000",
      [`011300${UID4}`],
    ]);
  });

  // the tag is asked whatever the area; the object has to fit, then the error object
  it.each([
    [7, "C0030167009000"],
    [14, "97080102030405060708 6700"],
    [15, "6C0F"],
    [17, "97080102030405060708 C0030090009000"],
  ])("answers a transceive object in an area of %i bytes", (area, response) => {
    const session = open("nfccx");
    send(session, "FFC20000028100");
    const read = `0201${ZEROS}${UID4}`;
    expect(exchange(session, `FFC2000110950E${read}`, ["010102030405060708"], area)).toEqual([
      response.replace(" ", ""),
      [read],
    ]);
  });
});

describe("documented", () => {
  it.each([
    ["unknown Le", "FFB0000002", [], "6700", 0],
    ["unknown Lc", "FFD60000020102", [], "6700", 0],
    ["another address echoed", "FFB0020301", ["9977"], "6981", 1],
    ["another datum echoed", "FFD6020301AB", ["13AA"], "6581", 1],
    ["a read that is refused", "FFB0020301", ["timeout", "done"], "6A82", 2],
    ["a write that is refused", "FFD6020301AB", ["timeout", "done"], "6581", 2],
    ["a tag that is gone", "FFB0020301", ["timeout", "link-lost"], "6981", 2],
  ])("%s", (_what, apdu, replies, response, frames) => {
    const [text, requests] = exchange(open("documented"), apdu, replies);
    expect([text, requests.length]).toEqual([response, frames]);
  });

  it("reads a whole Topaz 512 in four segments, and writes it", () => {
    const memory = new Uint8Array(512).map((_, index) => index);
    memory.set(fromHex(UID4));
    // locks open: block E and block F
    memory.fill(0, 112, 128);
    const tag = createTopazTag({ hr0: 0x12, hr1: 0x4c, memory });
    tag.setPowered(true);
    const link: RfLink = {
      exchange: (request) =>
        request.kind === "frame"
          ? (tag.receive(request) ?? { kind: "failure", reason: "timeout" })
          : request.kind === "reselect"
            ? { kind: "done" }
            : { kind: "failure", reason: "unsupported" },
    };
    const session = open("documented");
    expect(toHex(send(session, "FFD6200008A1A2A3A4A5A6A7A8", link).response)).toBe("9000");
    expect(toHex(send(session, "FFD60000080102030405060708", link).response)).toBe("6581");
    const read = [0, 1, 2, 3].map((segment) => toHex(send(session, `FFB0000${segment}80`, link).response.slice(0, -2)));
    expect(read.join("")).toBe(toHex(tag.toImage().memory));
    expect(read.join("")).toContain("A1A2A3A4A5A6A7A8");
  });
});
