import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@cardwire/core";

const ROUNDS = 25;

/** Milliseconds that each way takes, in turn, as a median of the rounds. */
function medians<const T extends readonly (() => unknown)[]>(...ways: T): { [K in keyof T]: number };
function medians(...ways: readonly (() => unknown)[]): number[] {
  const times = ways.map((): number[] => []);
  for (let turn = 0; turn < ROUNDS; turn++)
    ways.forEach((way, index) => {
      const start = performance.now();
      way();
      times[index]?.push(performance.now() - start);
    });
  return times.map((values) => values.sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN);
}

/**
 * Measures pcsc-tools' ATR_analysis, where it is installed: one answer to reset explained and looked up in a list. The
 * time that perl needs to start is taken off. Gives false when it was faster than we are.
 */
export function reportAtrAnalysis(name: string, atr: Uint8Array, list: string, ours: () => unknown): boolean {
  const lines = ["", "Explain one and identify it in a list of 4000, read anew"];
  const cache = mkdtempSync(join(tmpdir(), "cardwire-bench-"));
  // pcsc-tools looks for its list here first, and would else fetch one
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const start = (command: string, argument: string): string =>
    spawnSync(command, [argument], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).stdout;
  let ahead = true;
  try {
    writeFileSync(join(cache, "smartcard_list.txt"), list);
    const spaced = toHex(atr, " ");
    if (spawnSync("ATR_analysis", [spaced], { env }).status === 0) {
      const [oursMs, startMs, allMs] = medians(
        ours,
        () => start("perl", "-e1"),
        () => start("ATR_analysis", spaced),
      );
      const theirsMs = allMs - startMs;
      ahead = oursMs < theirsMs;
      lines.push(
        `  ${name.padEnd(34)} ${oursMs.toFixed(2).padStart(9)} ms`,
        `  ${"ATR_analysis (pcsc-tools)".padEnd(34)} ${theirsMs.toFixed(2).padStart(9)} ms   ours is ${(theirsMs / oursMs).toFixed(1)} × as fast`,
      );
    } else lines.push("  ATR_analysis of pcsc-tools is not installed");
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  return ahead;
}
