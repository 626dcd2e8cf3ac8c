import {
  type CardSession,
  type ConformanceProfile,
  fromHex,
  isFormatError,
  type NfcATarget,
  type NfcBTarget,
  type RfLink,
  type RfRequest,
  type RfTarget,
  runDialogue,
  toHex,
  type VirtualTag,
} from "@cardwire/core";
import { atOnce, describeRfRequest, scriptedAir } from "@cardwire/core/testing";
import { NTSTATUS } from "@cardwire/ioctl";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIsoDepFamily, isoDep, type IsoDepFamilyOptions } from "./family.ts";
import { isIsoDepError } from "./iso-dep-error.ts";
import { createIsoDepCard } from "./virtual.ts";

const UID = fromHex("04112233445566");
const TYPE_A: NfcATarget = { technology: "nfc-a", uid: UID, atqa: fromHex("4403"), sak: 0x20 };
const DESFIRE: NfcATarget = { ...TYPE_A, ats: fromHex("067577810280") };
const TYPE_B: NfcBTarget = {
  technology: "nfc-b",
  pupi: fromHex("AABBCCDD"),
  applicationData: fromHex("11223344"),
  protocolInfo: fromHex("008181"),
};
const PROFILES = ["documented", "nfccx"] as const;

function script(replies: readonly string[]): ReturnType<typeof scriptedAir> {
  return scriptedAir(...replies.map((reply) => (/^[0-9A-F]{2}$/.test(reply) ? `${reply}/8` : reply)));
}

function open(
  profile: ConformanceProfile,
  target: RfTarget = DESFIRE,
  air: RfLink = scriptedAir(),
  options: IsoDepFamilyOptions = {},
  targets?: readonly RfTarget[],
): CardSession {
  const family = createIsoDepFamily(options);
  expect(family.accepts(target)).toBe(true);
  const context = targets === undefined ? { profile } : { profile, targets };
  return atOnce(runDialogue(family.activate(target, context), air));
}

/** What became of an APDU, and what was asked of the air. */
function send(session: CardSession, apdu: string, replies: readonly string[] = [], area = 258): [string, string[]] {
  const air = script(replies);
  const outcome = atOnce(runDialogue(session.transmit(fromHex(apdu), area), air));
  const name = Object.entries(NTSTATUS).find(([, value]) => value === outcome.status)?.[0] ?? "?";
  const text = outcome.status === 0 ? toHex(outcome.response) : name;
  return [outcome.cardLost ? `${text}, lost` : text, [...air.requests]];
}

function presence(session: CardSession, replies: readonly string[]): [boolean, string[]] {
  const air = script(replies);
  return [atOnce(runDialogue(session.checkPresence(), air)), [...air.requests]];
}

/** A front end that knows frames alone. */
function linkTo(tag: VirtualTag, requests: string[] = []): RfLink {
  return {
    exchange(request: RfRequest) {
      requests.push(describeRfRequest(request));
      switch (request.kind) {
        case "frame":
          return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
        case "reselect":
          return tag.select(request.target) === undefined ? { kind: "failure", reason: "link-lost" } : { kind: "done" };
        case "field":
          return { kind: "done" };
        default:
          return { kind: "failure", reason: "unsupported" };
      }
    },
  };
}

describe("which cards", () => {
  it.each<[string, RfTarget, boolean]>([
    ["type A with an ATS", DESFIRE, true],
    ["type A that could have one", TYPE_A, true],
    ["SAK 28 with an ATS", { ...DESFIRE, sak: 0x28 }, true],
    ["SAK 28 as a Classic", { ...TYPE_A, sak: 0x28 }, false],
    ["SAK 08", { ...TYPE_A, sak: 0x08 }, false],
    ["SAK 00", { ...TYPE_A, sak: 0x00 }, false],
    ["type B", TYPE_B, true],
    ["type B with its answer to ATTRIB", { ...TYPE_B, protocolInfo: fromHex("008081"), attrib: fromHex("00") }, true],
    ["type B without ISO-DEP", { ...TYPE_B, protocolInfo: fromHex("008081") }, false],
    ["FeliCa", { technology: "nfc-f", idm: new Uint8Array(8), pmm: new Uint8Array(8) }, false],
  ])("%s: %o", (_what, target, accepted) => {
    expect(isoDep.accepts(target)).toBe(accepted);
  });

  it("refuses to open others", () => {
    const target = { technology: "nfc-f", idm: new Uint8Array(8), pmm: new Uint8Array(8) } as const;
    expect(() => runDialogue(isoDep.activate(target, { profile: "documented" }), scriptedAir())).toThrow("nfc-f");
  });
});

