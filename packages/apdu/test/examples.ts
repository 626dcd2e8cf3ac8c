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
 * One block of TypeScript of a page. `expression; // → value` claims a value, `expression; // ↓` the text of the block
 * that follows.
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
    language === "ts" ? [{ name: `block ${index + 1}`, code, output: blocks[index + 1]?.[2]?.trimEnd() ?? "" }] : [],
  );
}

function withClaims(code: string): string {
  return code.replace(
    /^(.+); \/\/ (?:→ (.+)|↓)$/gm,
    (_, source: string, value: string | undefined) =>
      `claim(${JSON.stringify(source)}, ${source}, ${value ?? "output"});`,
  );
}

/** Bundles an example as an application would, runs it, and gives what it claims. */
export async function runExample({ code, output }: Example): Promise<Claim[]> {
  const { outputFiles } = await build({
    stdin: { contents: withClaims(code), resolveDir: folder, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["@cardwire/source"],
    plugins: [
      {
        name: "this package by its own name",
        setup(builder) {
          builder.onResolve({ filter: /^@cardwire\/apdu(\/|$)/ }, ({ path }) => ({
            path: `${folder}src/${path.split("/")[2] ?? "index"}.ts`,
          }));
        },
      },
    ],
  });
  const claims: Claim[] = [];
  // an example may await, so it runs as a function's body
  const run = runInThisContext(`async (claim, output) => { ${outputFiles[0]?.text ?? ""} }`) as (
    claim: (source: string, actual: unknown, expected: unknown) => void,
    output: string,
  ) => Promise<void>;
  await run((source, actual, expected) => {
    claims.push({ source, actual, expected });
  }, output);
  return claims;
}
