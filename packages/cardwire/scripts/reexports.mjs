// The umbrella hands on the packages that it stands on: `cardwire/apdu` is `@cardwire/apdu`, `cardwire/apdu/pcsc` its
// sub-path. This file derives from the dependencies what must be there; run, it writes it. A test compares.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("..", import.meta.url);
const manifest = new URL("package.json", root);
const folder = new URL("src/reexport/", root);

/** What the root hands on itself. */
const ROOT = "@cardwire/core";

const readJson = (url) => JSON.parse(readFileSync(url, "utf8"));

/** Each entry of each dependency: what it is imported as, under which name it is handed on, in which file. */
export function expectedEntries() {
  const { dependencies } = readJson(manifest);
  return Object.keys(dependencies)
    .filter((name) => name.startsWith("@cardwire/"))
    .flatMap((name) => {
      const short = name.slice("@cardwire/".length);
      const { exports } = readJson(new URL(`../${short}/package.json`, root));
      return Object.keys(exports)
        .filter((key) => key !== "./package.json" && !(name === ROOT && key === "."))
        .map((key) => key.slice(1))
        .map((path) => ({
          module: name + path,
          subpath: `./${short}${path}`,
          file: (short + path).replaceAll("/", "-"),
        }));
    })
    .sort((a, b) => (a.subpath < b.subpath ? -1 : 1));
}

/** The text of each file in src/reexport. */
export function expectedFiles() {
  return Object.fromEntries(
    expectedEntries().map(({ module, file }) => [`${file}.ts`, `export * from "${module}";\n`]),
  );
}

/** The `exports` of package.json. */
export function expectedExports() {
  const entry = (source, built) => ({
    "@cardwire/source": `./src/${source}.ts`,
    import: { types: `./dist/${built}.d.ts`, default: `./dist/${built}.js` },
    require: { types: `./dist/${built}.d.cts`, default: `./dist/${built}.cjs` },
  });
  return {
    ".": entry("index", "index"),
    ...Object.fromEntries(
      expectedEntries().map(({ subpath, file }) => [subpath, entry(`reexport/${file}`, `reexport/${file}`)]),
    ),
    "./package.json": "./package.json",
  };
}

/** The files that are there, and their text. */
export function actualFiles() {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(expectedFiles())) writeFileSync(new URL(name, folder), text);
  writeFileSync(manifest, `${JSON.stringify({ ...readJson(manifest), exports: expectedExports() }, null, 2)}\n`);
}
