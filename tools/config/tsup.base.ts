import type { Options } from "tsup";

/** What every package's build shares: ESM and CJS, a declaration file for each. */
export const base: Options = {
  format: ["esm", "cjs"],
  target: "node20",
  platform: "neutral",
  // customConditions: else a package's types are taken from its neighbour's sources.
  // ignoreDeprecations: tsup 8 passes baseUrl to the compiler, which TypeScript 6 reports as deprecated.
  dts: { compilerOptions: { customConditions: [], ignoreDeprecations: "6.0" } },
  sourcemap: true,
  clean: true,
  treeshake: true,
  splitting: false,
  tsconfig: "tsconfig.build.json",
};
