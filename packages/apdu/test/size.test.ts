import { buildSync } from "esbuild";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

/** Bytes of an import, bundled with all it needs, minified and gzipped. */
function sizeOf(statement: string): number {
  const { outputFiles } = buildSync({
    stdin: { contents: statement, resolveDir: fileURLToPath(new URL("../src", import.meta.url)), loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@cardwire/source"],
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

// what the package promises: the main entry stays under 8 kB, and who takes one function pays for that one
test.each([
  [`export * from "./index.ts"`, 8_000],
  [`export * from "./log.ts"`, 10_000],
  [`export * from "./pcsc.ts"`, 6_000],
  [`export * from "./status-words.ts"`, 3_000],
  [`export { parseResponseApdu } from "./index.ts"`, 600],
  [`export { parseCommandApdu, encodeCommandApdu } from "./index.ts"`, 1_300],
  [`export { parseTlv, findTlv } from "./index.ts"`, 1_300],
  [`export { createApduChannel } from "./index.ts"`, 2_500],
  [`export { describeStatusWord } from "./index.ts"`, 2_500],
])("%s stays within %i bytes", (statement, budget) => {
  const size = sizeOf(statement);
  expect(size).toBeLessThanOrEqual(budget);
  // a budget far too wide guards nothing
  expect(size).toBeGreaterThan(budget * 0.7);
});
