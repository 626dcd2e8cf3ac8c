import { isSmartCardError } from "@cardwire/core";
import type { NdefMessage } from "@cardwire/ndef";
import type { CardIdentity, CardMemory, Tap, TapNdef, TapProblem } from "cardwire";

/** What NDEF is like on a card, apart from the message. */
export type NdefState = Awaited<ReturnType<TapNdef["state"]>>;

/** Everything that was found out about a tap. */
export interface TapReport {
  readonly reader: string;
  readonly card: CardIdentity;
  readonly uid: Uint8Array | undefined;
  readonly atr: Uint8Array;
  readonly memory: CardMemory | undefined;
  readonly ndefState: NdefState | undefined;
  /** The message, "none" where the card could hold one and does not. */
  readonly ndef: NdefMessage | "none" | undefined;
  /** What did not work, and why. */
  readonly problems: readonly { readonly step: TapProblem["step"] | "memory" | "ndef"; readonly message: string }[];
}

/** How far a card is read. */
export interface ReportOptions {
  readonly signal: AbortSignal;
  /** False leaves the memory out. */
  readonly memory?: boolean;
  readonly onProgress?: (read: number, total: number) => void;
}

/** Reads a card through its tap, as far as it lets itself be read. */
export async function reportTap(tap: Tap, options: ReportOptions): Promise<TapReport> {
  const { signal, onProgress, memory: withMemory = true } = options;
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
      const message = error instanceof Error ? error.message : String(error);
      if (!problems.some((problem) => problem.step === step && problem.message === message))
        problems.push({ step, message });
      return undefined;
    }
  };
  const { memory, ndef } = tap;
  // NDEF first, as it is what most came for: reading on to protected memory makes some tags fall silent
  const ndefState = ndef && (await attempt("ndef", () => ndef.state({ signal })));
  const readable = ndefState?.readAccess !== "protected";
  const message =
    ndef && readable ? await attempt("ndef", async () => (await ndef.read({ signal })) ?? "none") : undefined;
  return {
    reader: tap.reader,
    card: tap.card,
    uid: tap.uid,
    atr: tap.atr,
    memory:
      memory && withMemory
        ? await attempt("memory", () => memory.read({ signal, ...(onProgress && { onProgress }) }))
        : undefined,
    ndefState,
    ndef: message,
    problems,
  };
}
