import { fileURLToPath } from "node:url";
import { buildPlayground } from "./build.ts";

const folder = fileURLToPath(new URL("../dist", import.meta.url));
for (const { name, bytes, gzipBytes } of await buildPlayground(folder))
  process.stdout.write(
    `${name.padEnd(14)} ${(bytes / 1024).toFixed(1)} KiB, ${(gzipBytes / 1024).toFixed(1)} KiB gzipped\n`,
  );
