import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { createIso15693Tag, type Iso15693Tag } from "./virtual-tag.ts";
import type { Iso15693Image } from "./virtual-image.ts";

const SLIX = "81DCD049080104E0";

function tag(image: Partial<Iso15693Image> = {}): Iso15693Tag {
  const silicon = createIso15693Tag(
    {
      uid: fromHex(SLIX),
      dsfid: 0x01,
      afi: 0x3d,
      icReference: 0x01,
      blockBytes: 4,
      memory: new Uint8Array(320).map((_, index) => index),
      ...image,
    },
    { random: () => Uint8Array.of(0x12, 0x34) },
  );
  silicon.setPowered(true);
  return silicon;
}

function send(silicon: Iso15693Tag, hex: string): string | undefined {
  const reply = silicon.receive({ kind: "frame", data: fromHex(hex), timeoutUs: 20_000 });
  return reply && toHex(reply.data);
}

describe("the standard's commands", () => {
  it("answers an inventory that its mask and AFI fit", () => {
    const silicon = tag();
    expect(silicon.select()).toEqual([{ technology: "nfc-v", uid: fromHex(SLIX), dsfid: 1 }]);
    expect(send(silicon, "260100")).toBe(`0001${SLIX}`);
    expect(send(silicon, "26010881")).toBe(`0001${SLIX}`);
    expect(send(silicon, "26010882")).toBeUndefined();
    expect(send(silicon, "36013D00")).toBe(`0001${SLIX}`);
    expect(send(silicon, "36013E00")).toBeUndefined();
  });

  it("is quiet, selected and ready as it is told", () => {
    const silicon = tag();
    expect(send(silicon, `1220 00`)).toBeUndefined();
    expect(send(silicon, `2225${SLIX}`)).toBe("00");
    expect(send(silicon, "122000")).toBe("0000010203");
    expect(send(silicon, "2225" + "00".repeat(8))).toBeUndefined();
    expect(send(silicon, "122000")).toBeUndefined();
    expect(send(silicon, `2202${SLIX}`)).toBeUndefined();
    expect(send(silicon, "022000")).toBeUndefined();
    expect(send(silicon, "260100")).toBeUndefined();
    expect(send(silicon, `2220${SLIX}00`)).toBe("0000010203");
    expect(send(silicon, `2226${SLIX}`)).toBe("00");
    expect(send(silicon, "022000")).toBe("0000010203");
  });

  it.each([
    ["a block", "022005", "0014151617"],
    ["with its lock", "422005", "000014151617"],
    ["two blocks", "02230501", "001415161718191A1B"],
    ["two with their locks", "42234E01", "000038393A3B013C3D3E3F"],
    ["beyond the end", "022050", "0110"],
    ["partly beyond the end", "02234F01", "0110"],
    ["system information", "022B", `000F${SLIX}013D4F0301`],
    ["locks", "022C4E01", "000001"],
    ["an unknown command", "022F", "0101"],
    ["too short", "0220", "0102"],
    ["protocol extension", "0A200500", "0101"],
    ["an extended command", "02300500", "0101"],
  ])("%s", (_what, request, response) => {
    expect(send(tag({ lockedBlocks: new Uint8Array(80).fill(1, 79) }), request)).toBe(response);
  });

  it("writes, locks and then writes no more", () => {
    const silicon = tag();
    expect(send(silicon, "022105AABBCCDD")).toBe("00");
    expect(send(silicon, "02240601AABBCCDD11223344")).toBe("00");
    expect(send(silicon, "02230502")).toBe("00AABBCCDDAABBCCDD11223344");
    expect(send(silicon, "022205")).toBe("00");
    expect(send(silicon, "022205")).toBe("0111");
    expect(send(silicon, "02210500000000")).toBe("0112");
    expect(send(silicon, "022155 0000")).toBe("0102");
    expect(send(silicon, "022740")).toBe("00");
    expect(send(silicon, "0228")).toBe("00");
    expect(send(silicon, "022741")).toBe("0112");
    expect(send(silicon, "022902")).toBe("00");
    expect(send(silicon, "022A")).toBe("00");
    expect(send(silicon, "022A")).toBe("0111");
    expect(silicon.toImage()).toMatchObject({ afi: 0x40, afiLocked: true, dsfid: 2, dsfidLocked: true });
    expect(silicon.toImage().lockedBlocks?.[5]).toBe(1);
  });

  it("has two bytes of address on ST's large memories", () => {
    const silicon = tag({ uid: fromHex("6669431BC32C02E0"), memory: new Uint8Array(8192).fill(7) });
    expect(send(silicon, "0A20FF07")).toBe("0007070707");
    expect(send(silicon, "0A200008")).toBe("0110");
    expect(send(silicon, "022B")).toBe("000B6669431BC32C02E0013D01");
    expect(send(silicon, "0A2B")).toBe("000F6669431BC32C02E0013DFF070301");
  });

  it("has the extended commands where the image says so", () => {
    const silicon = tag({ memory: new Uint8Array(2048).fill(9), extendedCommands: true });
    expect(send(silicon, "0230FF01")).toBe("0009090909");
    expect(send(silicon, "0231FF0101020304")).toBe("00");
    expect(send(silicon, "0233FE010100")).toBe("000909090901020304");
    expect(send(silicon, "023B")).toBe(`000F${SLIX}013DFF010301`);
  });
});

