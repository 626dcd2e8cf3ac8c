import type { SmartCardContext } from "@cardwire/core";
import type { Machine } from "./machine.ts";

/** What a check found. */
export interface Finding {
  /** Stable, for programs: "pcscd", "kernel-driver". */
  readonly id: string;
  /** "problem": readers cannot be used until it is solved; "warning": some can't; "info": good to know. */
  readonly status: "ok" | "info" | "warning" | "problem";
  /** What is so, in one sentence. */
  readonly message: string;
  /** Command lines that help. */
  readonly fix?: readonly string[];
}

/** What checks are made with. */
export interface CheckOptions {
  readonly machine: Machine;
  /** Opens the smart-card system as every command does. */
  readonly openContext: () => Promise<SmartCardContext>;
}

/** Command lines for whoever runs this: who is root already, in a container often, needs no sudo and may not have it. */
export function linesFor({ isRoot }: Machine, lines: readonly string[]): readonly string[] {
  return isRoot ? lines.map((line) => line.replaceAll(/\bsudo /g, "")) : lines;
}
