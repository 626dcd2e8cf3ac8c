import { fromHex, type IoctlDeviceInterface, type SmartCardContext, toHex } from "@cardwire/core";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createNfcReader } from "@cardwire/nfc-reader";
import {
  formatIoctlLogEntry,
  parseIoctlLogEntry,
  recordIoctlDevice,
  replayIoctlLog,
} from "@cardwire/nfc-reader/recording";
import { createVirtualField } from "@cardwire/virtual";
import { expect, it } from "vitest";
import { ntag216 } from "../../nfc-reader/test/ntag216.ts";
import { createIoctlContext } from "./index.ts";

const COMMANDS = ["FF CA 00 00 00", "FF B0 00 04 10", "FF B0 00 FF 10"];

/** One tap, from the arrival of the card to its departure, as an application sees it. */
async function tap(context: SmartCardContext, connected: () => void): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of context.watch()) {
    seen.push(event.type);
    if (event.type === "card-removed") break;
    if (event.type !== "card-inserted") continue;
    const { connection } = await context.connect(event.readerName, "shared");
    await connection.startTransaction(async () => {
      for (const command of COMMANDS) seen.push(toHex(await connection.transmit(fromHex(command))));
      return "reset";
    });
    await connection.disconnect();
    connected();
  }
  await context.close();
  return seen;
}

it("a recorded tap can be replayed to the same application, from its log alone", async () => {
  const field = createVirtualField({ tags: [ntag216()] });
  const reader = createNfcReader({ frontEnd: field, families: [mifareUltralight], presenceIntervalMs: 2 });
  const { path, kind } = reader.device;
  const lines: string[] = [];
  const recorded: IoctlDeviceInterface = {
    path,
    kind,
    open: async () =>
      recordIoctlDevice(await reader.device.open(), (entry) => {
        lines.push(formatIoctlLogEntry(entry));
      }),
  };
  const live = await tap(createIoctlContext({ devices: [recorded] }), () => {
    field.remove();
  });
  await reader.close();
  expect(live.slice(0, 3)).toEqual(["reader-attached", "card-inserted", "04D149D29C39809000"]);
  expect(live).toHaveLength(6);

  const replayed: IoctlDeviceInterface = {
    path,
    kind,
    open: () => Promise.resolve(replayIoctlLog(lines.map(parseIoctlLogEntry))),
  };
  expect(await tap(createIoctlContext({ devices: [replayed] }), () => undefined)).toEqual(live);
});
