/**
 * Packs every package, installs the tarballs with npm into an empty project, and uses them there: each entry as ESM and
 * as CommonJS, then the command. publint and attw read packages; this runs them.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPackages } from "./packages.ts";

const work = mkdtempSync(join(tmpdir(), "cardwire-tarballs-"));
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

try {
  const packages = readPackages();
  for (const { path } of packages) run("npx", ["-y", "pnpm@10.34.9", "pack", "--pack-destination", work], path);
  const tarballs = readdirSync(work).filter((name) => name.endsWith(".tgz"));
  const dependencies: Record<string, string> = {};
  for (const { manifest } of packages) {
    const stem = manifest.name.replace("@", "").replace("/", "-");
    const file = tarballs.find((name) => name === `${stem}-${manifest.version}.tgz`);
    if (file === undefined) throw new Error(`${manifest.name} was not packed`);
    dependencies[manifest.name] = `file:./${file}`;
  }
  // tarballs depend on each other by version, and no registry has these versions: overrides point them at the files
  writeFileSync(
    join(work, "package.json"),
    JSON.stringify({ private: true, dependencies, overrides: dependencies }, null, 2),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--omit=dev"], work);

  const entries = packages.flatMap(({ manifest, entries }) =>
    entries.map(({ subpath }) => manifest.name + subpath.slice(1)),
  );
  // an entry whose optional peer is not installed must still load: peers are loaded on first use
  const body = (load: string): string =>
    entries
      .map(
        (name) =>
          `if (Object.keys(${load}(${JSON.stringify(name)})).length === 0) throw new Error("${name} is empty");`,
      )
      .join("\n");
  writeFileSync(join(work, "esm.mjs"), body("await import"));
  writeFileSync(join(work, "cjs.cjs"), body("require"));
  writeFileSync(
    join(work, "both.mjs"),
    `import { createRequire } from "node:module";
import { FormatError, isFormatError } from "@cardwire/core";
const cjs = createRequire(import.meta.url)("@cardwire/core");
const error = new cjs.FormatError("TOO_SHORT", "text", { field: "f" });
if (error instanceof FormatError || !isFormatError(error)) throw new Error("the brand does not carry across copies");
`,
  );
  for (const file of ["esm.mjs", "cjs.cjs", "both.mjs"]) run(process.execPath, [file], work);
  const demo = run(join(work, "node_modules/.bin/cardwire"), ["demo"], work);
  if (!demo.includes("NTAG21")) throw new Error(`the installed command's demo shows no NTAG:\n${demo}`);
  process.stdout.write(
    `${packages.length} packages, ${entries.length} entries, as ESM and as CommonJS, and the command\n`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
