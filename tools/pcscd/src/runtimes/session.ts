/**
 * One program's session with pcscd, as short as it can be and with every kind of call in it. It is bundled, and run by
 * whatever runtime is tried. Prints, or posts, what came of it; throws when something is not as it must be.
 */
import { isSmartCardError, toHex } from "@cardwire/core";
import { createPcscliteContext } from "@cardwire/transport-pcsclite";

const GET_UID = Uint8Array.of(0xff, 0xca, 0, 0, 0);

/** What the session saw. */
export interface SessionReport {
  readonly readers: readonly string[];
  readonly answerToReset: string;
  readonly uids: readonly string[];
  readonly state: string;
  readonly aborted: string;
  readonly missing: boolean;
}

export async function session(socketPath: string): Promise<SessionReport> {
  await using context = createPcscliteContext({ socketPath });
  const readers = await context.listReaders();
  for await (const event of context.watch()) {
    if (event.type !== "card-inserted") continue;
    const { connection } = await context.connect(event.readerName, "shared", { preferredProtocols: ["t0", "t1"] });
    // at once: they are queued, not refused, and none gets another's answer
    const uids = await Promise.all(Array.from({ length: 20 }, () => connection.transmit(GET_UID)));
    let state = "";
    await connection.startTransaction(async () => {
      ({ state } = await connection.status());
      return "leave";
    });
    await connection.disconnect();

    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("waited long enough")), 20);
    // the last slot is empty and stays so
    const known = [{ readerName: readers.at(-1) ?? "", currentState: { empty: true } }];
    const aborted = await context.getStatusChange(known, { signal: abort.signal }).then(
      () => "",
      (error: unknown) => String(error),
    );

    const nowhere = createPcscliteContext({ socketPath: `${socketPath}.missing` });
    const missing = await nowhere.listReaders().then(
      () => false,
      (error: unknown) => isSmartCardError(error, "no-service"),
    );
    return {
      readers,
      answerToReset: toHex(event.answerToReset),
      uids: [...new Set(uids.map((uid) => toHex(uid)))],
      state,
      aborted,
      missing,
    };
  }
  throw new Error("watch ended");
}
