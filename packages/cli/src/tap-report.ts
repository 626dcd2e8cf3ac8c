import { isSmartCardError } from "@cardwire/core";
import type { NdefMessage } from "@cardwire/ndef";
import type { CardIdentity, CardMemory, Tap } from "cardwire";

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
      // what is wrong with the content is told with the rest; a card that is gone has no rest
      if (signal.aborted || isSmartCardError(error)) throw error;
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const { memory, ndef } = tap;
  // NDEF first, as it is what most came for: reading on to protected memory makes some tags fall silent
  const message = ndef && (await attempt("NDEF", async () => (await ndef.read({ signal })) ?? "none"));
  return {
    reader: tap.reader,
    card: tap.card,
    uid: tap.uid,
    atr: tap.atr,
    memory: memory && (await attempt("memory", () => memory.read({ signal }))),
    ndef: message,
    problems,
  };
}
