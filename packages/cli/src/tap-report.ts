import type { CardIdentity, CardMemory, NdefMessage, Tap } from "cardwire";

/** Everything that was found out about a tap. */
export interface TapReport {
  readonly reader: string;
  readonly card: CardIdentity;
  readonly uid: Uint8Array | undefined;
  readonly atr: Uint8Array;
  readonly memory: CardMemory | undefined;
  /** The message, "none" where the card could hold one and does not. */
  readonly ndef: NdefMessage | "none" | undefined;
  /** What did not work, in words. */
  readonly problems: readonly string[];
}

/** Reads a card through its tap, as far as it lets itself be read. */
export async function reportTap(tap: Tap, signal: AbortSignal): Promise<TapReport> {
  const problems = tap.problems.map(({ step, error }) => `${step}: ${error.message}`);
  const attempt = async <Value>(what: string, read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted) throw error;
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const { memory, ndef } = tap;
  return {
    reader: tap.reader,
    card: tap.card,
    uid: tap.uid,
    atr: tap.atr,
    memory: memory && (await attempt("memory", () => memory.read({ signal }))),
    ndef: ndef && (await attempt("NDEF", async () => (await ndef.read({ signal })) ?? "none")),
    problems,
  };
}
