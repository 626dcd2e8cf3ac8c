import { isSmartCardError } from "@cardwire/core";
import type { NdefMessage } from "@cardwire/ndef";
import type { CardIdentity, CardMemory, Tap, TapProblem } from "cardwire";

/** Everything that was found out about a tap. */
export interface TapReport {
  readonly reader: string;
  readonly card: CardIdentity;
  readonly uid: Uint8Array | undefined;
  readonly atr: Uint8Array;
  readonly memory: CardMemory | undefined;
  /** The message, "none" where the card could hold one and does not. */
  readonly ndef: NdefMessage | "none" | undefined;
  /** What did not work, and why. */
  readonly problems: readonly { readonly step: TapProblem["step"] | "memory" | "ndef"; readonly message: string }[];
}

/** Reads a card through its tap, as far as it lets itself be read. */
export async function reportTap(tap: Tap, signal: AbortSignal): Promise<TapReport> {
  const problems: TapReport["problems"][number][] = tap.problems.map(({ step, error }) => ({
    step,
    message: error.message,
  }));
  const attempt = async <Value>(step: "memory" | "ndef", read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      // what is wrong with the content is told with the rest; a card that is gone has no rest
      if (signal.aborted || isSmartCardError(error)) throw error;
      problems.push({ step, message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  const { memory, ndef } = tap;
  // NDEF first, as it is what most came for: reading on to protected memory makes some tags fall silent
  const message = ndef && (await attempt("ndef", async () => (await ndef.read({ signal })) ?? "none"));
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
