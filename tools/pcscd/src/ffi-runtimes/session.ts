/** A program's session through pcsc-lite's own library. Bundled, and run in processes and threads of its own. */
import { readdirSync } from "node:fs";
import { PNP_NOTIFICATION, toHex } from "@cardwire/core";
import { createPcscliteFfiContext } from "@cardwire/transport-pcsclite/ffi";

const GET_UID = Uint8Array.of(0xff, 0xca, 0, 0, 0);

/** What a session saw. */
export interface FfiSessionReport {
  readonly answerToReset: string;
  /** Every answer, each once. */
  readonly uids: readonly string[];
  readonly state: string;
  readonly aborted: string;
}

/** Waits for the card, sends `transmits` commands in a transaction, waits for something that does not come. */
export async function session(transmits: number): Promise<FfiSessionReport> {
  await using context = createPcscliteFfiContext();
  for await (const event of context.watch()) {
    if (event.type !== "card-inserted") continue;
    const { readerName } = event;
    const { connection } = await context.connect(readerName, "shared");
    const uids = new Set<string>();
    let state = "";
    await connection.startTransaction(async () => {
      for (let count = 0; count < transmits; count++) uids.add(toHex(await connection.transmit(GET_UID)));
      ({ state } = await connection.status());
    });
    await connection.disconnect();
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("waited long enough")), 20);
    const known = [{ readerName: PNP_NOTIFICATION, currentState: {} }];
    const aborted = await context.getStatusChange(known, { signal: abort.signal }).then(
      () => "",
      (error: unknown) => String(error),
    );
    return { answerToReset: toHex(event.answerToReset), uids: [...uids], state, aborted };
  }
  throw new Error("watch ended");
}

/** How many files and sockets this process has open. */
export function openFiles(): number {
  return readdirSync("/proc/self/fd").length;
}
