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
async function run(code: string): Promise<Claim[]> {
  const imports = code.match(/^import .*$/gm) ?? [];
  const body = code.replace(/^import .*$/gm, "");
  const { outputFiles } = buildSync({
    stdin: {
      contents: `${imports.join("\n")}\nglobalThis.example = async (claim) => { ${body} };`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    conditions: ["@cardwire/source"],
    alias: {
      "@cardwire/nfc-reader": fileURLToPath(new URL("../src/index.ts", import.meta.url)),
      "@cardwire/nfc-reader/recording": fileURLToPath(new URL("../src/recording.ts", import.meta.url)),
      "@cardwire/nfc-reader/testing": fileURLToPath(new URL("../src/testing.ts", import.meta.url)),
    },
  });
  runInThisContext(outputFiles[0]?.text ?? "");
  const program: unknown = Reflect.get(globalThis, "example");
  if (typeof program !== "function") throw new Error("the example did not compile");
  const claims: Claim[] = [];
  await Reflect.apply(program, undefined, [
    (source: string, actual: unknown, expected: unknown) => claims.push({ source, actual, expected }),
  ]);
  return claims;
}

describe.each(["../README.md", "../../../docs/packages/nfc-reader.md"])("the examples of %s", (page) => {
  test.each(examplesOf(page).map((code, index) => [index + 1, code] as const))("number %i holds", async (_, code) => {
    const claims = await run(code);
    expect(claims.length).toBeGreaterThan(0);
    for (const { source, actual, expected } of claims) expect(actual, source).toEqual(expected);
  });
});
