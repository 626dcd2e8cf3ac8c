import type { ConformanceProfile } from "@cardwire/core";
import type { TransportName } from "cardwire";
import { type Command, InvalidArgumentError, Option } from "commander";

/** What `--transport` takes. */
export type TransportChoice = "auto" | TransportName;
export const TRANSPORTS: readonly TransportChoice[] = [
  "auto",
  "pcsclite",
  "pcsclite-ffi",
  "windows",
  "ccid",
  "virtual",
];

export const PROFILES: readonly ConformanceProfile[] = ["documented", "nfccx"];

/** Of every command. */
export interface OutputOptions {
  readonly json?: boolean;
}

/** Options of every command that talks to readers. */
export interface ReaderOptions extends OutputOptions {
  readonly transport: TransportChoice;
  /** Part of the reader's name, in any case. */
  readonly reader?: string;
  /** Dump that lies on the virtual reader. */
  readonly virtual?: string;
}

/** Options of the commands that wait for a card. */
export interface CardOptions extends ReaderOptions {
  readonly timeout: number;
  /** Where the virtual reader's tag is saved afterwards. */
  readonly save?: string;
}

/** `--json`, which every command has. */
export function withOutput(command: Command): Command {
  return command.option("--json", "print JSON");
}

/** What every command that talks to readers has. */
export function withReaders(command: Command): Command {
  return withOutput(command)
    .option("-r, --reader <name>", "only readers whose name contains this")
    .addOption(new Option("-t, --transport <name>", "how to reach the readers").choices(TRANSPORTS).default("auto"))
    .option("--virtual <file>", "a virtual reader with this dump on it, without hardware (sample:NAME for a sample)");
}

/** What every command that wants a card has. */
export function withCard(command: Command): Command {
  return withReaders(command).addOption(
    new Option("--timeout <seconds>", "how long to wait for a card").default(30).argParser(parseSeconds),
  );
}

/** The same for those that may change the card. */
export function withWritableCard(command: Command): Command {
  return withCard(command).option("--save <file>", "with --virtual: save the tag as it is afterwards");
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === "" || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError("Give a number of seconds, 0 or more.");
  return seconds;
}

/** Adds to an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
