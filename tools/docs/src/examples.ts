import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { build } from "esbuild";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));
const folder = dirname(fileURLToPath(import.meta.url));

/**
 * One block of TypeScript of a page. `expression; // → value` claims what an expression gives, `expression; // ↓` that it
 * gives the text of the block after this one. A block whose fence says `ts no-run` needs a reader and is only compiled.
 */
export interface Example {
  /** The page and the line of the fence. */
  readonly name: string;
  readonly code: string;
  /** The text of the block after this one. */
  readonly output: string;
  readonly runs: boolean;
}

/** Something that an example claims, and what came out. */
export interface Claim {
  readonly source: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

function pagesBelow(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", "CHANGELOG.md"].includes(entry.name)) return [];
    const below = join(path, entry.name);
    return entry.isDirectory() ? pagesBelow(below) : entry.name.endsWith(".md") ? [below] : [];
  });
}

/** Every page for users: the README, the documentation and each package's README. */
export function pages(): readonly string[] {
  return [join(root, "README.md"), ...pagesBelow(join(root, "docs")), ...pagesBelow(join(root, "packages"))].sort();
}

/** The examples of a page, in their order. */
export function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(page, "utf8");
  const blocks = [...text.matchAll(/^```(\w+)( no-run)?\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap((match, index) => {
    const [, language, noRun, code = ""] = match;
    if (language !== "ts") return [];
    const line = text.slice(0, match.index).split("\n").length;
    const output = blocks[index + 1]?.[3]?.trimEnd() ?? "";
    return [{ name: `${relative(root, page)}:${line}`, code, output, runs: noRun === undefined }];
  });
}

const IMPORT = /^import\s[\s\S]*?;\n/gm;
const CLAIM = /^(\s*)(.+); \/\/ (?:→ (.+)|↓)$/gm;

/** Bundles an example as an application would, runs it, and gives what it claims. */
export async function runExample({ code, output }: Example): Promise<readonly Claim[]> {
  const imports = (code.match(IMPORT) ?? []).join("");
  const body = code
    .replace(IMPORT, "")
    .replace(/^export /gm, "")
    .replace(
      CLAIM,
      (_, indent: string, source: string, value: string | undefined) =>
        `${indent}claim(${JSON.stringify(source)}, ${source}, ${value ?? "output"});`,
    );
  const { outputFiles } = await build({
    // an example may await, so its body becomes a function's
    stdin: { contents: `${imports}export const done = (async () => {${body}\n})();`, resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    conditions: ["@cardwire/source"],
    // native, and loaded only where readers are
    external: ["koffi", "usb"],
    logLevel: "silent",
  });
  const claims: Claim[] = [];
  const module: { exports: { done?: Promise<void> } } = { exports: {} };
  const run: unknown = runInThisContext(
    `(claim, output, require, module) => { const exports = module.exports; ${outputFiles[0]?.text ?? ""} }`,
  );
  if (typeof run !== "function") throw new Error("the example did not compile to a function");
  const claim = (source: string, actual: unknown, expected: unknown): void => {
    claims.push({ source, actual, expected });
  };
  Reflect.apply(run, undefined, [claim, output, createRequire(import.meta.url), module]);
  await module.exports.done;
  return claims;
}
