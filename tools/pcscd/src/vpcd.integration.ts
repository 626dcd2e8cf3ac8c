import { type SmartCardEvent, toHex } from "@cardwire/core";
import { createPcscliteContext, type PcscliteContext } from "@cardwire/transport-pcsclite";
import { publishCard, type VpcdCardHandle } from "@cardwire/vpcd";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { allDaemons } from "./daemons.ts";
import { ATR, functionCard, GET_UID, sizedAnswer, sizedCommand, UID_ANSWER } from "./function-card.ts";
import { Pcscd } from "./pcscd.ts";
import { pcscScan } from "./programs.ts";

const UNSEEN_ATR = Uint8Array.of(0x3b, 0x80, 0x01, 0x81);

describe.each(allDaemons().map((daemon) => [daemon.name, daemon] as const))(
  "a card in %s through vpcd",
  (_, daemon) => {
    let pcscd: Pcscd;
    let context: PcscliteContext;
    let handle: VpcdCardHandle;
    let readerName: string;

    beforeAll(async () => {
      pcscd = await Pcscd.start({ daemon, vpcds: 2 });
    });
    afterAll(async () => {
      await pcscd.dispose();
    });
    beforeEach(() => {
      context = createPcscliteContext({ socketPath: pcscd.socketPath });
      const slot = pcscd.slot(1);
      ({ readerName } = slot);
      handle = publishCard(functionCard(), { port: slot.port });
    });
    afterEach(async () => {
      await context.close();
      await handle.close();
    });

    /** The events of the reader, in their order. */
    async function* watch(): AsyncGenerator<SmartCardEvent, void> {
      for await (const event of context.watch())
        if (!("readerName" in event) || event.readerName === readerName) yield event;
    }

    async function until(
      events: AsyncGenerator<SmartCardEvent, void>,
      type: SmartCardEvent["type"],
    ): Promise<SmartCardEvent> {
      for (;;) {
        const { value } = await events.next();
        if (value?.type === type) return value;
      }
    }

    test("is there, and answers what it is asked", async () => {
      await until(watch(), "card-inserted");
      const { connection } = await context.connect(readerName, "exclusive");
      expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
      expect(await connection.transmit(sizedCommand(65_533))).toEqual(sizedAnswer(65_533));
      const long = new Uint8Array(65_000).fill(1);
      expect(await connection.transmit(long)).toHaveLength(65_002);
      expect(await connection.transmit(sizedCommand(1, 300))).toEqual(sizedAnswer(1));
      await expect(connection.control(0x42000001, new Uint8Array(0))).rejects.toMatchObject({ readerName });
      await connection.disconnect("unpower");
      const again = await context.connect(readerName, "shared");
      expect(await again.connection.transmit(GET_UID)).toEqual(UID_ANSWER);
      expect(await pcscScan(pcscd.env)).toContain(`ATR: ${toHex(ATR, " ")}`);
    });

    test("is exchanged between two polls, and that is two events", async () => {
      const events = watch();
      const first = await until(events, "card-inserted");
      const { connection } = await context.connect(readerName, "shared");
      handle.insert({ ...functionCard(), atr: UNSEEN_ATR });
      const removed = await until(events, "card-removed");
      const second = await until(events, "card-inserted");
      if (first.type !== "card-inserted" || second.type !== "card-inserted" || removed.type !== "card-removed")
        throw new Error("other events");
      expect(second.answerToReset).toEqual(UNSEEN_ATR);
      expect([removed.eventCount, second.eventCount]).toEqual([first.eventCount + 1, first.eventCount + 2]);
      await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "removed-card" });
    });

    test("is pulled under a command: the command fails, and the card is gone", async () => {
      const events = watch();
      await until(events, "card-inserted");
      const { connection } = await context.connect(readerName, "shared");
      const lost = connection.transmit(sizedCommand(1, 5_000));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const removed = handle.remove();
      await expect(lost).rejects.toMatchObject({ rawCode: expect.any(Number) as number });
      await removed;
      handle.insert();
      await until(events, "card-removed");
      await until(events, "card-inserted");
      await expect(connection.transmit(GET_UID)).rejects.toMatchObject({ responseCode: "removed-card" });
      const again = await context.connect(readerName, "shared");
      expect(await again.connection.transmit(GET_UID)).toEqual(UID_ANSWER);
    });

    test("comes back when pcscd restarts", async () => {
      const events = watch();
      await until(events, "card-inserted");
      for (const end of ["stop", "kill"] as const) {
        await pcscd[end]();
        await until(events, "service-lost");
        await pcscd.start();
        await until(events, "card-inserted");
        const { connection } = await context.connect(readerName, "shared");
        expect(await connection.transmit(GET_UID)).toEqual(UID_ANSWER);
      }
    });
  },
);