describe("answer to reset", () => {
  // PC/SC part 3 section 3.1.3.2.3.1, and what Windows makes of it
  it.each([
    ["DESFire", "067577810280", "3B8180018080", "3B8180018080"],
    ["no historical bytes", "0578778102", "3B80800101", "3B80800101"],
    ["TL alone", "01", "3B80800101", "3B80800101"],
    ["no TA", "0768 81 02 41 42 43".replaceAll(" ", ""), "3B83800141424342", "3B828001424302"],
    ["T0 alone, short history", "0408 41 42".replaceAll(" ", ""), "3B828001414200", "3B80800101"],
  ])("type A, %s", (_what, ats, documented, nfccx) => {
    const target = { ...TYPE_A, ats: fromHex(ats) };
    expect(toHex(open("documented", target).atr)).toBe(documented);
    expect(toHex(open("nfccx", target).atr)).toBe(nfccx);
    expect(open("documented", target).iccType).toBe(5);
  });

  it("type A with more historical bytes than T0 can count", () => {
    const ats = fromHex(`1578778102${"41".repeat(16)}`);
    expect(toHex(open("documented", { ...TYPE_A, ats }).atr)).toBe(`3B8F8001${"41".repeat(15)}4F`);
    expect(toHex(open("nfccx", { ...TYPE_A, ats }).atr)).toBe(`3B808001${"41".repeat(16)}01`);
  });

  it.each([
    ["70", "3B88800111223344008181703D", "3B88800111223344008181004D"],
    ["", "3B88800111223344008181004D", "3B88800111223344008181004D"],
  ])("type B with '%s' for an answer to ATTRIB", (attrib, documented, nfccx) => {
    const target = { ...TYPE_B, attrib: fromHex(attrib) };
    expect(toHex(open("documented", target).atr)).toBe(documented);
    expect(toHex(open("nfccx", target).atr)).toBe(nfccx);
    expect(open("nfccx", target).iccType).toBe(6);
  });

  it("refuses an ATS that is none", () => {
    expect(() => open("documented", { ...TYPE_A, ats: fromHex("0675") })).toThrow("ATS");
  });
});

