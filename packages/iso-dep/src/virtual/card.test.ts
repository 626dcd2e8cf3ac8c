import { fromHex, type NfcATarget, type RfFrame, type SiliconReply, toHex, type VirtualTag } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { createIsoDepCard, type IsoDepCard } from "./card.ts";
import type { IsoDepCardAOptions } from "./card-options.ts";

const UID = fromHex("04112233445566");

/** Answers with what it was asked, and 9000. */
function echo(command: Uint8Array): Uint8Array {
  return fromHex(`${toHex(command)}9000`);
}

function frame(hex: string, lastBits = 8): RfFrame {
  return { kind: "frame", data: fromHex(hex), lastBits, timeoutUs: 0 };
}

function put(options: Partial<IsoDepCardAOptions> = {}): IsoDepCard {
  const card = createIsoDepCard({ uid: UID, application: echo, ...options });
  card.setPowered(true);
  card.select();
  return card;
}

/** Sends the left column, and gives what comes back: "" for silence. */
function talk(card: IsoDepCard, scene: readonly (readonly [string, string])[]): void {
  const answers = scene.map(([sent]) => {
    const reply = card.receive(frame(sent));
    return [sent, reply === undefined ? "" : toHex(reply.data)];
  });
  expect(answers).toEqual(scene);
}

describe("selection", () => {
  it("reports a card that the front end has activated", () => {
    const card = createIsoDepCard({
      uid: UID,
      application: echo,
      ats: {
        fsci: 5,
        bitRates: 0x77,
        timing: { fwi: 8, sfgi: 1 },
        prologue: { nad: false, cid: true },
        historicalBytes: fromHex("80"),
      },
    });
    expect(card.select()).toBeUndefined();
    card.setPowered(true);
    expect(card.select()).toEqual([
      { technology: "nfc-a", uid: UID, atqa: fromHex("4400"), sak: 0x20, ats: fromHex("067577810280") },
    ]);
    expect(card.isActivated).toBe(true);
    expect(card.name).toBe("ISO-DEP card");
  });

  it("leaves activation to the reader if told so", () => {
    const card = createIsoDepCard({ uid: UID, application: echo, activatedBy: "reader", name: "a card" });
    card.setPowered(true);
    expect(card.select()?.[0]).not.toHaveProperty("ats");
    expect(card.isActivated).toBe(false);
    talk(card, [
      ["02A0", ""],
      ["E0", ""],
      ["E08F", ""],
      ["E080", "04688002"],
      ["E080", ""],
      ["02A0", "02A09000"],
    ]);
    expect(card.name).toBe("a card");
  });

  it("of type B", () => {
    const options = { pupi: fromHex("11223344"), mbli: 7, application: echo };
    const card = createIsoDepCard({ ...options, activatedBy: "reader" });
    card.setPowered(true);
    expect(card.select()).toEqual([
      {
        technology: "nfc-b",
        pupi: fromHex("11223344"),
        applicationData: fromHex("00000000"),
        protocolInfo: fromHex("008181"),
      },
    ]);
    talk(card, [
      ["1D1122334500080100", ""],
      ["1D1122334400080105", "75"],
      ["0A05A0", "0A05A09000"],
      ["02A0", ""],
    ]);
    const activated = createIsoDepCard(options);
    activated.setPowered(true);
    expect(activated.select()?.[0]).toMatchObject({ attrib: fromHex("70") });
    talk(activated, [["02A0", "02A09000"]]);
  });

  it("refuses fields that no card has", () => {
    expect(() => createIsoDepCard({ uid: new Uint8Array(5), application: echo })).toThrow("uid");
    expect(() => createIsoDepCard({ uid: UID, atqa: new Uint8Array(1), application: echo })).toThrow("atqa");
    expect(() => createIsoDepCard({ uid: UID, sak: 256, application: echo })).toThrow("sak");
    expect(() => createIsoDepCard({ uid: UID, ats: { fsci: 16 }, application: echo })).toThrow("FSCI");
    expect(() => createIsoDepCard({ pupi: UID, application: echo })).toThrow("pupi");
    expect(() => createIsoDepCard({ uid: UID, chainBytes: 0, application: echo })).toThrow("chain");
    expect(() => createIsoDepCard({ uid: UID, extensionFactor: 60, application: echo })).toThrow("extensionFactor");
  });
});

