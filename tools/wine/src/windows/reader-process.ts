/**
 * A program that is a reader: serves the bridge driver with readers of ours, and does what its parent tells it to at
 * them. Started by remote-machine.ts.
 */
import { Bridge } from "../bridge.ts";
import { ReaderMachine } from "../reader-machine.ts";
import type { RemoteAnswer, RemoteOrder } from "../remote-machine.ts";

const bridge = await Bridge.open();
let machine: ReaderMachine | undefined;

async function obey({ verb, argument = "", profile = "documented" }: RemoteOrder): Promise<void> {
  switch (verb) {
    case "machine":
      await machine?.close();
      machine = new ReaderMachine(argument === "contract" ? "contract" : "conformance", profile, list);
      list();
      break;
    case "insert":
      machine?.insert(argument);
      break;
    case "remove":
      machine?.remove();
      break;
    case "swap":
      machine?.swap();
      break;
    case "radio":
      machine?.setRadio(argument === "on");
      break;
    case "attach":
      machine?.attach();
      break;
    case "detach":
      await machine?.detach();
      break;
    case "end":
      await machine?.close();
      break;
  }
  await bridge.settled;
}

function list(): void {
  bridge.setUnits(machine?.readers.map((reader) => reader.listInterfaces()[0]) ?? []);
}

process.on("message", (order: RemoteOrder) => {
  void obey(order)
    .then(
      (): RemoteAnswer => ({ id: order.id }),
      (error: unknown): RemoteAnswer => ({ id: order.id, error: String(error) }),
    )
    .then(async (answer) => {
      process.send?.(answer);
      if (order.verb !== "end") return;
      await bridge.close();
      process.disconnect();
    });
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 } satisfies RemoteAnswer);
