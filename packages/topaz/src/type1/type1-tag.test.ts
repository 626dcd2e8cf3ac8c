import { readerDialect } from "@cardwire/apdu/pcsc";
import { type BytesSource, copyBytes, fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { isType1Error, Type1Tag, type Type1ProductName, TYPE1_PRODUCTS } from "../index.ts";
import { createTopazTag, type TopazTag } from "../virtual.ts";
import { siliconBench } from "@cardwire/core/testing";
import { topaz } from "../family.ts";

const UID = "AABBCCDD";
const STATIC_HEAD = `${UID}EEFF0025E1100E00`;
const DYNAMIC_HEAD = `${UID}EEFF0025E1103F000103F230330203F00203`;

/** A tag whose memory holds its own addresses behind the TLV blocks given. */
function tag(product: Type1ProductName, tlvs = "0300FE"): TopazTag {
  const { hr0, hr1, memoryBytes } = TYPE1_PRODUCTS[product];
  const memory = new Uint8Array(memoryBytes).map((_, index) => index & 0xff);
  memory.fill(0, 104, Math.min(128, memoryBytes));
  memory.set(fromHex((memoryBytes > 120 ? DYNAMIC_HEAD : STATIC_HEAD) + tlvs));
  return createTopazTag({ hr0, hr1, memory });
}

const commands = (air: readonly string[]): string[] => air.map((line) => line.slice(0, 4));

describe.each(["documented", "nfccx"] as const)("reading in profile %s", (profile) => {
  it.each([
    ["jewel", ["0000"]],
    ["topaz-96", ["0000"]],
    ["topaz-512", ["0000", "020F", "1010", "1020", "1030"]],
  ] as const)("finds out what a %s is while it reads it all", async (product, air) => {
    const silicon = tag(product);
    const reader = siliconBench(topaz, silicon, profile);
    const type1 = new Type1Tag(reader);
    expect(await type1.readAll()).toEqual(silicon.toImage().memory);
    expect(commands(reader.air)).toEqual(air);
    expect((await type1.identify()).product?.name).toBe(TYPE1_PRODUCTS[product].name);
    expect(reader.air).toHaveLength(air.length);
  });

  it("takes the fewest exchanges for a Topaz 512 that it knows", async () => {
    const silicon = tag("topaz-512");
    const reader = siliconBench(topaz, silicon, profile);
    expect(await new Type1Tag(reader, { product: "topaz-512" }).readAll()).toEqual(silicon.toImage().memory);
    expect(commands(reader.air)).toEqual(["1000", "1010", "1020", "1030"]);
  });

  it("reads bytes, blocks and segments", async () => {
    const type1 = new Type1Tag(siliconBench(topaz, tag("topaz-512"), profile));
    expect(await type1.readByte(50)).toBe(50);
    expect(toHex(await type1.readBlock(0x20))).toBe("0001020304050607");
    expect((await type1.readSegment(3))[127]).toBe(0xff);
    expect(() => type1.readByte(120)).toThrow(/not between/);
  });

  it("writes bytes and blocks in the fewest commands", async () => {
    const silicon = tag("topaz-512");
    const reader = siliconBench(topaz, silicon, profile);
    const type1 = new Type1Tag(reader, { product: "topaz-512" });
    await type1.write(0x9e, new Uint8Array(11).fill(0xaa));
    expect(commands(reader.air)).toEqual(["0213", "5413", "5414", "0215", "5415"]);
    await type1.write(0x40, Uint8Array.of(0x55));
    expect(commands(reader.air).slice(5)).toEqual(["5340"]);
    const { memory } = silicon.toImage();
    expect(toHex(memory.subarray(0x9d, 0xaa))).toBe(`9D${"AA".repeat(11)}A9`);
    expect(memory[0x40]).toBe(0x55);
  });

  it("sets bits without erasing, through the transparent session", async () => {
    const silicon = tag("topaz-512");
    const type1 = new Type1Tag(siliconBench(topaz, silicon, profile));
    await type1.write(0x41, Uint8Array.of(0x82), { erase: false });
    await type1.write(0x100, new Uint8Array(8).fill(0x80), { erase: false });
    const { memory } = silicon.toImage();
    expect(memory[0x41]).toBe(0xc3);
    expect(toHex(memory.subarray(0x100, 0x108))).toBe("8081828384858687");
  });
});

describe("a static tag", () => {
  it("is written byte by byte, and locked", async () => {
    const silicon = tag("topaz-96");
    const type1 = new Type1Tag(siliconBench(topaz, silicon));
    await type1.write(0x20, Uint8Array.of(1, 2, 3));
    await type1.lockBlocks([4]);
    await type1.lockBlocks([5, 9]);
    expect(toHex(silicon.toImage().memory.subarray(112, 114))).toBe("3002");
    await expect(type1.write(0x20, Uint8Array.of(9))).rejects.toMatchObject({
      code: "WRITE_INTERRUPTED",
      written: [],
      notWritten: [{ address: 0x20, length: 1 }],
    });
    expect(() => type1.lockBlocks([0x0d])).toThrow(/no lock bit/);
  });

  it("tells how far a write came when it was pulled", async () => {
    const reader = siliconBench(topaz, tag("topaz-96"));
    const type1 = new Type1Tag(reader, { product: "topaz-96" });
    reader.pullAfter = 2;
    const error: unknown = await type1.write(0x20, Uint8Array.of(1, 2, 3)).catch((reason: unknown) => reason);
    expect(isType1Error(error, "WRITE_INTERRUPTED")).toBe(true);
    expect(error).toMatchObject({
      written: [
        { address: 0x20, length: 1 },
        { address: 0x21, length: 1 },
      ],
      notWritten: [{ address: 0x22, length: 1 }],
    });
  });
});

describe("NDEF", () => {
  it.each([
    ["topaz-96", 60, ["0000"]],
    ["topaz-512", 40, ["0000"]],
    ["topaz-512", 200, ["0000", "1010"]],
    ["topaz-512", 440, ["0000", "1010", "1020", "1030"]],
  ] as const)("on a %s: %i bytes are written, and read with no more than is needed", async (product, length, air) => {
    const silicon = tag(product);
    const message = new Uint8Array(length).map((_, index) => index + 1);
    await new Type1Tag(siliconBench(topaz, silicon)).ndef.writeBytes(message);
    const reader = siliconBench(topaz, silicon);
    expect(await new Type1Tag(reader).ndef.readBytes()).toEqual(message);
    expect(commands(reader.air)).toEqual(air);
  });

  it.each(["topaz-96", "topaz-512"] as const)("leaves no half message on a %s that is pulled", async (product) => {
    const message = new Uint8Array(20).fill(0x77);
    let complete = false;
    for (let exchanges = 0; !complete; exchanges++) {
      const silicon = tag(product, "0303D00000FE");
      const reader = siliconBench(topaz, silicon);
      reader.pullAfter = exchanges;
      complete = await new Type1Tag(reader).ndef.writeBytes(message).then(
        () => true,
        () => false,
      );
      const after = toHex((await new Type1Tag(siliconBench(topaz, silicon)).ndef.readBytes())!);
      expect(["D00000", "", toHex(message)]).toContain(after);
      if (complete) expect(after).toBe(toHex(message));
    }
  });

  it.each(["topaz-96", "topaz-512"] as const)("is made read-only for ever on a %s", async (product) => {
    const silicon = tag(product);
    const type1 = new Type1Tag(siliconBench(topaz, silicon));
    await type1.ndef.makeReadOnly();
    expect(await type1.readCapabilityContainer()).toMatchObject({ writeAccess: 15, readAccess: 0 });
    await expect(type1.ndef.writeBytes(new Uint8Array(1))).rejects.toMatchObject({ code: "READ_ONLY" });
    for (const address of product === "topaz-96" ? [8, 0x60] : [8, 0x60, 0x80, 0x1f8])
      await expect(type1.write(address, new Uint8Array(1))).rejects.toMatchObject({ code: "WRITE_INTERRUPTED" });
  });

  it("is not on a tag that is not formatted, and does not fit where it is too long", async () => {
    const blank = createTopazTag({ hr0: 0x11, hr1: 0x48, memory: new Uint8Array(120) });
    expect(await new Type1Tag(siliconBench(topaz, blank)).ndef.readBytes()).toBeUndefined();
    await expect(
      new Type1Tag(siliconBench(topaz, tag("topaz-96"))).ndef.writeBytes(new Uint8Array(91)),
    ).rejects.toMatchObject({
      code: "TOO_SMALL",
    });
  });
});

describe("behind a PN532", () => {
  /** An ACR122U, as far as a Type 1 tag needs it. */
  function acr122(silicon: TopazTag): { type1: Type1Tag; apdus: string[] } {
    silicon.setPowered(true);
    const apdus: string[] = [];
    const transmit = (command: BytesSource): Promise<Uint8Array> => {
      const apdu = copyBytes(command);
      apdus.push(toHex(apdu));
      const reply = silicon.receive({ kind: "frame", data: apdu.slice(8), timeoutUs: 10_000 });
      return Promise.resolve(fromHex(reply === undefined ? "D541019000" : `D54100${toHex(reply.data)}9000`));
    };
    const dialect = readerDialect("ACS ACR122U PICC Interface 00 00");
    return { type1: new Type1Tag({ transmit }, { dialect }), apdus };
  }

  it("frames go by InDataExchange", async () => {
    const silicon = tag("topaz-96");
    const { type1, apdus } = acr122(silicon);
    expect(await type1.readAll()).toEqual(silicon.toImage().memory);
    expect(apdus).toEqual(["FF0000000AD4400178000000000000", `FF0000000AD44001000000${UID}`]);
    await type1.write(0x20, Uint8Array.of(7));
    expect(apdus.at(-1)).toBe(`FF0000000AD44001532007${UID}`);
    await type1.write(0x20, Uint8Array.of(8), { erase: false });
    expect(silicon.toImage().memory[0x20]).toBe(15);
    expect(await type1.readByte(0x21)).toBe(0x21);
    await expect(type1.write(0, Uint8Array.of(7))).rejects.toMatchObject({ code: "WRITE_INTERRUPTED" });
  });

  it("what the chip does not carry is refused", async () => {
    const { type1 } = acr122(tag("topaz-512"));
    await expect(type1.readAll()).rejects.toMatchObject({ code: "NOT_SUPPORTED", fault: "caller" });
    await type1.ndef.writeBytes(new Uint8Array(20).fill(1));
    expect(await type1.ndef.readBytes()).toEqual(new Uint8Array(20).fill(1));
  });
});
