import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The page's files, and what each weighs. */
export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** Builds the page into a folder: three files, to be served from anywhere. */
export async function buildPlayground(folder: string): Promise<readonly BuiltFile[]> {
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: { playground: join(here, "page/main.ts"), style: join(here, "page/style.css") },
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["chrome123", "firefox128", "safari17.5"],
    conditions: ["@cardwire/source"],
    legalComments: "none",
    logLevel: "warning",
  });
  await copyFile(join(here, "page/index.html"), join(folder, "index.html"));
  const files: BuiltFile[] = [];
  for (const name of ["index.html", "style.css", "playground.js"]) {
    const path = join(folder, name);
    files.push({ name, bytes: (await stat(path)).size, gzipBytes: gzipSync(await readFile(path)).length });
  }
  return files;
}
