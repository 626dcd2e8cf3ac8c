import { buildSync } from "esbuild";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

/** Bytes of an import, bundled with all it needs, minified and gzipped. */
function sizeOf(statement: string): number {
  const { outputFiles } = buildSync({
    stdin: { contents: statement, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["@cardwire/source"],
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}

// the main entry stays under 8 kB, and who takes one function pays for that one
test.each([
  [`export * from "./index.ts"`, 8_000],
  [`export * from "./features.ts"`, 1_800],
  [`export { IOCTL_SMARTCARD } from "./index.ts"`, 280],
  [`export { encodeTransmitInput, parseTransmitOutput } from "./index.ts"`, 1_000],
  [`export { ntStatusName } from "./index.ts"`, 600],
  [`export { describeScard } from "./index.ts"`, 2_500],
  [`export { smartCardErrorFromCode } from "./index.ts"`, 4_500],
  [`export { decodeAttribute } from "./index.ts"`, 1_400],
  [`export { IOCTL_CONTRACT } from "./index.ts"`, 750],
])("%s stays within %i bytes", (statement, budget) => {
  const size = sizeOf(statement);
  expect(size).toBeLessThanOrEqual(budget);
  // a budget far too wide guards nothing
  expect(size).toBeGreaterThan(budget * 0.7);
});