describe.each(PROFILES)("pass-through in profile %s", (profile) => {
  it("hands APDUs to a front end that runs ISO-DEP", () => {
    const session = open(profile);
    expect(session.family).toBe("iso-dep");
    expect(send(session, "00A40400", ["6A82"])).toEqual(["6A82", ["apdu 00A40400"]]);
    // one byte is an answer: a DESFire in its native mode
    expect(send(session, "60", ["AF"])).toEqual(["AF", ["apdu 60"]]);
    expect(send(session, "00", ["unsupported"])).toEqual(["NOT_SUPPORTED", ["apdu 00"]]);
    expect(send(session, "00B00000", ["9000"])).toEqual(["9000", ["apdu 00B00000"]]);
    expect(presence(session, [""])).toEqual([true, ["apdu "]]);
    expect(presence(session, ["timeout"])).toEqual([false, ["apdu "]]);
  });

  it("makes blocks itself where the front end does not, and remembers", () => {
    const session = open(profile);
    expect(send(session, "00A40400", ["unsupported", "026A82"])).toEqual(["6A82", ["apdu 00A40400", "0200A40400"]]);
    expect(send(session, "00B00000", ["039000"])).toEqual(["9000", ["0300B00000"]]);
    session.onReselected();
    expect(send(session, "00B00000", ["029000"])).toEqual(["9000", ["0200B00000"]]);
  });

  it("finds out with a presence check, too", () => {
    const session = open(profile);
    const replies = profile === "documented" ? ["A3"] : ["02"];
    const blocks = profile === "documented" ? ["B2"] : ["02"];
    expect(presence(session, ["unsupported", ...replies])).toEqual([true, ["apdu ", ...blocks]]);
    expect(send(session, "00", [profile === "documented" ? "029000" : "039000"])[0]).toBe("9000");
  });

  it("an empty answer is UNSUCCESSFUL, and the card stays", () => {
    const session = open(profile);
    expect(send(session, "00", [""])).toEqual(["UNSUCCESSFUL", ["apdu 00"]]);
    expect(send(session, "00", ["done", "done"])).toEqual(["UNSUCCESSFUL", ["apdu 00", "reselect"]]);
    expect(send(open(profile), "00", ["unsupported", "02"])).toEqual(["UNSUCCESSFUL", ["apdu 00", "0200"]]);
  });

  it("a front end that can do neither is said so", () => {
    expect(send(open(profile), "00", ["unsupported", "unsupported", "unsupported"])).toEqual([
      "NOT_SUPPORTED",
      ["apdu 00", "0200", "reselect"],
    ]);
  });

  it("does not cut frames longer than the front end sends", () => {
    const session = open(profile, DESFIRE, scriptedAir(), { maxTransmitBytes: 4 });
    expect(send(session, "00A40400", ["unsupported", "A2", "036A82"])[1]).toEqual([
      "apdu 00A40400",
      "1200A404",
      "0300",
    ]);
  });

  it("answers anything at all with a status", () => {
    const reply = fc.oneof(
      fc.uint8Array({ maxLength: 8 }).map((bytes) => toHex(bytes)),
      fc.constantFrom("timeout", "crc", "link-lost", "done", "unsupported", "A2", "A3", "F201", "029000"),
    );
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 80 }), { minLength: 1, maxLength: 3 }),
        fc.array(reply, { maxLength: 30 }),
        (commands, replies) => {
          const air = script([...replies, ...Array.from({ length: 100 }, () => "timeout")]);
          const session = open(profile);
          for (const command of commands) {
            const outcome = atOnce(runDialogue(session.transmit(command, 100), air));
            expect(outcome.status === 0 ? outcome.response.length > 0 : outcome.response.length === 0).toBe(true);
          }
        },
      ),
    );
  });
});