describe("an ICODE", () => {
  /** SET PASSWORD with the tag's random number 12 34 mixed in. */
  const give = (silicon: Iso15693Tag, id: string, mixed: string): string | undefined => {
    send(silicon, "02B204");
    return send(silicon, `02B304${id}${mixed}`);
  };

  it("guards its pages with passwords, given anew in each field", () => {
    const silicon = tag({
      icode: {
        protectionPointer: 32,
        protectionCondition: 0x31,
        passwords: { read: fromHex("01020304"), write: fromHex("00000000") },
      },
    });
    expect(send(silicon, "022000")).toBe("010F");
    expect(send(silicon, "022020")).toBe("010F");
    expect(send(silicon, "02210000000000")).toBe("00");
    expect(send(silicon, "02212000000000")).toBe("0112");
    expect(give(silicon, "01", "00000000")).toBeUndefined();
    expect(give(silicon, "01", "13361130")).toBe("00");
    expect(send(silicon, "022000")).toBe("0000000000");
    expect(give(silicon, "02", "12341234")).toBe("00");
    expect(send(silicon, "02212001010101")).toBe("00");
    silicon.setPowered(false);
    silicon.setPowered(true);
    expect(send(silicon, "022000")).toBe("010F");
  });

  it("goes private and comes back by its password", () => {
    const silicon = tag({ icode: {} });
    send(silicon, "02B204");
    expect(send(silicon, "02BA041D3B1D3B")).toBe("00");
    expect(silicon.select()).toBeUndefined();
    expect(send(silicon, "260100")).toBeUndefined();
    expect(send(silicon, "022000")).toBeUndefined();
    silicon.setPowered(false);
    silicon.setPowered(true);
    expect(silicon.select()).toBeUndefined();
    expect(give(silicon, "04", "1D3B1D3B")).toBe("00");
    expect(silicon.select()).toBeDefined();
  });

  it("watches goods, keeps its signature, changes passwords and can be destroyed", () => {
    const silicon = tag({ icode: { signature: new Uint8Array(32).fill(5) } });
    expect(send(silicon, "02A504")).toBeUndefined();
    expect(send(silicon, "02A204")).toBe("00");
    expect(send(silicon, "02A504")).toHaveLength(66);
    expect(send(silicon, "02A404")).toBe("00");
    expect(send(silicon, "02A304")).toBe("0112");
    expect(send(silicon, "02BD04")).toBe(`00${"05".repeat(32)}`);
    expect(send(silicon, "02B4040111111111")).toBe("0112");
    expect(give(silicon, "01", "12341234")).toBe("00");
    expect(send(silicon, "02B4040111111111")).toBe("00");
    expect(toHex(silicon.toImage().icode!.passwords!.read!)).toBe("11111111");
    send(silicon, "02B204");
    expect(send(silicon, "02B9041D3B1D3B")).toBe("00");
    expect(silicon.select()).toBeUndefined();
    expect(send(silicon, "02B204")).toBeUndefined();
  });

  it("does not know the commands of other makers", () => {
    expect(send(tag({ icode: {} }), "02B202")).toBeUndefined();
    expect(send(tag(), "02B204")).toBe("0101");
  });
});

it("refuses an image that no tag has", () => {
  expect(() => tag({ uid: new Uint8Array(4) })).toThrow(/uid/);
  expect(() => tag({ blockBytes: 33 })).toThrow(/blockBytes/);
  expect(() => tag({ memory: new Uint8Array(7) })).toThrow(/memory/);
  expect(() => tag({ lockedBlocks: new Uint8Array(7) })).toThrow(/lockedBlocks/);
});
