import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
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

/** Bundles a program for browsers, with no setting but that, and runs it where there is nothing but what browsers have. */
async function runInBrowser(contents: string): Promise<unknown> {
  const { outputFiles, warnings } = buildSync({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "page",
    platform: "browser",
    conditions: ["@cardwire/source"],
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const globals = { AbortController, AbortSignal, clearTimeout, performance, queueMicrotask, setTimeout };
  const code = `${outputFiles[0]!.text}\npage.result`;
  return runInNewContext(code, { ...globals, DOMException, TextDecoder, TextEncoder, URL }) as Promise<unknown>;
}

test("the virtual reader works in a bundle for browsers, and the machine's readers are no part of it", async () => {
  const name = await runInBrowser(`
    import { createVirtualReader, taps } from "cardwire";
    import { loadTag } from "cardwire/virtual";
    import { ntag216WithUri } from "cardwire/virtual/samples";
    async function first() {
      const reader = createVirtualReader({ tags: [loadTag(ntag216WithUri())] });
      for await (const tap of taps({ context: reader.context })) {
        await reader.close();
        return tap.card.name;
      }
    }
    export const result = first();
  `);
  expect(name).toBe("NTAG216");
  const refused = await runInBrowser(`
    import { openContext } from "cardwire";
    export const result = openContext().catch((error) => error.message);
  `);
  expect(refused).toContain("In a browser readers are reached by WebUSB");
});
