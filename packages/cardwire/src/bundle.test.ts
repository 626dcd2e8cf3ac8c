import { execFileSync } from "node:child_process";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";

/** Bundles a program as one file, as people do for a server, and runs it. */
function runBundled(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    conditions: ["@cardwire/source"],
    external: ["koffi", "usb"],
  });
  return execFileSync(process.execPath, ["-"], { input: outputFiles[0]!.contents, encoding: "utf8" });
}

// esbuild initialises a module that is also imported dynamically in a lazy way, and drops that for packages without
// side effects: a transport that were imported dynamically would leave all of core undefined
test("one name alone works in a bundle of one file", () => {
  expect(runBundled(`import { fromHex } from "cardwire"; console.log(fromHex("01 02").join());`)).toBe("1,2\n");
  expect(runBundled(`import { openContext } from "cardwire"; console.log(typeof openContext);`)).toBe("function\n");
});
