import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { build } from "esbuild";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** Something that an example claims, and what came out. */
export interface Claim {
  readonly source: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/**
 * One block of TypeScript of a page. `expression; // → value` claims a value; `expression; // ↓` claims the text of the
 * next block.
 */
export interface Example {
  readonly name: string;
  readonly code: string;
  readonly output: string;
}

export function readExamples(page: string): Example[] {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, language, code = ""], index) =>
    language === "ts" ? [{ name: `${page} ${index + 1}`, code, output: blocks[index + 1]?.[2]?.trimEnd() ?? "" }] : [],
  );
}

function withClaims(code: string): string {
  return code
    .replace(/^(.+); \/\/ → (.+)$/gm, (_, source: string, value: string) => {
      return `claim(${JSON.stringify(source)}, ${source}, ${value});`;
    })
    .replace(/^(.+); \/\/ ↓$/gm, (_, source: string) => `claim(${JSON.stringify(source)}, ${source}, output);`);
}

/** Bundles an example as an application would, runs it, and gives what it claims. */
export async function runExample({ code, output }: Example): Promise<Claim[]> {
  const { outputFiles } = await build({
    stdin: { contents: withClaims(code), resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["@cardwire/source"],
    plugins: [
      {
        name: "this package by its own name",
        setup(bundle) {
          bundle.onResolve({ filter: /^@cardwire\/atr(\/|$)/ }, ({ path }) => ({
            path: `${folder}src/${path.split("/")[2] ?? "index"}.ts`,
          }));
        },
      },
    ],
  });
  const claims: Claim[] = [];
  const run: unknown = runInThisContext(`(claim, output) => { ${outputFiles[0]?.text ?? ""} }`);
  if (typeof run !== "function") throw new Error("the example did not compile to a function");
  const claim = (source: string, actual: unknown, expected: unknown): void => {
    claims.push({ source, actual, expected });
  };
  Reflect.apply(run, undefined, [claim, output]);
  return claims;
}
