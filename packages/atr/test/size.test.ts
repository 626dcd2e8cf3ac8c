import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** What an application pays for a line of code: everything it pulls in, minified and gzipped. */
async function gzippedBytes(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    conditions: ["@cardwire/source"],
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}

describe("size, minified and gzipped, with all that comes along", () => {
  it.each([
    ["./src/index.ts", 8_000],
    ["./src/describe.ts", 7_500],
  ])("the whole of %s stays below %i bytes", async (entry, budget) => {
    expect(await gzippedBytes(`export * from "${entry}";`)).toBeLessThan(budget);
  });

  it.each([
    ["buildStorageCardAtr", 800],
    ["buildIsoDepAtrTypeA", 500],
    ["buildIsoDepAtrTypeB", 750],
    ["StorageCardName", 600],
    ["StorageCardStandard", 250],
    ["parseAtr", 1_700],
    ["parseAtr, globalParameters, t1Parameters", 2_300],
    ["parseContactlessAtr", 2_100],
    ["parseHistoricalBytes", 600],
    ["decodeRate", 300],
    ["buildPps, checkPpsResponse", 1_100],
    ["choosePps", 1_700],
    ["parseSmartCardList, identifyAtr", 900],
    ["isAtrError", 200],
  ])("a user of %s pays less than %i bytes", async (names, budget) => {
    expect(await gzippedBytes(`export { ${names} } from "./src/index.ts";`)).toBeLessThan(budget);
  });
});
