import { defineConfig } from "vitest/config";

const conditions = ["@cardwire/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ["src/**/*.integration.ts", "../../packages/transport-pcsclite/src/**/*.integration.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // two daemons at a time are enough for a small machine
    maxWorkers: 2,
  },
});