describe("where the profiles part", () => {
  it("a card that does not answer", () => {
    expect(send(open("documented"), "00", ["timeout", "done"])).toEqual(["IO_TIMEOUT", ["apdu 00", "reselect"]]);
    expect(send(open("documented"), "00", ["timeout", "link-lost"])).toEqual([
      "IO_TIMEOUT, lost",
      ["apdu 00", "reselect"],
    ]);
    expect(send(open("documented"), "00", ["link-lost"])).toEqual(["IO_TIMEOUT, lost", ["apdu 00"]]);
    expect(send(open("nfccx"), "00", ["timeout"])).toEqual(["LINK_FAILED, lost", ["apdu 00"]]);
    expect(send(open("nfccx"), "00", ["crc"])).toEqual(["LINK_FAILED, lost", ["apdu 00"]]);
    expect(send(open("nfccx"), "00", ["link-lost"])).toEqual(["LINK_FAILED, lost", ["apdu 00"]]);
  });

  it("a response longer than the area", () => {
    expect(send(open("documented"), "00", ["0102039000"], 4)[0]).toBe("BUFFER_TOO_SMALL");
    expect(send(open("nfccx"), "00", ["0102039000"], 4)[0]).toBe("01020390");
    expect(send(open("documented"), "00", ["0102039000"], 5)[0]).toBe("0102039000");
  });

  it("GET DATA goes to the card in nfccx", () => {
    expect(send(open("nfccx"), "FFCA000000", ["6E00"])).toEqual(["6E00", ["apdu FFCA000000"]]);
  });

  it.each([
    ["UID", DESFIRE, "FFCA000000", "041122334455669000"],
    ["UID by its length", DESFIRE, "FFCA000007", "041122334455669000"],
    ["UID with a short Le", DESFIRE, "FFCA000004", "6C07"],
    ["UID with a long Le", DESFIRE, "FFCA000009", "0411223344556600006282"],
    ["UID with an extended Le", DESFIRE, "FFCA0000000000", "041122334455669000"],
    ["no Le", DESFIRE, "FFCA0000", "6700"],
    ["with data", DESFIRE, "FFCA0000010000", "6700"],
    ["cut short", DESFIRE, "FFCA00", "6700"],
    ["other P1", DESFIRE, "FFCA020000", "6B00"],
    ["other P2", DESFIRE, "FFCA000100", "6B00"],
    ["historical bytes", DESFIRE, "FFCA010000", "809000"],
    ["PUPI", { ...TYPE_B, attrib: fromHex("70") }, "FFCA000000", "AABBCCDD9000"],
    ["answer to ATTRIB", { ...TYPE_B, attrib: fromHex("70AA") }, "FFCA010000", "70AA9000"],
  ])("GET DATA is answered in documented: %s", (_what, target, apdu, response) => {
    expect(send(open("documented", target), apdu)).toEqual([response, []]);
  });

  it("GET DATA obeys the area", () => {
    expect(send(open("documented"), "FFCA000000", [], 8)[0]).toBe("BUFFER_TOO_SMALL");
  });

  it("how long a front end may take", () => {
    const timeouts = PROFILES.map((profile) => {
      const step = open(profile).transmit(fromHex("00"), 258).next();
      return step.done !== true && step.value.kind === "apdu" ? step.value.timeoutUs : undefined;
    });
    expect(timeouts).toEqual([60_000_000, 1_500_000]);
  });
});

describe("activation by the family", () => {
  // SFGI 1: 4096 carrier periods and the 384 of its tolerance, doubled once (ISO/IEC 14443-4 section 5.2.5)
  it("sends RATS, waits the guard time, and makes blocks from then on", () => {
    const air = script(["067577810280", "done"]);
    const session = open("documented", TYPE_A, air);
    expect(air.requests).toEqual(["E080", "field on after 661 µs"]);
    expect(toHex(session.atr)).toBe("3B8180018080");
    expect(send(session, "90", ["029000"])).toEqual(["9000", ["0290"]]);
    expect(presence(session, ["A2"])).toEqual([true, ["B3"]]);
    session.onReselected();
    expect(send(session, "90", ["067577810280", "done", "029000"])).toEqual([
      "9000",
      ["E080", "field on after 661 µs", "0290"],
    ]);
  });

  it("gives a CID if it is told to", () => {
    const air = script(["0578778002"]);
    const session = open("documented", TYPE_A, air, { cid: 4, fsdi: 5 });
    expect(air.requests).toEqual(["E054"]);
    expect(send(session, "90", ["0A049000"])).toEqual(["9000", ["0A0490"]]);
  });

  it("selects the card anew for an ATS that was spoilt", () => {
    const air = script(["crc", "done", "0675", "done", "0578778002"]);
    open("documented", TYPE_A, air);
    expect(air.requests).toEqual(["E080", "reselect", "E080", "reselect", "E080"]);
  });

  it.each([
    [["timeout", "link-lost"], "link-lost"],
    [["timeout", "done", "timeout", "done", "timeout"], "timeout"],
    [["00", "done", "00", "done", "00"], "protocol"],
    [["unsupported"], "unsupported"],
  ])("gives up: %s", (replies, reason) => {
    let thrown: unknown;
    try {
      open("documented", TYPE_A, script(replies));
    } catch (error) {
      thrown = error;
    }
    expect(isIsoDepError(thrown) && thrown.reason).toBe(reason);
    expect(isFormatError(thrown)).toBe(false);
  });

  it("a card that does not let itself be activated again does not answer", () => {
    const session = open("documented", TYPE_A, script(["0578778002"]));
    session.onReselected();
    expect(send(session, "90", ["timeout", "link-lost"])[0]).toBe("IO_TIMEOUT, lost");
    expect(presence(session, ["timeout", "link-lost"])[0]).toBe(false);
  });

  it("sends ATTRIB to type B", () => {
    const air = script(["70"]);
    const session = open("documented", TYPE_B, air);
    expect(air.requests).toEqual(["1DAABBCCDD00080100"]);
    expect(toHex(session.atr)).toBe("3B88800111223344008181703D");
    expect(send(session, "90", ["029000"])[0]).toBe("9000");
    expect(() => open("documented", TYPE_B, script(["timeout", "link-lost"]))).toThrow("link-lost");
  });
});

