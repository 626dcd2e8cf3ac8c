/**
 * In the guest: pcscd has the reader. Ours is told so, in words that help, and has the reader as soon as pcscd has ended.
 *
 *   held-main PID        of pcscd, which is ended
 */
import { isSmartCardError, type SmartCardContext } from "@cardwire/core";
import { createCcidContext } from "@cardwire/transport-ccid/node";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { sizedCommand } from "../../../packages/transport-ccid/test/contract-card.ts";
import { loadUsb } from "./load-usb.ts";
import { RemoteReaders } from "./remote-readers.ts";
import { runCases } from "./run-cases.ts";

const pid = Number(process.argv[2]);
const readers = new RemoteReaders();
const identity = { vendorId: 0x04e6, productId: 0x5116 };
await readers.order({ do: "plug", reader: 0, serialNumber: "H", card: true, identity });
const theirs = createPcscliteContext();
await cardIn(theirs);
const contexts = await Promise.all(
  ["2", "3"].map(async (version) => createCcidContext({ usb: await loadUsb(version) })),
);

const failed = await runCases("a reader that pcscd has", [
  ...contexts.map((context, index) => ({
    name: `usb ${index + 2}: is listed, and a connect says who has it and what to do`,
    async run() {
      const name = await listed(context);
      try {
        await context.connect(name, "shared");
      } catch (error) {
        if (isSmartCardError(error, "reader-unavailable") && /pcscd.*systemctl stop/.test(error.message)) return;
        throw error;
      }
      throw new Error("the reader that pcscd has was connected to");
    },
  })),
  {
    name: "pcscd's own client goes on undisturbed",
    async run() {
      const { connection } = await theirs.connect(await cardIn(theirs), "shared", { preferredProtocols: ["t1"] });
      await connection.transmit(sizedCommand(3));
      await connection.disconnect();
    },
  },
  {
    name: "when pcscd has ended the reader is ours",
    async run() {
      await theirs.close();
      process.kill(pid);
      const [context] = contexts;
      if (context === undefined) return;
      await cardIn(context);
    },
  },
]);
for (const context of contexts) await context.close();
readers.close();
process.exit(failed === 0 ? 0 : 1);

async function cardIn(context: SmartCardContext): Promise<string> {
  for await (const event of context.watch({ signal: AbortSignal.timeout(120_000) }))
    if (event.type === "card-inserted") return event.readerName;
  throw new Error("there is no card");
}

async function listed(context: SmartCardContext): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const [name] = await context.listReaders();
    if (name !== undefined) return name;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no reader is listed");
}
