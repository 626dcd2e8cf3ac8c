import { fromHex, type SmartCardConnection, type SmartCardContext, toHex } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { loadTag, parseDump } from "@cardwire/virtual";
import { sampleDumps } from "@cardwire/virtual/samples";
import { publishReader, type VpcdHandle } from "@cardwire/vpcd";
import { createVirtualReader, type VirtualReader } from "cardwire";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { allDaemons } from "./daemons.ts";
import { Pcscd } from "./pcscd.ts";
import { openscTool, pcscScan, scriptor } from "./programs.ts";

const GET_UID = "FF CA 00 00 00";
const readPage = (page: number): string => `FF B0 00 ${toHex(Uint8Array.of(page))} 10`;

/** Every command that reads the tag, and what it answers, up to the first page that is not there. */
async function readOut(connection: SmartCardConnection): Promise<[string, string][]> {
  const read: [string, string][] = [];
  const send = async (command: string): Promise<string> => {
    const response = toHex(await connection.transmit(fromHex(command)), " ");
    read.push([command, response]);
    return response;
  };
  await send(GET_UID);
  for (let page = 0; page <= 0xff; page += 4) if (!(await send(readPage(page))).endsWith("90 00")) break;
  return read;
}

async function readFirstCard(context: SmartCardContext): Promise<{ atr: string; read: [string, string][] }> {
  for await (const event of context.watch()) {
    if (event.type !== "card-inserted") continue;
    const { connection } = await context.connect(event.readerName, "shared", { preferredProtocols: ["t1"] });
    const read = await readOut(connection);
    await connection.disconnect();
    return { atr: toHex(event.answerToReset, " "), read };
  }
  throw new Error("no card");
}

const tags = sampleDumps().map((sample) => [sample.fileName, sample] as const);

describe.each(allDaemons().map((daemon) => [daemon.name, daemon] as const))("%s", (_, daemon) => {
  let pcscd: Pcscd;
  let reader: VirtualReader;
  let published: VpcdHandle;

  beforeAll(async () => {
    pcscd = await Pcscd.start({ daemon, vpcds: 1 });
  });
  afterEach(async () => {
    await published.close();
    await reader.close();
  });
  afterAll(async () => {
    await pcscd.dispose();
  });

  test.each(tags)(
    "%s gives the same bytes embedded, by our client, and by others' programs",
    async (fileName, sample) => {
      const load = () => [loadTag(parseDump(sample.bytes(), { fileName }))];
      const embedded = createVirtualReader({ tags: load() });
      const first = await readFirstCard(embedded.context);
      await embedded.close();
      expect(first.read[0]?.[1]).toMatch(/90 00$/);

      reader = createVirtualReader({ tags: load() });
      const [readerName] = await reader.context.listReaders();
      const { port, readerName: shownAs } = pcscd.slot();
      published = publishReader({ context: reader.context, readerName: readerName ?? "", port });
      const context = createPcscliteContext({ socketPath: pcscd.socketPath });
      expect(await readFirstCard(context)).toEqual(first);
      await context.close();

      const commands = first.read.map(([command]) => command);
      expect(await scriptor(pcscd.env, shownAs, commands)).toEqual(first.read.map(([, response]) => response));

      const scan = await pcscScan(pcscd.env);
      expect(scan).toContain(`Reader 0: ${shownAs}`);
      expect(scan).toContain(`ATR: ${first.atr}`);
      if (fileName.startsWith("ntag"))
        expect(scan).toContain("ATR: 3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3D 00 00 00 00 56");
      const some = first.read.filter(([command]) => command === GET_UID || command === readPage(4));
      const commandsOfSome = some.map(([command]) => command);
      expect(await openscTool(pcscd.env, shownAs, commandsOfSome)).toEqual(some.map(([, response]) => response));
    },
  );
});
