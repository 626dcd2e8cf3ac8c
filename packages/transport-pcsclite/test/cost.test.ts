import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

function bundle(minify: boolean): Uint8Array {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    bundle: true,
    minify,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@cardwire/source"],
  });
  // the way over the socket has no dependency outside the project
  for (const input of Object.keys(metafile.inputs)) expect(input).not.toContain("node_modules");
  return outputFiles[0]!.contents;
}

test("with all it needs, minified and gzipped, it stays below 15 kB", () => {
  const size = gzipSync(bundle(true), { level: 9 }).length;
  expect(size).toBeLessThan(15_000);
  // a budget far too wide guards nothing
  expect(size).toBeGreaterThan(15_000 * 0.6);
});

test("importing it opens nothing", () => {
  const folder = mkdtempSync(join(tmpdir(), "cardwire-import-"));
  try {
    const file = join(folder, "bundle.mjs");
    writeFileSync(file, bundle(true));
    const program = `
      const before = process.getActiveResourcesInfo();
      await import(${JSON.stringify(file)});
      // the file itself is closed a little later
      await new Promise((resolve) => setTimeout(resolve, 50));
      const after = process.getActiveResourcesInfo();
      process.stdout.write(JSON.stringify([before, after]));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [before, after] = JSON.parse(printed) as [string[], string[]];
    expect(after.sort()).toEqual(before.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
