import { defineConfig } from "tsup";
import { base } from "../../tools/config/tsup.base.ts";

export default defineConfig({
  ...base,
  platform: "node",
  entry: ["src/index.ts", "src/cli.ts"],
  // a command's code is loaded when it is run: `cardwire --help` waits for none of it
  splitting: true,
  // cli.js is what npm links as `cardwire`: nobody imports it
  dts: { ...(typeof base.dts === "object" ? base.dts : undefined), entry: "src/index.ts" },
});
