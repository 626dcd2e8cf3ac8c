/**
 * Packs every package, installs the tarballs into empty projects with npm, pnpm and Bun, and uses them there: each entry
 * as ESM and as CommonJS, in Node, Bun and Deno; every portable entry in a bundle for browsers; and the command.
 * publint and attw read packages; this runs them.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { nodePackages } from "../../config/node-packages.js";
import { readPackages, root } from "./packages.ts";

const work = mkdtempSync(join(tmpdir(), "cardwire-tarballs-"));
const packages = readPackages();
const entries = packages.flatMap(({ folder, manifest, entries }) =>
  entries.map(({ subpath }) => ({
    name: manifest.name + subpath.slice(1),
    // the umbrella leaves the ways to a machine's readers out of bundles for browsers by itself
    portable: subpath === "." && folder === "cardwire" ? true : !nodePackages.includes(folder) && subpath !== "./node",
  })),
);

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

/** The file of each package's tarball, by the package's name. */
function pack(): Readonly<Record<string, string>> {
  const every = ["--recursive", "--filter", "./packages/*"];
  run("npx", ["-y", "pnpm@10.34.9", ...every, "pack", "--pack-destination", work], root);
  const packed = readdirSync(work);
  return Object.fromEntries(
    packages.map(({ manifest }) => {
      const stem = manifest.name.replace("@", "").replace("/", "-");
      const file = packed.find((name) => name === `${stem}-${manifest.version}.tgz`);
      if (file === undefined) throw new Error(`${manifest.name} was not packed`);
      return [manifest.name, `file:../${file}`];
    }),
  );
}

// an entry whose optional peer is not installed must still load: peers are loaded on first use
const loadAll = (load: string): string =>
  entries
    .map(
      ({ name }) =>
        `if (Object.keys(${load}(${JSON.stringify(name)})).length === 0) throw new Error("${name} is empty");`,
    )
    .join("\n");

/** A project that depends on every tarball. They depend on each other by version, which no registry has: overrides. */
function project(name: string, tarballs: Readonly<Record<string, string>>): string {
  const folder = join(work, name);
  mkdirSync(folder);
  const manifest = { private: true, dependencies: tarballs, overrides: tarballs, pnpm: { overrides: tarballs } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2));
  writeFileSync(join(folder, "esm.mjs"), loadAll("await import"));
  writeFileSync(join(folder, "cjs.cjs"), loadAll("require"));
  writeFileSync(
    join(folder, "both.mjs"),
    `import { createRequire } from "node:module";
import { FormatError, isFormatError } from "@cardwire/core";
const cjs = createRequire(import.meta.url)("@cardwire/core");
const error = new cjs.FormatError("TOO_SHORT", "text", { field: "f" });
if (error instanceof FormatError || !isFormatError(error)) throw new Error("the brand does not carry across copies");
`,
  );
  return folder;
}

const FILES = ["esm.mjs", "cjs.cjs", "both.mjs"];

/** Where a runtime is that install-runtimes.sh has put there. */
function runtime(name: string, list: string): string {
  const path = new RegExp(`^${name} .* (/\\S+)$`, "m").exec(list)?.[1];
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** What a bundler makes of every portable entry runs where there is nothing but a browser's globals. */
async function runBundle(folder: string): Promise<void> {
  const portable = entries.filter((entry) => entry.portable);
  const contents = portable
    .map(({ name }, index) => `export * as entry${index} from ${JSON.stringify(name)};`)
    .join("\n");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "bundle",
    platform: "browser",
    logLevel: "error",
  });
  const globals = {
    TextEncoder,
    TextDecoder,
    AbortController,
    AbortSignal,
    URL,
    setTimeout,
    clearTimeout,
    queueMicrotask,
  };
  const code = `${outputFiles[0]?.text ?? ""}\nObject.values(bundle).map((entry) => Object.keys(entry).length);`;
  const counts: unknown = runInNewContext(code, { ...globals, performance, crypto });
  if (!Array.isArray(counts) || counts.length !== portable.length || counts.includes(0))
    throw new Error(`the bundle for browsers gives ${JSON.stringify(counts)}`);
}

try {
  const tarballs = pack();
  const done: string[] = [];

  const byNpm = project("npm", tarballs);
  run("npm", ["install", "--no-audit", "--no-fund", "--omit=dev"], byNpm);
  for (const file of FILES) run(process.execPath, [file], byNpm);
  const demo = run(join(byNpm, "node_modules/.bin/cardwire"), ["demo"], byNpm);
  if (!demo.includes("NTAG21")) throw new Error(`the installed command's demo shows no NTAG:\n${demo}`);
  await runBundle(byNpm);
  done.push("npm");

  const byPnpm = project("pnpm", tarballs);
  run("npx", ["-y", "pnpm@10.34.9", "install", "--ignore-workspace", "--prod"], byPnpm);
  for (const file of FILES) run(process.execPath, [file], byPnpm);
  done.push("pnpm");

  const runtimes = run(fileURLToPath(new URL("../../config/install-runtimes.sh", import.meta.url)), [], work);
  const bun = runtime("bun", runtimes);
  const byBun = project("bun", tarballs);
  run(bun, ["install", "--production", "--no-progress"], byBun);
  for (const file of FILES) run(bun, [file], byBun);
  done.push("Bun");

  // Deno runs what npm has installed
  const deno = runtime("deno", runtimes);
  for (const file of FILES) run(deno, ["run", "--quiet", "--allow-all", "--node-modules-dir=manual", file], byNpm);
  done.push("Deno");

  process.stdout.write(
    `${packages.length} packages, ${entries.length} entries, as ESM, as CommonJS and bundled for browsers, and the command: ${done.join(", ")}\n`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
