import { type CardSession, fromHex, type RfLink, runDialogue, toHex } from "@cardwire/core";
import { atOnce, scriptedAir } from "@cardwire/core/testing";
import { describe, expect, it } from "vitest";
import { iso14443b } from "./family.ts";
import { typeBMemoryProductOf } from "./products.ts";
import { createTypeBMemoryTag, type TypeBMemoryTag } from "./virtual-tag.ts";

// least significant byte first, so D0 (ST) 02 last; byte 5 names the product
const SRIX4K_UID = fromHex("11223344550C02D0");
const SR176_UID = fromHex("11223344550802D0");

function card(product: "srix4k" | "sr176"): TypeBMemoryTag {
  const length = product === "srix4k" ? 512 : 32;
  const tag = createTypeBMemoryTag({
    product,
    uid: product === "srix4k" ? SRIX4K_UID : SR176_UID,
    // in a SR176 a 1 locks
    memory: new Uint8Array(length).fill(product === "srix4k" ? 0xff : 0),
  });
  tag.setPowered(true);
  return tag;
}

function over(tag: TypeBMemoryTag): { session: CardSession; send: (apdu: string) => string } {
  const link: RfLink = {
    exchange: (request) =>
      request.kind === "frame"
        ? (tag.receive(request) ?? { kind: "failure", reason: "timeout" })
        : request.kind === "reselect" && tag.select() !== undefined
          ? { kind: "done" }
          : { kind: "failure", reason: "link-lost" },
  };
  const target = tag.select()![0];
  expect(iso14443b.accepts(target)).toBe(true);
  const session = atOnce(runDialogue(iso14443b.activate(target, { profile: "documented" }), link));
  return {
    session,
    send: (apdu) => toHex(atOnce(runDialogue(session.transmit(fromHex(apdu), 258), link)).response),
  };
}

describe("products", () => {
  it.each([
    ["11223344550C02D0", "SRIX4K"],
    ["11223344550F02D0", "SRIX4K"],
    ["11223344550802D0", "SR176"],
    ["11223344551802D0", "SRI512"],
    ["11223344551F02D0", "ST25TB04K"],
    ["11223344553302D0", "ST25TB512-AT"],
    ["11223344550C04D0", undefined],
    ["1122334455", undefined],
  ])("%s is %s", (uid, name) => {
    expect(typeBMemoryProductOf(fromHex(uid))?.name).toBe(name);
  });
});

describe("the silicon", () => {
  const send = (tag: TypeBMemoryTag, hex: string): string | undefined => {
    const reply = tag.receive({ kind: "frame", data: fromHex(hex), timeoutUs: 5000 });
    return reply && toHex(reply.data);
  };

  it("is initiated, selected and completed", () => {
    const tag = card("srix4k");
    expect(send(tag, "0800")).toBeUndefined();
    const chip = send(tag, "0600");
    expect(chip).toBeDefined();
    expect(send(tag, "0EFF")).toBeUndefined();
    expect(send(tag, `0E${chip}`)).toBe(chip);
    expect(send(tag, "0B")).toBe(toHex(SRIX4K_UID));
    expect(send(tag, "0800")).toBe("FFFFFFFF");
    expect(send(tag, "0880")).toBeUndefined();
    expect(send(tag, "0C")).toBeUndefined();
    expect(send(tag, "0800")).toBeUndefined();
    tag.select();
    expect(send(tag, "0F")).toBeUndefined();
    expect(tag.select()).toBeUndefined();
    tag.setPowered(false);
    expect(tag.select()).toBeUndefined();
    tag.setPowered(true);
    expect(tag.select()).toBeDefined();
  });

  it("only clears bits of blocks 0–4, and counts blocks 5 and 6 down", () => {
    const tag = card("srix4k");
    tag.select();
    send(tag, "0900F0F0F0F0");
    send(tag, "09000FFFFFFF");
    expect(send(tag, "0800")).toBe("00F0F0F0");
    send(tag, "0905FEFFFFFF");
    expect(send(tag, "0805")).toBe("FEFFFFFF");
    send(tag, "0905FFFFFFFF");
    expect(send(tag, "0805")).toBe("FEFFFFFF");
  });

  it("erases blocks 0–4 when the reload part of block 6 goes down", () => {
    const tag = card("srix4k");
    tag.select();
    send(tag, "090000000000");
    send(tag, "0906FFFFFEFF");
    expect(send(tag, "0800")).toBe("00000000");
    send(tag, "0906FFFFDEFF");
    expect(send(tag, "0800")).toBe("FFFFFFFF");
  });

  it("locks blocks by the register in block 255, for ever", () => {
    const tag = card("srix4k");
    tag.select();
    send(tag, "09FFFFFFFFFC");
    expect(send(tag, "08FF")).toBe("FFFFFFFC");
    for (const block of ["07", "08", "09"]) send(tag, `09${block}00000000`);
    send(tag, "090A00000000");
    expect(["07", "08", "09", "0A"].map((block) => send(tag, `08${block}`))).toEqual([
      "FFFFFFFF",
      "FFFFFFFF",
      "FFFFFFFF",
      "00000000",
    ]);
    send(tag, "09FFFFFFFFFF");
    expect(send(tag, "08FF")).toBe("FFFFFFFC");
  });

  it("has the lock register of a SR176 in its last block, beside the chip identifier", () => {
    const tag = createTypeBMemoryTag({ product: "sr176", uid: SR176_UID, memory: new Uint8Array(32) });
    tag.setPowered(true);
    tag.select();
    send(tag, "090F0504");
    expect(send(tag, "080F")).toBe("0004");
    send(tag, "090F0000");
    expect(send(tag, "080F")).toBe("0004");
    send(tag, "09041111");
    send(tag, "09052222");
    send(tag, "09063333");
    expect(["04", "05", "06"].map((block) => send(tag, `08${block}`))).toEqual(["0000", "0000", "3333"]);
    expect(send(tag, "08FF")).toBeUndefined();
  });

  it("refuses an image that no product has", () => {
    expect(() => createTypeBMemoryTag({ product: "sri512", uid: SRIX4K_UID, memory: new Uint8Array(512) })).toThrow(
      /memory: SRI512 has 64 bytes/,
    );
    expect(() =>
      createTypeBMemoryTag({ product: "sri512", uid: new Uint8Array(4), memory: new Uint8Array(64) }),
    ).toThrow(/uid/);
  });
});

