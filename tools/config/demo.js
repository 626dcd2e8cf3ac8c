/**
 * The demo of the README: builds what the command needs, in silence unless it fails, then runs `cardwire demo` with the
 * arguments given. Node starts both itself, so that it works in every shell.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");

process.stderr.write("building cardwire …\n");
const build = spawnSync(
  process.execPath,
  [turbo, "run", "build", "--filter=@cardwire/cli...", "--output-logs=errors-only"],
  { cwd: root, encoding: "utf8", env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" } },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error?.message ?? ""}\n`);
  process.exit(1);
}

const demo = spawnSync(process.execPath, ["packages/cli/dist/cli.js", "demo", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exit(demo.status ?? 1);
