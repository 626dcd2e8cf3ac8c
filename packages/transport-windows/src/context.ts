import { createScardContext, type ScardContext, type ScardContextOptions } from "@cardwire/scard";
import { loadWinscard } from "./winscard.ts";

/** How a context on Windows behaves. */
export type WindowsContextOptions = Pick<ScardContextOptions, "keepTransactionsAlive">;

/** The readers of Windows' resource manager. */
export type WindowsContext = ScardContext;

/**
 * A context over winscard.dll, the smart-card API of Windows. It loads nothing before it is asked for something; the
 * package koffi must be installed then.
 *
 * Windows resets a card whose transaction has been idle for five seconds; see `keepTransactionsAlive`.
 */
export function createWindowsContext(options: WindowsContextOptions = {}): WindowsContext {
  return createScardContext(loadWinscard, options);
}
