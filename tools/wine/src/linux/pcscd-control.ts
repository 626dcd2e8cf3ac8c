/**
 * Beside Wine: a pcscd with a reader that can do everything that the contract asks of one, under the hand of the tests.
 * Takes orders on a socket, one line of JSON each, and answers each with a line. Prints the environment that programs need
 * to reach its pcscd when it is ready.
 *
 *   pcscd-control.mjs PORT
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { Pcscd } from "@cardwire-tools/pcscd";
import { functionCard, T1_ATR } from "@cardwire-tools/pcscd/function-card";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";
import { CONTROL_ONE, SUPPRESS_IFS, VENDOR_NAME, vendorName } from "../pcscd-facts.ts";
import type { PcscdAnswer, PcscdOrder } from "../pcscd-machine.ts";

/** Made by compile.sh, as is the driver of its readers. */
const daemon = { name: "pcscd", path: "/w/pcscd/pcscd", version: "2.3", libraryFolder: undefined };
const pcscd = new Pcscd({ daemon });
const { readerName, reader } = pcscd.addReader();
reader.attributes.set(VENDOR_NAME, vendorName);
reader.controls.set(CONTROL_ONE, (data) => Uint8Array.of(0x5a, ...data));
await pcscd.start();
const card = functionCard(T1_ATR);

/** Brings pcscd back to one empty reader, whatever the case before did. */
async function settle(): Promise<void> {
  reader.remove();
  reader.attributes.set(SUPPRESS_IFS, new Uint8Array(4));
  while (pcscd.pluggedReaders > 0) await pcscd.unplug();
  await pcscd.ensureRunning();
  const context = createPcscliteContext({ socketPath: pcscd.socketPath });
  try {
    for (;;) {
      const [state, ...others] = await context.getStatusChange(
        (await context.listReaders()).map((name) => ({ readerName: name, currentState: {} })),
      );
      if (others.length === 0 && state?.eventState.empty === true) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await context.close();
  }
}

async function obey(verb: PcscdOrder["verb"]): Promise<string | undefined> {
  switch (verb) {
    case "settle":
      await settle();
      return readerName;
    case "insert":
      reader.insert(card);
      return undefined;
    case "remove":
      reader.remove();
      return undefined;
    case "swap":
      reader.swap();
      return undefined;
    case "mute":
      reader.insert("mute");
      return undefined;
    case "attach":
      return pcscd.plug().readerName;
    case "detach":
      await pcscd.unplug();
      return undefined;
    case "stop":
      await pcscd.stop();
      return undefined;
    case "start":
      await pcscd.start();
      return undefined;
  }
}

createServer((socket) => {
  socket.on("error", () => undefined);
  createInterface(socket).on("line", (line) => {
    const { id, verb } = JSON.parse(line) as PcscdOrder;
    void obey(verb)
      .then(
        (text): PcscdAnswer => (text === undefined ? { id } : { id, text }),
        (error: unknown): PcscdAnswer => ({ id, error: String(error) }),
      )
      .then((answer) => socket.write(`${JSON.stringify(answer)}\n`));
  });
}).listen(Number(process.argv[2]), "127.0.0.1", () => {
  process.stdout.write(`PCSCLITE_CSOCK_NAME=${pcscd.socketPath}\n`);
});
