import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { contractCases } from "@cardwire/core/testing";
import { build } from "esbuild";
import { expect, it } from "vitest";

// the suite is published: it must not need the framework that we happen to use
it("the contract runs under Node's own test runner, and shows what is missing", { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "cardwire-contract-"));
  try {
    const outfile = join(folder, "contract.test.mjs");
    await build({
      entryPoints: [fileURLToPath(new URL("../test/contract.node-test.ts", import.meta.url))],
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@cardwire/source"],
      outfile,
    });
    const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", outfile]);
    expect(stdout).toContain(`# pass ${contractCases.length}`);
    expect(stdout).toContain("# fail 0");
    expect(stdout).toContain("[not available: mute-card] connect rejects a mute card");
  } finally {
    await rm(folder, { recursive: true });
  }
});
