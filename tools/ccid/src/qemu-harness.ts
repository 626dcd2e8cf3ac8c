import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { type ContractAbility, type ContractHarness } from "@cardwire/core/testing";
import { createCcidContext } from "@cardwire/transport-ccid/node";
import { sizedAnswer, sizedCommand, T0_ATR } from "../../../packages/transport-ccid/test/contract-card.ts";

/** What QEMU's reader, or the way to the card in it, does not have. */
export const QEMU_MISSING: readonly ContractAbility[] = [
  "attach-detach",
  "attributes",
  "control",
  "large-responses",
  "mute-card",
  // a file in a shared folder is not quick
  "quick-swap",
  "service",
  "set-attribute",
];

/** The share that the host sees, too. */
const FOLDER = "/run/out";
let orders = 0;

/** Tells the process on the host that plays the card what to do, and waits until it is done. */
async function tellCard(order: "insert" | "remove"): Promise<void> {
  const id = ++orders;
  writeFileSync(`${FOLDER}/card-order.new`, `${id} ${order}`);
  renameSync(`${FOLDER}/card-order.new`, `${FOLDER}/card-order`);
  const done = `${FOLDER}/card-done`;
  while (!existsSync(done) || Number(readFileSync(done, "utf8")) < id)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Harnesses over QEMU's own usb-ccid, which knows T=0 only, and in which a process on the host plays the card. */
export function qemuHarness(usb: unknown): () => Promise<ContractHarness> {
  return async () => {
    await tellCard("remove");
    return {
      readerName: await nameOfReader(usb),
      card: {
        answerToReset: T0_ATR,
        protocol: "t0",
        refusedProtocol: "t1",
        exchanges: [3, 200, 5].map((length) => ({ command: sizedCommand(length), response: sizedAnswer(length) })),
        slow: { command: sizedCommand(2, 80), response: sizedAnswer(2) },
      },
      createContext: () => Promise.resolve(createCcidContext({ usb })),
      insertCard: () => tellCard("insert"),
      removeCard: () => tellCard("remove"),
      close: () => tellCard("remove"),
    };
  };
}

async function nameOfReader(usb: unknown): Promise<string> {
  await using context = createCcidContext({ usb });
  const name = (await context.listReaders()).find((listed) => !listed.startsWith("Emulated"));
  if (name === undefined) throw new Error("QEMU's reader is not there");
  return name;
}
