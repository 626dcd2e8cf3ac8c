/**
 * Makes one table of what the paths have left: a line for each case, a column for each path.
 *
 *   table.mjs NAME=PATH:FILE…      such as 20=device:/w/out/20-device.json
 */
import { existsSync, readFileSync } from "node:fs";
import { isPathName, limits, type PathName } from "../limits.ts";
import type { CaseResult } from "../report.ts";

interface Run {
  readonly node: string;
  readonly path: PathName;
  readonly results: readonly CaseResult[];
}

const COLUMNS: readonly PathName[] = ["in-process", "device", "winscard", "winscard-repaired"];
const WIDTH = 10;

function readRun(argument: string): Run {
  const [, node = "", path = "", file = ""] = /^(\w+)=([\w-]+):(.*)$/.exec(argument) ?? [];
  if (!isPathName(path)) throw new Error(`${argument} names no path`);
  const results: CaseResult[] = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as CaseResult[])
    : [{ suite: "runs", case: "came to its end", outcome: "failed", detail: "it did not", ms: 0 }];
  return { node, path, results };
}

const runs = process.argv.slice(2).map(readRun);
const counts = { ok: 0, limit: 0, failed: 0 };
const rows = new Map<string, Map<PathName, Set<string>>>();
const failures: string[] = [];
for (const { node, path, results } of runs)
  for (const { suite, case: name, outcome, detail = "" } of results) {
    counts[outcome]++;
    const key = `${suite}: ${name}`;
    const row = rows.get(key) ?? new Map<PathName, Set<string>>();
    rows.set(key, row);
    const cell = row.get(path) ?? new Set<string>();
    row.set(path, cell);
    cell.add(outcome === "ok" ? "ok" : outcome === "limit" ? "limit" : `FAIL ${node}`);
    if (outcome === "failed") failures.push(`FAILED Node ${node}, ${path}, ${key}\n${detail}`);
  }

const line = (cells: readonly string[], text: string): string =>
  `CASE  ${cells.map((cell) => cell.padEnd(WIDTH)).join(" ")} ${text}\n`;
const nodes = [...new Set(runs.map(({ node }) => node))].join(", ");
const count = `${counts.ok} passed, ${counts.limit} limits of Wine, ${counts.failed} failed\n`;
let out = `table ${rows.size} cases, Node ${nodes} for Windows: ${count}`;
out += line(
  COLUMNS.map((path) => path.replace("winscard-", "")),
  "",
);
for (const [name, row] of rows)
  out += line(
    COLUMNS.map((path) => [...(row.get(path) ?? ["-"])].sort().reverse().join("+")),
    name,
  );
for (const path of COLUMNS) for (const limit of limits[path]) out += `LIMIT ${path}, ${limit.case}: ${limit.reason}\n`;
for (const failure of failures) out += `${failure}\n`;
out += count;
process.stdout.write(out);
process.exitCode = counts.failed > 0 || counts.ok === 0 ? 1 : 0;
