import type { SmartCardContext } from "@cardwire/core";
import type { OpenContextOptions } from "cardwire";

/** All that the command asks of the world, so that it runs without a process too. */
export interface CliIo {
  /** Standard output: results. */
  write(text: string): void;
  /** Standard error: hints and errors. */
  writeError(text: string): void;
  /** True where standard output shows colours. */
  readonly colours: boolean;
  /** True where somebody watches standard error, so that a hint such as "lay a card on the reader" makes sense. */
  readonly interactive: boolean;
  /** Aborts when the user has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Reads a file named on the command line. Rejects as `node:fs` does, with `code` ENOENT and so on. */
  readFile(path: string): Promise<Uint8Array>;
  /** Opens the smart-card system. */
  openContext(options: OpenContextOptions): Promise<SmartCardContext>;
}
