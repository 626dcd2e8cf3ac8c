/**
 * The command as it is in this checkout: builds it from its sources into one file, which takes a moment, and runs it with
 * the arguments given.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const cli = fileURLToPath(new URL("../../packages/cli/", import.meta.url));
// beside the command's dependencies, where Node finds them
const bundle = `${cli}node_modules/.cache/cardwire.mjs`;

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
// who presses Ctrl-C means the command, which says how it ends
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => command.kill());
const command = spawn(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: "inherit" });
command.on("exit", (status) => process.exit(status ?? 1));
