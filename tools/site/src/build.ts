import { buildSite } from "./build-site.ts";
import { output } from "./paths.ts";

const started = performance.now();
const dead = await buildSite(output, {
  tell: (text) => process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`),
});
for (const link of dead) process.stderr.write(`dead link: ${link}\n`);
process.exitCode = dead.length === 0 ? 0 : 1;