describe("the session", () => {
  it.each([
    ["srix4k", "0007", "68"],
    ["sr176", "0006", "69"],
  ] as const)("names a %s in the answer to reset", (product, name, tck) => {
    const { session } = over(card(product));
    expect(toHex(session.atr)).toBe(`3B8F8001804F0CA00000030607${name}00000000${tck}`);
    expect(session.iccType).toBe(6);
  });

  it("reads and writes blocks, and says when a write did not take", () => {
    const { send } = over(card("srix4k"));
    expect(send("FFCA000000")).toBe(`${toHex(SRIX4K_UID)}9000`);
    expect(send("FFD600080401020304")).toBe("9000");
    expect(send("FFB0000804")).toBe("010203049000");
    expect(send("FFB0000700")).toBe("FFFFFFFF9000");
    expect(send("FFB000070C")).toBe("FFFFFFFF01020304FFFFFFFF9000");
    expect(send("FFB0007F08")).toBe("FFFFFFFF6282");
    expect(send("FFD6000504FFFFFFFE")).toBe("9000");
    expect(send("FFD6000504FFFFFFFF")).toBe("6581");
    expect(send("FFB0008004")).toBe("6A82");
    expect(send("FFB0010004")).toBe("6A82");
    expect(send("FFB0000802")).toBe("6C04");
    expect(send("FFB0000806")).toBe("6C04");
    expect(send("FFD60008020102")).toBe("6700");
    expect(send("FF860000050100046000")).toBe("6A81");
  });

  it("has blocks of two bytes on a SR176, and its UID is not for writing", () => {
    const { send } = over(card("sr176"));
    expect(send("FFD60005020102")).toBe("9000");
    expect(send("FFB0000502")).toBe("01029000");
    expect(send("FFD60000020102")).toBe("6581");
  });

  it("ends presence when the card is gone", () => {
    const target = { technology: "nfc-b-memory", uid: SRIX4K_UID, chipId: 1 } as const;
    const session = atOnce(runDialogue(iso14443b.activate(target, { profile: "documented" }), scriptedAir()));
    const gone = scriptedAir("timeout", "link-lost");
    expect(atOnce(runDialogue(session.transmit(fromHex("FFB0000804"), 258), gone)).cardLost).toBe(true);
    expect(atOnce(runDialogue(session.checkPresence(), scriptedAir("timeout")))).toBe(false);
    expect(atOnce(runDialogue(session.checkPresence(), scriptedAir("FFFFFFFF")))).toBe(true);
  });

  it("takes a failed write of the air for no write", () => {
    const target = { technology: "nfc-b-memory", uid: SRIX4K_UID, chipId: 1 } as const;
    const session = atOnce(runDialogue(iso14443b.activate(target, { profile: "documented" }), scriptedAir()));
    const air = scriptedAir("link-lost", "link-lost");
    const outcome = atOnce(runDialogue(session.transmit(fromHex("FFD600080401020304"), 258), air));
    expect(toHex(outcome.response)).toBe("6981");
    expect(outcome.cardLost).toBe(true);
  });
});
