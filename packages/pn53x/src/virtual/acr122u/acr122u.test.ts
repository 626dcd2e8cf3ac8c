import { fromHex, toHex, type VirtualTag } from "@cardwire/core";
import { VirtualClock } from "@cardwire/core/testing";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { createVirtualField, loadTag, type VirtualField } from "@cardwire/virtual";
import { classic1kWithNdef, felicaLiteSWithUri, ntag216WithUri, topaz96WithText } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { createVirtualAcr122u, type VirtualAcr122u } from "./acr122u.ts";

function open(...tags: readonly VirtualTag[]): {
  readonly field: VirtualField;
  readonly reader: VirtualAcr122u;
  readonly send: (apdu: string) => Promise<string>;
} {
  const field = createVirtualField({ tags });
  const reader = createVirtualAcr122u(field);
  return { field, reader, send: async (apdu) => toHex(await reader.transmit(fromHex(apdu))) };
}

const echo = (command: Uint8Array): Uint8Array => Uint8Array.of(...command, 0x90, 0x00);

describe("a virtual ACR122U", () => {
  it.each([
    // ACR122U API section 3.1; the card names of PC/SC part 3
    ["an NTAG216", () => loadTag(ntag216WithUri()), "3B8F8001804F0CA0000003060300030000000068", "04D149D29C3980"],
    ["a MIFARE Classic 1K", () => loadTag(classic1kWithNdef()), "3B8F8001804F0CA000000306030001000000006A", "1A2B3C4D"],
    ["a FeliCa", () => loadTag(felicaLiteSWithUri()), "3B8F8001804F0CA0000003060 3F011000000008A", "0114B34C2A5F6E71"],
    ["a Topaz", () => loadTag(topaz96WithText()), "3B8F8001804F0CA00000030603F004000000009F", "25C1D700"],
    [
      "an ISO-DEP card",
      () =>
        createIsoDepCard({
          uid: fromHex("04112233445566"),
          ats: { historicalBytes: fromHex("80") },
          application: echo,
        }),
      "3B8180018080",
      "04112233445566",
    ],
    [
      "a type B card",
      () => createIsoDepCard({ pupi: fromHex("AABBCCDD"), application: echo }),
      "3B888001000000000081810009",
      "AABBCCDD",
    ],
  ])("names %s by its ATR, and reads its UID", async (_, tag, atr, uid) => {
    const { reader, send } = open(tag());
    expect(toHex(await reader.powerOn())).toBe(atr.replaceAll(" ", ""));
    expect(await send("FFCA000000")).toBe(`${uid}9000`);
  });

  it("without a card has an ATR of its own, and no UID", async () => {
    const { reader, send } = open();
    expect(toHex(await reader.powerOn())).toBe("3B00");
    expect(await send("FFCA000000")).toBe("6300");
    expect(await send("00A40400")).toBe("6300");
  });

  it("reads, authenticates and writes by pseudo-APDUs", async () => {
    const { reader, send } = open(loadTag(classic1kWithNdef()));
    await reader.powerOn();
    expect(await send("FF82000006FFFFFFFFFFFF")).toBe("9000");
    expect(await send("FF82000206FFFFFFFFFFFF")).toBe("6300");
    expect(await send("FF8600000501000C6000")).toBe("9000");
    const data = "000102030405060708090A0B0C0D0E0F";
    expect(await send(`FFD6000C10${data}`)).toBe("9000");
    expect(await send("FFB0000C10")).toBe(`${data}9000`);
    expect(await send("FF88000C6000")).toBe("9000");
    // of another sector
    expect(await send("FFB0001010")).toBe("6300");
    expect(await send("FFCA010000")).toBe("6A81");
  });

  it("counts in value blocks", async () => {
    const { reader, send } = open(loadTag(classic1kWithNdef()));
    await reader.powerOn();
    await send("FF82000006FFFFFFFFFFFF");
    await send("FF8600000501000C6000");
    // ACR122U API section 5.5: store 1, read it, copy it, add 5; then a block that holds no value
    for (const [apdu, answer] of [
      ["FFD7000C050000000001", "9000"],
      ["FFB1000C00", "000000019000"],
      ["FFD7000C02030D", "9000"],
      ["FFD7000D050100000005", "9000"],
      ["FFB1000D04", "000000069000"],
      ["FFD7000D050200000007", "9000"],
      ["FFB1000D04", "FFFFFFFF9000"],
      ["FFB1000E04", "6300"],
      ["FFD7000E0509", "6300"],
    ])
      expect([apdu, await send(apdu ?? "")]).toEqual([apdu, answer]);
  });

  it("reads and writes an NTAG's pages", async () => {
    const { reader, send } = open(loadTag(ntag216WithUri()));
    await reader.powerOn();
    expect(await send("FFB0000404")).toBe("030DD1019000");
    expect(await send("FFD6000504DEADBEEF")).toBe("9000");
    expect(await send("FFB0000504")).toBe("DEADBEEF9000");
  });

  it("speaks ISO-DEP with a card, in chains where it must", async () => {
    const { reader, send } = open(createIsoDepCard({ uid: fromHex("04112233445566"), application: echo }));
    await reader.powerOn();
    const long = `00D60000FF${"5A".repeat(255)}`;
    expect(await send(long)).toBe(`${long}9000`);
    expect(await send("FFCA010000")).toMatch(/9000$/);
  });

  it("forwards a Topaz's commands as they are", async () => {
    // ACR122U API section 6: `01 08` gives byte 0 of block 1
    const { reader, send } = open(loadTag(topaz96WithText()));
    await reader.powerOn();
    expect(await send("0108")).toBe("E19000");
    expect(await send("FF00000005D440010108")).toBe("D54100E19000");
  });

  it("answers escape commands with and without a card", async () => {
    const { reader } = open();
    const escape = async (data: string): Promise<string> => toHex(await reader.escape(fromHex(data)));
    expect(await escape("FF00480000")).toBe("41435231323255323037");
    expect(await escape("FF00000002D402")).toBe("D503320106079000");
    expect(await escape("FF00000002D4FE")).toBe("637F");
    expect(await escape("FF00400F0400000000")).toBe("9003");
    expect(await escape("FF00400E0400000000")).toBe("9002");
    expect(await escape("FF00500000")).toBe("90FF");
    expect(await escape("FF00517F00")).toBe("907F");
    expect(await escape("FF00510000")).toBe("9000");
    expect(await escape("00A40400")).toBe("6300");
  });

  it("waits for its chip as long as its timeout parameter says", async () => {
    const clock = new VirtualClock();
    const reader = createVirtualAcr122u(createVirtualField(), { clock });
    // units of five seconds (ACR122U API section 6.6), and a search without end
    expect(toHex(await reader.escape(fromHex("FF00410200")))).toBe("9000");
    const answer = reader.escape(fromHex("FF00000004D44A0100"));
    let isAnswered = false;
    void answer.then(() => (isAnswered = true));
    await clock.advance(9999);
    expect(isAnswered).toBe(false);
    await clock.advance(1);
    expect(toHex(await answer)).toBe("6301");
  });

  it("tells of cards that come and go, as long as somebody listens", async () => {
    const clock = new VirtualClock();
    const field = createVirtualField();
    const reader = createVirtualAcr122u(field, { clock });
    const told: string[] = [];
    const stop = reader.onCard((card) => told.push(card === undefined ? "gone" : toHex(card.atr.subarray(13, 15))));
    await clock.advance(10);
    const tag = loadTag(ntag216WithUri());
    field.put(tag);
    await clock.advance(300);
    expect(toHex((await reader.card?.transmit(fromHex("3004"))) ?? new Uint8Array(0))).toMatch(/^030DD101/);
    field.remove(tag);
    await clock.advance(300);
    expect(told).toEqual(["0003", "gone"]);
    // a host that has switched polling off hears of nobody
    await reader.escape(fromHex("FF00517F00"));
    field.put(tag);
    await clock.advance(1000);
    await reader.powerOff();
    await clock.advance(300);
    expect(told).toEqual(["0003", "gone", "0003"]);
    stop();
    await reader.close();
    expect(clock.pending).toBe(0);
  });
});