describe("with virtual cards", () => {
  it("recovers from a card that hangs", () => {
    const card = createIsoDepCard({ uid: UID, application: () => fromHex("9000"), silentAfter: 2 });
    card.setPowered(true);
    const [target] = card.select() ?? [];
    const air = linkTo(card);
    const session = open("documented", target, air);
    const transmit = (): [number, boolean] => {
      const { status, cardLost } = atOnce(runDialogue(session.transmit(fromHex("00A4040000"), 258), air));
      return [status, cardLost];
    };
    expect([transmit(), transmit(), transmit(), transmit()]).toEqual([
      [0, false],
      [0, false],
      [NTSTATUS.IO_TIMEOUT, false],
      [0, false],
    ]);
    card.setPowered(false);
    expect(transmit()).toEqual([NTSTATUS.IO_TIMEOUT, true]);
  });

  it("names its target when it selects one of two protocols", () => {
    const classic: NfcATarget = { ...TYPE_A, sak: 0x28 };
    const card = createIsoDepCard({
      uid: UID,
      sak: 0x28,
      application: () => fromHex("9000"),
      silentAfter: 0,
      otherProtocol: {
        name: "classic",
        setPowered: () => undefined,
        select: () => [classic],
        receive: () => undefined,
      },
    });
    card.setPowered(true);
    const targets = card.select() ?? [];
    const session = open("documented", targets[0], scriptedAir(), {}, targets);
    const asked: RfRequest[] = [];
    const air: RfLink = { exchange: (request) => (asked.push(request), linkTo(card).exchange(request)) };
    expect(atOnce(runDialogue(session.transmit(fromHex("00"), 258), air)).cardLost).toBe(false);
    expect(asked.at(-1)).toEqual({ kind: "reselect", target: targets[0] });
  });

  // the extended APDU of Windows' own secure element test: 1000 bytes there and back
  it.each(PROFILES)("carries an extended APDU of 1000 bytes in profile %s", (profile) => {
    const payload = new Uint8Array(1000).map((_, index) => index);
    const command = fromHex(`80FF00000003E8${toHex(payload)}000000`);
    const heard: string[] = [];
    const card = createIsoDepCard({
      pupi: fromHex("AABBCCDD"),
      activatedBy: "reader",
      application: (apdu) => {
        heard.push(toHex(apdu));
        return fromHex(`${toHex(payload)}9000`);
      },
    });
    card.setPowered(true);
    const [target] = card.select() ?? [];
    const requests: string[] = [];
    const session = open(profile, target, linkTo(card));
    const outcome = atOnce(runDialogue(session.transmit(command, 1002), linkTo(card, requests)));
    expect(toHex(outcome.response)).toBe(`${toHex(payload)}9000`);
    expect(heard).toEqual([toHex(command)]);
    // 253 bytes to a block: four there, three R(ACK) for the four back
    expect(requests.length).toBe(7);
  });
});

it("asks for no longer frames than the front end receives, and sends none that it cannot", () => {
  const air = script(["067877810280", "done"]);
  const context = { profile: "documented", frameLimits: { maxTransmitBytes: 100, maxReceiveBytes: 249 } } as const;
  const session = atOnce(runDialogue(isoDep.activate(TYPE_A, context), air));
  expect(air.requests[0]).toBe("E070"); // 128 bytes
  const [, requests] = send(session, "00D6000080" + "11".repeat(128), ["A2/8", "039000"]);
  expect(requests.map((request) => request.length / 2)).toEqual([100, 35]);
});
