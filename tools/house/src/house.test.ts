import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { nodePackages } from "../../config/node-packages.js";
import { floors } from "./floors.ts";
import { type HousePackage, readPackages, root } from "./packages.ts";

const packages = readPackages();
const scopeOf = (folder: string): string => (folder === "cardwire" ? "cardwire" : `@cardwire/${folder}`);

function importedPackages(pkg: HousePackage): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.name.endsWith(".ts") && !/\.(test|integration)\.ts$/.test(entry.name))
        for (const [, name] of readFileSync(path, "utf8").matchAll(
          /(?:from|import)\s*\(?\s*"(@cardwire\/[a-z0-9-]+|cardwire)(?:\/[a-z-]+)?"/g,
        ))
          if (name !== undefined) found.add(name);
    }
  };
  visit(join(pkg.path, "src"));
  return found;
}

describe.each(packages.map((pkg) => [pkg.folder, pkg] as const))("%s", (folder, pkg) => {
  const { manifest } = pkg;

  it("is named after its folder, licensed, free of side effects and published with provenance", () => {
    expect(manifest.name).toBe(scopeOf(folder));
    expect(manifest.license).toBe("Apache-2.0");
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.engines?.node).toBe(">=20.19.0");
    expect(manifest.publishConfig).toEqual({ access: "public", provenance: true });
    for (const file of ["README.md", "LICENSE", "NOTICE", "src/index.ts", "src/exports.test.ts"])
      expect(existsSync(join(pkg.path, file)), `${folder}/${file}`).toBe(true);
    expect(existsSync(join(root, "docs/packages", `${folder}.md`)), `docs/packages/${folder}.md`).toBe(true);
  });

  it("exports each entry with its source, and both formats with their own declarations", () => {
    expect(pkg.entries.map(({ subpath }) => subpath)).toContain(".");
    for (const { subpath, source } of pkg.entries) {
      expect(existsSync(source), relative(root, source)).toBe(true);
      const entry = manifest.exports?.[subpath];
      if (entry === undefined || typeof entry === "string") throw new Error("unreachable");
      const stem = entry.import.default.replace(/\.js$/, "");
      expect(entry.import).toEqual({ types: `${stem}.d.ts`, default: `${stem}.js` });
      expect(entry.require).toEqual({ types: `${stem}.d.cts`, default: `${stem}.cjs` });
    }
  });

  it("leans only on floors below its own, and declares what it imports", () => {
    const floor = floors[folder];
    expect(floor, `${folder} has no floor`).toBeDefined();
    const declared = new Set([
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ]);
    for (const name of importedPackages(pkg)) {
      if (name === manifest.name) continue;
      expect(declared, `${folder} imports ${name}`).toContain(name);
      expect(floors[name.replace("@cardwire/", "")], `${folder} leans on ${name}`).toBeLessThan(floor ?? 0);
    }
  });

  // the transport over CCID finds its devices through a sub-path of its own, which is Node's
  const portable = pkg.entries.filter(({ subpath }) => !nodePackages.includes(folder) && subpath !== "./node");
  if (portable.length > 0)
    it("bundles for a browser with no polyfill", async () => {
      for (const { source } of portable) {
        const result = await build({
          entryPoints: [source],
          bundle: true,
          write: false,
          format: "esm",
          platform: "browser",
          conditions: ["@cardwire/source"],
          logLevel: "silent",
        });
        const text = result.outputFiles[0]?.text ?? "";
        expect(text.length, relative(root, source)).toBeGreaterThan(0);
        expect(text).not.toMatch(/\b(?:Buffer|process)\b\s*[.[(]|require\(|from "node:/);
      }
    });
});

it("keeps no floor for a package that is not there", () => {
  const missing = Object.keys(floors).filter((folder) => !packages.some((pkg) => pkg.folder === folder));
  expect(missing).toEqual([]);
});

it("type-checks every portable package with no host's types", () => {
  const { exclude } = JSON.parse(readFileSync(join(root, "tsconfig.portable.json"), "utf8")) as { exclude: string[] };
  const excluded = exclude.filter((path) => path.startsWith("packages/"));
  // the transport over CCID finds its devices through a sub-path of its own, which is Node's
  const expected = ["packages/transport-ccid/src/node*", ...nodePackages.map((name) => `packages/${name}`)];
  expect(excluded.sort()).toEqual(expected.sort());
});
