import { readdirSync } from "node:fs";
import { defineConfig } from "tsup";
import { base } from "../../tools/config/tsup.base.ts";

const reexports = readdirSync(new URL("src/reexport/", import.meta.url)).map((file) => file.replace(/\.ts$/, ""));

export default defineConfig({
  ...base,
  platform: "node",
  entry: {
    index: "src/index.ts",
    ...Object.fromEntries(reexports.map((name) => [`reexport/${name}`, `src/reexport/${name}.ts`])),
  },
});
