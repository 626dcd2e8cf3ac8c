import { defineConfig } from "vitest/config";

const conditions = ["@cardwire/source"];

/** For every tool that drives a browser; the tool says its `--root`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["src/**/*.integration.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