describe("the card's rules", () => {
  it("PPS is understood right after RATS, and once", () => {
    const card = put({ activatedBy: "reader" });
    talk(card, [
      ["E081", "04688002"],
      ["D01100", ""],
      ["D1110A", ""],
    ]);
    card.select();
    talk(card, [
      ["E081", "04688002"],
      ["D1110A", "D1"],
      ["D1110A", ""],
      ["0A01A0", "0A01A09000"],
    ]);
  });

  it("it answers blocks in turn, and chains by the reader's frames", () => {
    const card = put({ activatedBy: "reader" });
    talk(card, [
      ["E000", "04688002"],
      ["12AAAA", "A2"],
      ["13BBBB", "A3"],
      [`02${"11".repeat(12)}`, `12AAAABBBB${"11".repeat(9)}`],
      ["A3", "031111119000"],
      ["A2", ""],
    ]);
  });

  it("11: gives its last block again", () => {
    talk(put(), [
      ["02A0", "02A09000"],
      ["B2", "02A09000"],
      ["A2", "02A09000"],
      ["03A1", "03A19000"],
      ["B3", "03A19000"],
    ]);
  });

  it("12: says what it has heard", () => {
    talk(put(), [
      ["B2", "A3"],
      ["02A0", "02A09000"],
      ["B3", "A2"],
      ["B3", "A2"],
      ["03A1", "03A19000"],
    ]);
  });

  it("13: goes on with its chain", () => {
    talk(put({ chainBytes: 2 }), [
      ["02A0A1", "12A0A1"],
      ["B2", "12A0A1"],
      ["A3", "039000"],
      ["A3", "039000"],
      ["A2", ""],
    ]);
  });

  it("9: asks for time, as often as it is told to", () => {
    talk(put({ extensions: 2, extensionFactor: 5 }), [
      ["02A0", "F205"],
      ["A3", ""],
      ["B2", "F205"],
      ["F205", "F205"],
      ["F205", "02A09000"],
      ["F205", ""],
    ]);
  });

  it("10: answers an empty block with one, without its application", () => {
    talk(put({ extensions: 1 }), [
      ["02", "02"],
      ["03", "03"],
    ]);
  });

  it("it keeps silent to what is no block, not for it, or too long", () => {
    const card = put({ ats: { fsci: 0, prologue: { nad: false, cid: false } } });
    talk(card, [
      ["FF", ""],
      ["0A00A0", ""],
      ["0600A0", ""],
      ["F201", ""],
      [`02${"11".repeat(14)}`, ""],
      [`02${"11".repeat(13)}`, `02${"11".repeat(13)}9000`],
    ]);
    expect(card.receive(frame("02A0", 7))).toBeUndefined();
  });

  it("it answers with NAD and CID if asked with them", () => {
    talk(put({ ats: { fsci: 8, prologue: { nad: true, cid: true } }, chainBytes: 2 }), [
      ["0E0021A0", "1E0012A090"],
      ["AB00", "0B0000"],
      ["02A1", "12A190"],
    ]);
  });

  it("it halts when it is deselected, and wakes when it is selected", () => {
    const events: string[] = [];
    const card = put({
      application: { respond: echo, select: () => events.push("select"), reset: () => events.push("reset") },
    });
    talk(card, [
      ["C2", "C2"],
      ["02A0", ""],
      ["C2", ""],
    ]);
    expect(card.isActivated).toBe(false);
    card.select();
    talk(card, [["02A0", "02A09000"]]);
    card.setPowered(false);
    expect(card.receive(frame("03A0"))).toBeUndefined();
    expect(events).toEqual(["select", "reset", "select", "reset"]);
  });
});

describe("misbehaviour", () => {
  it("frames are missed and answers get lost", () => {
    talk(put({ missesFrames: [0], losesAnswers: [1] }), [
      ["02A0", ""],
      ["B2", "A3"],
      ["02A0", ""],
      ["B2", "02A09000"],
    ]);
  });

  it("hangs until it is selected anew", () => {
    const card = put({ silentAfter: 1 });
    talk(card, [
      ["02A0", "02A09000"],
      ["03A0", ""],
      ["B3", ""],
    ]);
    card.select();
    talk(card, [["02A0", "02A09000"]]);
  });
});

describe("a card of two protocols", () => {
  const target: NfcATarget = { technology: "nfc-a", uid: UID, atqa: fromHex("4400"), sak: 0x28 };
  const classic: VirtualTag = {
    name: "classic",
    setPowered: () => undefined,
    select: () => [target],
    receive: (): SiliconReply => ({ kind: "frame", data: fromHex("0A"), lastBits: 4 }),
    authenticate: () => true,
  };

  it("reports both, and is one of them at a time", () => {
    const card = put({ sak: 0x28, otherProtocol: classic });
    const targets = card.select();
    expect(targets).toEqual([{ ...target, ats: fromHex("04688002") }, target]);
    const request = { kind: "mifare-authenticate", block: 0, keyType: "a", key: new Uint8Array(6), uid: UID } as const;
    talk(card, [["02A0", "02A09000"]]);
    expect(card.authenticate?.(request)).toBe(false);
    expect(card.select(targets?.[1])?.[0]).toEqual(target);
    expect(card.isActivated).toBe(false);
    talk(card, [["02A0", "0A"]]);
    expect(card.authenticate?.(request)).toBe(true);
    expect(card.select(targets?.[0])?.[0]).toHaveProperty("ats");
    talk(card, [["02A0", "02A09000"]]);
  });

  it("is told apart by its ATS", () => {
    expect(() => put({ activatedBy: "reader", otherProtocol: classic })).toThrow("ATS");
  });
});
