import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
// @ts-expect-error -- a script for developers, without types
import * as reexports from "../scripts/reexports.mjs";

const { actualFiles, expectedExports, expectedFiles } = reexports as Record<
  "actualFiles" | "expectedExports" | "expectedFiles",
  () => Record<string, unknown>
>;

// `node packages/cardwire/scripts/reexports.mjs` writes what these compare

test("every entry of every dependency is handed on", () => {
  expect(actualFiles()).toEqual(expectedFiles());
});

test("package.json names every entry", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    exports: Record<string, unknown>;
  };
  expect(manifest.exports).toEqual(expectedExports());
});
