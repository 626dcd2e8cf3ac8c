import { defineConfig } from "tsup";
import { base } from "../../tools/config/tsup.base.ts";

export default defineConfig({ ...base, entry: ["src/index.ts", "src/ffi.ts", "src/terms.ts"] });
