import type { ConformanceProfile } from "@cardwire/core";
import { InvalidArgumentError, Option } from "commander";

export const TRANSPORTS = ["auto", "pcsclite", "virtual"] as const;
export type TransportChoice = (typeof TRANSPORTS)[number];

export const PROFILES: readonly ConformanceProfile[] = ["documented", "nfccx"];

/** Options of every command that talks to readers. */
export interface ReaderOptions {
  readonly transport: TransportChoice;
  /** Part of the reader's name, in any case. */
  readonly reader?: string;
  /** Dump to lay on the virtual reader. */
  readonly card?: string;
  readonly json?: boolean;
}

/** Options of the commands that wait for a card. */
export interface CardOptions extends ReaderOptions {
  readonly timeout: number;
}

export const readerOption = (): Option => new Option("-r, --reader <name>", "only readers whose name contains this");

export const transportOption = (): Option =>
  new Option("-t, --transport <name>", "how to reach the readers").choices(TRANSPORTS).default("auto");

export const cardOption = (): Option =>
  new Option("-c, --card <file>", "with --transport virtual: the dump that lies on the reader");

export const jsonOption = (): Option => new Option("--json", "print JSON");

export const timeoutOption = (): Option =>
  new Option("--timeout <seconds>", "how long to wait for a card").default(30).argParser(parseSeconds);

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError("a number of seconds, 0 or more");
  return seconds;
}
