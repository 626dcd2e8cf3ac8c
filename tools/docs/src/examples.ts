import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));
const here = dirname(fileURLToPath(import.meta.url));

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

/** Who hears of a claim. */
type OnClaim = (source: string, actual: unknown, expected: unknown) => void;

/** An example's module. */
interface ExampleModule {
  readonly run: (claim: OnClaim, output: string) => Promise<void>;
}

/** An example's program: claims become calls, and the body a function's. */
function programOf({ code }: Example): string {
  const imports = (code.match(IMPORT) ?? []).join("");
  const body = code
    .replace(IMPORT, "")
    .replace(/^export /gm, "")
    .replace(
      CLAIM,
      (_, indent: string, source: string, value: string | undefined) =>
        `${indent}claim(${JSON.stringify(source)}, ${source}, ${value ?? "output"});`,
    );
  return `${imports}export const run = (claim, output) => (async () => {${body}\n})();`;
}

/**
 * Bundles examples for Node, all in one go: what they have in common is linked once. Each is then a file in the folder,
 * named by its number.
 */
export async function bundleExamples(examples: readonly Example[], folder: string): Promise<void> {
  await build({
    entryPoints: Object.fromEntries(examples.map((_, index) => [String(index), `example:${index}`])),
    plugins: [
      {
        name: "examples",
        setup(bundler) {
          bundler.onResolve({ filter: /^example:/ }, ({ path }) => ({
            path: path.slice("example:".length),
            namespace: "example",
          }));
          bundler.onLoad({ filter: /./, namespace: "example" }, ({ path }) => {
            const example = examples[Number(path)];
            if (example === undefined) throw new Error(`there is no example ${path}`);
            return { contents: programOf(example), resolveDir: here, loader: "ts" };
          });
        },
      },
    ],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@cardwire/source"],
    // native, and loaded only where readers are
    external: ["koffi", "usb"],
    // what CommonJS modules call
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "silent",
  });
}

/** Runs an example from its bundle, and gives what it claims. */
export async function runExample({ output }: Example, file: string): Promise<readonly Claim[]> {
  const { run } = (await import(file)) as ExampleModule;
  const claims: Claim[] = [];
  await run((source, actual, expected) => claims.push({ source, actual, expected }), output);
  return claims;
}
