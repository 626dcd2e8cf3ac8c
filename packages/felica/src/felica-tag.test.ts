import { fromHex, toHex } from "@cardwire/core";
import { type SiliconBench, siliconBench } from "@cardwire/core/testing";
import { WINDOWS_NFC_DIALECT } from "@cardwire/apdu/pcsc";
import { describe, expect, it } from "vitest";
import { felica } from "./family.ts";
import { type FelicaError, isFelicaError } from "./felica-error.ts";
import { FelicaTag } from "./felica-tag.ts";
import { LITE_BLOCK, LITE_SERVICE } from "./lite-blocks.ts";
import { reverseGroups } from "./lite-mac.ts";
import type { FelicaLiteImage } from "./virtual-image.ts";
import { createFelicaTag } from "./virtual-tag.ts";

const IDM = fromHex("299FFA53AB75876E");
const CARD_KEY = new TextEncoder().encode("0123456789abcdef");
const block = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);

function liteS(mc = "FFFFFF0107"): ReturnType<typeof createFelicaTag> {
  const configuration = new Uint8Array(16);
  configuration.set(fromHex(mc));
  const image: FelicaLiteImage = {
    kind: "lite-s",
    idm: IDM,
    pmm: fromHex("00F1000000014300"),
    blocks: new Map([
      ...Array.from({ length: 14 }, (_, index) => [index, block(index)] as const),
      [LITE_BLOCK.CK, reverseGroups(CARD_KEY)],
      [LITE_BLOCK.MC, configuration],
    ]),
  };
  return createFelicaTag(image);
}

const airOf = (bench: SiliconBench): number => bench.air.length;

describe.each([
  ["frames through the transparent session", "documented", {}],
  ["Windows' READ and UPDATE BINARY", "nfccx", { dialect: WINDOWS_NFC_DIALECT }],
] as const)("by %s", (_way, profile, options) => {
  it("reads and writes blocks", async () => {
    const silicon = liteS();
    const bench = siliconBench(felica, silicon, profile);
    const tag = new FelicaTag(bench, options);
    expect(toHex(await tag.readIdm())).toBe(toHex(IDM));
    expect(await tag.readBlocks(LITE_SERVICE.READ_ONLY, [1, 3])).toEqual(fromHex("01".repeat(16) + "03".repeat(16)));
    await tag.writeBlocks(LITE_SERVICE.READ_WRITE, [2, 4], fromHex("AA".repeat(16) + "BB".repeat(16)));
    const image = silicon.toImage() as FelicaLiteImage;
    expect([image.blocks.get(2), image.blocks.get(4)]).toEqual([block(0xaa), block(0xbb)]);
  });

  it("tells the card's status flags", async () => {
    const tag = new FelicaTag(siliconBench(felica, liteS(), profile), options);
    await expect(tag.readBlocks(LITE_SERVICE.READ_ONLY, [0x0f])).rejects.toMatchObject({
      code: "CARD_STATUS",
      statusFlags: 0x01a8,
    });
  });

  it("reads a whole Lite-S in the six exchanges that four blocks at a time need", async () => {
    const bench = siliconBench(felica, liteS(), profile);
    const blocks = await new FelicaTag(bench, options).readLite("lite-s");
    expect(airOf(bench)).toBe(6);
    expect([...blocks.keys()]).toHaveLength(24);
    expect(blocks.get(13)).toEqual(block(13));
    expect(toHex(blocks.get(LITE_BLOCK.SYS_C)!)).toMatch(/^88B4/);
  });

  it("authenticates a card, and itself to the card", async () => {
    // S_PAD0 is restricted, both ways
    const bench = siliconBench(felica, liteS("FFFFFF0107000100010000"), profile);
    const tag = new FelicaTag(bench, options);
    await expect(tag.authenticate(block(1))).rejects.toMatchObject({ code: "WRONG_KEY" });
    await expect(tag.readWithMac([1])).rejects.toThrow(/authenticate first/);
    await expect(tag.readBlocks(LITE_SERVICE.READ_ONLY, [0])).rejects.toMatchObject({ statusFlags: 0x01b1 });
    await tag.authenticateMutually(CARD_KEY);
    expect(await tag.readBlocks(LITE_SERVICE.READ_ONLY, [0])).toEqual(block(0));
    expect(await tag.readWithMac([1, 2])).toEqual(fromHex("01".repeat(16) + "02".repeat(16)));
    await tag.writeWithMac(3, block(0x33));
    expect(await tag.readWithMac([3])).toEqual(block(0x33));
  });

  it("says how far a write came when the card is taken away", async () => {
    const bench = siliconBench(felica, liteS(), profile);
    const tag = new FelicaTag(bench, options);
    await tag.readIdm();
    bench.pullAfter = 2;
    const error = await tag.writeBlocks(LITE_SERVICE.READ_WRITE, [1, 2, 3, 4], new Uint8Array(64)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isFelicaError(error, "WRITE_INTERRUPTED")).toBe(true);
    const { written, notWritten } = error as FelicaError;
    expect([written, notWritten]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe("what only frames can ask", () => {
  it("polls, and lists systems and services", async () => {
    const standard = createFelicaTag({
      kind: "standard",
      idm: IDM,
      pmm: fromHex("0001000000000000"),
      systems: [
        { code: 0x0003, services: [{ code: 0x0049, blocks: new Uint8Array(16), keyVersion: 7 }] },
        { code: 0xfe00, services: [] },
      ],
    });
    const tag = new FelicaTag(siliconBench(felica, standard));
    expect(await tag.poll()).toMatchObject({ idm: IDM, systemCode: 0x0003, product: "other" });
    expect(await tag.requestSystemCodes()).toEqual([0x0003, 0xfe00]);
    expect(await tag.requestService([0x0049, 0x004b])).toEqual([7, undefined]);
    await expect(tag.poll(0x12fc)).rejects.toMatchObject({ code: "NO_ANSWER" });
    expect(await new FelicaTag(siliconBench(felica, liteS())).poll(0x12fc)).toMatchObject({
      product: "lite-s",
      systemCode: 0x12fc,
    });
  });

  it("queues calls, and takes a call back that waits", async () => {
    const tag = new FelicaTag(siliconBench(felica, liteS()));
    const stop = new AbortController();
    const first = tag.readBlocks(LITE_SERVICE.READ_ONLY, [1]);
    const second = tag.readBlocks(LITE_SERVICE.READ_ONLY, [2], { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    expect(await first).toEqual(block(1));
  });

  it("refuses what no card could be asked", () => {
    const bench = siliconBench(felica, liteS());
    const tag = new FelicaTag(bench);
    expect(() => new FelicaTag(bench, { maxBlocksPerRead: 16 })).toThrow(/16 is no number/);
    expect(() => tag.readBlocks(0x10000, [0])).toThrow(/service/);
    expect(() => tag.readBlocks(9, [])).toThrow(/no blocks/);
    expect(() => tag.writeBlocks(9, [0], new Uint8Array(15))).toThrow(/16 bytes, not 15/);
    expect(() => tag.authenticate(new Uint8Array(8))).toThrow(/cardKey: 16 bytes/);
    expect(() => tag.readWithMac([1, 2, 3, 4])).toThrow(/1–3 blocks/);
  });
});
