import { readFileSync } from "node:fs";
import { fromHex, type SmartCardConnection, type VirtualTag } from "@cardwire/core";
import { FelicaTag } from "@cardwire/felica";
import { Type5Tag } from "@cardwire/iso15693";
import { createIso15693Tag } from "@cardwire/iso15693/virtual";
import { Type2Tag, ultralightProducts, type UltralightProductName } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { loadTag } from "@cardwire/virtual";
import { felicaLiteSWithUri } from "@cardwire/virtual/samples";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dialectOf } from "./dialect-of.ts";
import { taps } from "./taps.ts";
import { createVirtualReader } from "./virtual-reader.ts";

/** The rows of the page's table, cell by cell, without the blanks that align them. */
const rows = readFileSync(new URL("../../../docs/air-cost.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

function rowOf(card: string): readonly string[] | undefined {
  return rows.find(([name]) => name === card);
}

// the presence check, which runs when nothing else does, is no part of a read
beforeAll(() => void vi.useFakeTimers());
afterAll(() => void vi.useRealTimers());

const COMMANDS: Readonly<Record<string, ReadonlyMap<number, string>>> = {
  "type 2": new Map([
    [0x60, "GET_VERSION"],
    [0x3a, "FAST_READ"],
    [0x30, "READ"],
  ]),
  felica: new Map([[0x06, "READ WITHOUT ENCRYPTION"]]),
  "type 5": new Map([
    [0x2b, "GET SYSTEM INFORMATION"],
    [0x23, "READ MULTIPLE BLOCKS"],
  ]),
};
/** Where a frame has its command. */
const COMMAND_AT: Readonly<Record<string, number>> = { "type 2": 0, felica: 1, "type 5": 1 };

/** "GET_VERSION, 4 FAST_READ" */
function summary(names: readonly string[]): string {
  return [...new Set(names)]
    .map((name) => {
      const count = names.filter((other) => other === name).length;
      return count === 1 ? name : `${count} ${name}`;
    })
    .join(", ");
}

/** Reads a tag through the whole reader, and gives the row that this should have. */
async function cost(
  name: string,
  kind: "type 2" | "felica" | "type 5",
  tag: VirtualTag,
  read: (connection: SmartCardConnection) => Promise<void>,
): Promise<readonly string[]> {
  await using reader = createVirtualReader({ tags: [tag] });
  const [readerName = ""] = await reader.context.listReaders();
  const { connection } = await reader.context.connect(readerName, "shared", { preferredProtocols: ["t1"] });
  let [sent, received] = [0, 0];
  const names: string[] = [];
  reader.field.onExchange({
    before: (request) => {
      const command = request.kind === "frame" ? request.data[COMMAND_AT[kind] ?? 0] : undefined;
      names.push(COMMANDS[kind]?.get(command ?? -1) ?? request.kind);
      if (request.kind === "frame") sent += request.data.length;
      return undefined;
    },
    after: (_request, reply) => {
      if (reply.kind === "frame") received += reply.data.length;
      return undefined;
    },
  });
  const before = reader.field.exchangeCount;
  await read(connection);
  expect(reader.field.exchangeCount - before).toBe(names.length);
  await connection.disconnect("leave");
  return [name, `${names.length}`, summary(names), `${sent}`, `${received}`];
}

const dialect = dialectOf("cardwire NFC 0");

/** A tag as it leaves the factory: AUTH0 beyond its last page, nothing protected. */
function ntag(product: UltralightProductName): VirtualTag {
  const { memory, configurationPage = 0 } = ultralightProducts[product];
  const last = memory.at(-1)?.[1] ?? 0;
  const pages = new Uint8Array((last + 1) * 4);
  pages.set(fromHex("04D14914 D29C3980 0F480000"));
  pages.set(fromHex("040000FF 00050000 FFFFFFFF"), configurationPage * 4);
  return createMifareUltralightTag({ product, pages });
}

describe("a full read costs what the page says, through the whole reader", () => {
  it.each(["NTAG213", "NTAG215", "NTAG216"] as const)("%s", async (product) => {
    const row = await cost(product, "type 2", ntag(product), async (connection) => {
      const { ranges, missing } = await new Type2Tag(connection, { dialect }).readAll();
      const pages = ultralightProducts[product].memory.reduce((sum, [first, last]) => sum + last - first + 1, 0);
      expect(ranges.map(({ first, data }) => [first, data.length])).toEqual([[0, pages * 4]]);
      expect(missing).toEqual([]);
    });
    expect(row).toEqual(rowOf(row[0] ?? ""));
  });

  it("an NTAG216 as a tap's memory, once the tap is there", async () => {
    await using reader = createVirtualReader({ tags: [ntag("NTAG216")] });
    for await (const tap of taps({ context: reader.context })) {
      const before = reader.field.exchangeCount;
      await tap.memory?.read();
      // the tap has asked for the version already
      expect(`${reader.field.exchangeCount - before + 1}`).toBe(rowOf("NTAG216")?.[1]);
      return;
    }
  });

  it("FeliCa Lite-S", async () => {
    const row = await cost("FeliCa Lite-S", "felica", loadTag(felicaLiteSWithUri()), async (connection) => {
      expect((await new FelicaTag(connection, { dialect }).readLite("lite-s")).size).toBe(24);
    });
    expect(row).toEqual(rowOf(row[0] ?? ""));
  });

  it.each([240, 253])("ISO/IEC 15693 with 80 blocks, answers of %i bytes", async (maxReplyBytes) => {
    const tag = createIso15693Tag({
      uid: fromHex("78563412100104E0"),
      dsfid: 0,
      afi: 0,
      icReference: 1,
      blockBytes: 4,
      memory: new Uint8Array(320).map((_, index) => index),
    });
    const row = await cost("ISO/IEC 15693, 80 blocks of 4 bytes", "type 5", tag, async (connection) => {
      const { blocks } = await new Type5Tag(connection, { dialect, maxReplyBytes }).readAll();
      expect(blocks).toHaveLength(80);
      expect(blocks.every((block) => block?.length === 4)).toBe(true);
    });
    expect(row).toEqual(rowOf(row[0] ?? ""));
  });
});
