import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildPlayground } from "@cardwire-tools/playground/build";
import { build } from "esbuild";
import { createHighlight } from "./highlight.ts";
import { deadLinks } from "./links.ts";
import { docs, output } from "./paths.ts";
import { buildReference } from "./reference.ts";
import { searchIndex } from "./search-index.ts";
import { renderSite } from "./site.ts";

const started = performance.now();
function tell(text: string): void {
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
const { pages, files } = renderSite(await createHighlight());
for (const { path, html } of files) {
  const file = join(output, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, html);
}
await writeFile(join(output, "search.json"), searchIndex(pages));
await cp(join(docs, "images"), join(output, "images"), { recursive: true });
tell(`${pages.length} pages`);

const here = import.meta.dirname;
await build({
  entryPoints: { site: join(here, "client/site.ts"), style: join(here, "client/style.css") },
  entryNames: "[name]",
  outdir: output,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome123", "firefox128", "safari17.5"],
  conditions: ["@cardwire/source"],
  logLevel: "warning",
});
const weights = await buildPlayground(join(output, "playground"));
tell(`the playground, ${Math.round(weights.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) / 1024)} KiB gzipped`);

await buildReference(join(output, "api"));
tell("the reference");

const all = (await readdir(output, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => relative(output, join(entry.parentPath, entry.name)));
const ours = all.filter((path) => path.endsWith(".html") && !path.startsWith("api/"));
const linked = await Promise.all(
  ours.map(async (path) => ({ path, html: await readFile(join(output, path), "utf8") })),
);
const dead = deadLinks(linked, new Set(all));
for (const link of dead) process.stderr.write(`dead link: ${link}\n`);
tell(`${linked.length} pages checked, ${dead.length} dead links`);
process.exitCode = dead.length === 0 ? 0 : 1;
