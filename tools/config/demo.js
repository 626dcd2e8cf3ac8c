/**
 * The demo of the README: builds the command from its sources into one file, which takes a moment, and runs
 * `cardwire demo` with the arguments given.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const cli = fileURLToPath(new URL("../../packages/cli/", import.meta.url));
// beside the command's dependencies, where Node finds them
const bundle = `${cli}node_modules/.cache/cardwire-demo.mjs`;

await build({
  entryPoints: [`${cli}src/cli.ts`],
  outfile: bundle,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  conditions: ["@cardwire/source"],
  external: ["commander", "picocolors", "yocto-spinner", "koffi", "usb"],
  logLevel: "error",
});
const demo = spawnSync(process.execPath, [bundle, "demo", ...process.argv.slice(2)], { stdio: "inherit" });
process.exit(demo.status ?? 1);
