import { defineConfig } from "vitest/config";

const conditions = ["@cardwire/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ["src/**/*.integration.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
