import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildPlayground } from "@cardwire-tools/playground/build";
import { build } from "esbuild";
import { createHighlight } from "./highlight.ts";
import { deadLinks } from "./links.ts";
import { docs } from "./paths.ts";
import { buildReference } from "./reference.ts";
import { searchIndex } from "./search-index.ts";
import { renderSite } from "./site.ts";

/** How the site is built. */
export interface BuildOptions {
  /** Told what has been done. */
  readonly tell?: (text: string) => void;
  /** False leaves the reference out, which takes most of the time. */
  readonly reference?: boolean;
}

/** Builds the whole site into a folder, which is emptied first. @returns links that lead nowhere. */
export async function buildSite(folder: string, options: BuildOptions = {}): Promise<readonly string[]> {
  const { tell = () => undefined, reference = true } = options;
  await rm(folder, { recursive: true, force: true });
  const { pages, files } = renderSite(await createHighlight());
  for (const { path, html } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, html);
  }
  await writeFile(join(folder, "search.json"), searchIndex(pages));
  await cp(join(docs, "images"), join(folder, "images"), { recursive: true });
  await buildClient(folder);
  tell(`${pages.length} pages`);

  const weights = await buildPlayground(join(folder, "playground"));
  tell(`the playground, ${Math.round(weights.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) / 1024)} KiB gzipped`);

  if (reference) {
    await buildReference(join(folder, "api"));
    tell("the reference");
  }
  const all = await filesBelow(folder);
  const ours = all.filter((path) => path.endsWith(".html") && !path.startsWith("api/"));
  const linked = await Promise.all(
    ours.map(async (path) => ({ path, html: await readFile(join(folder, path), "utf8") })),
  );
  return deadLinks(linked, new Set(reference ? all : [...all, "api/index.html"]));
}

/** The pages' own script and style. */
async function buildClient(folder: string): Promise<void> {
  const here = import.meta.dirname;
  await build({
    entryPoints: { site: join(here, "client/site.ts"), style: join(here, "client/style.css") },
    entryNames: "[name]",
    outdir: folder,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome123", "firefox128", "safari17.5"],
    conditions: ["@cardwire/source"],
    logLevel: "warning",
  });
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
