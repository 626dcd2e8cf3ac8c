import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";

interface Claim {
  readonly source: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** The blocks of TypeScript on a page; `expression; // → value` claims what an expression gives. */
function examplesOf(page: string): string[] {
  const text = readFileSync(new URL(page, import.meta.url), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) =>
    code.replace(
      /^(.+); \/\/ → (.+)$/gm,
      (_, source: string, value: string) => `claim(${JSON.stringify(source)}, ${source}, ${value});`,
    ),
  );
}

/** Bundles an example with the packages' sources, runs it, and gives what it claims. */
function run(code: string): Claim[] {
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL(".", import.meta.url)), loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    conditions: ["@cardwire/source"],
    alias: {
      "@cardwire/ioctl": fileURLToPath(new URL("../src/index.ts", import.meta.url)),
      "@cardwire/ioctl/features": fileURLToPath(new URL("../src/features.ts", import.meta.url)),
    },
  });
  const program: unknown = runInThisContext(`(claim) => { ${outputFiles[0]?.text ?? ""} }`);
  if (typeof program !== "function") throw new Error("the example did not compile");
  const claims: Claim[] = [];
  Reflect.apply(program, undefined, [
    (source: string, actual: unknown, expected: unknown) => claims.push({ source, actual, expected }),
  ]);
  return claims;
}

describe.each(["../README.md", "../../../docs/packages/ioctl.md"])("the examples of %s", (page) => {
  test.each(examplesOf(page).map((code, index) => [index + 1, code] as const))("number %i holds", (_, code) => {
    const claims = run(code);
    expect(claims.length).toBeGreaterThan(0);
    for (const { source, actual, expected } of claims) expect(actual, source).toEqual(expected);
  });
});
