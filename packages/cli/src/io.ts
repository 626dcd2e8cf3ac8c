import type { Clock, SmartCardContext } from "@cardwire/core";
import type { OpenContextOptions } from "cardwire";
import type { Machine } from "./doctor/machine.ts";

/** Long work that somebody watches. */
export interface Progress {
  /** What is being done, such as "reading 12 of 64". */
  update(text: string): void;
  /** Takes it off the screen. Idempotent. */
  stop(): void;
}

/** All that the command asks of the world, so that it runs without a process too. */
export interface CliIo {
  /** Standard output: results, as text or as the bytes of a file. */
  write(content: string | Uint8Array): void;
  /** Standard error: hints and errors. */
  writeError(text: string): void;
  /** True where standard output shows colours. */
  readonly colours: boolean;
  /** True where standard error does. */
  readonly errorColours: boolean;
  /** True where somebody watches standard error, so that a hint such as "lay a card on the reader" makes sense. */
  readonly interactive: boolean;
  /** Aborts when the user has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Time, for all that gives up after a while. */
  readonly clock: Clock;
  /** Reads a file named on the command line; "-" is standard input. Rejects as `node:fs` does, with `code` ENOENT and so on. */
  readFile(path: string): Promise<Uint8Array>;
  /** Rejects as {@link writeFile} would, as far as that is known before there is something to write. Changes nothing. */
  checkWritable(path: string, options: { readonly overwrite: boolean }): Promise<void>;
  /**
   * Writes a file named on the command line, whole or not at all. Rejects as `node:fs` does, with EEXIST for one that is
   * there and may not be replaced.
   */
  writeFile(path: string, bytes: Uint8Array, options: { readonly overwrite: boolean }): Promise<void>;
  /** Begins to show what goes on; does nothing unless somebody watches. */
  startProgress(text: string): Progress;
  /** Opens the smart-card system. */
  openContext(options: OpenContextOptions): Promise<SmartCardContext>;
  /** The machine, for `cardwire doctor`. */
  readonly machine: Machine;
}
