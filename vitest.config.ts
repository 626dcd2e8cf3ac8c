import { configDefaults, defineConfig } from "vitest/config";

const conditions = ["@cardwire/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // a busy machine is no failure: what hangs is found all the same
    testTimeout: 30_000,
    hookTimeout: 30_000,
    include: ["packages/*/{src,test}/**/*.test.ts", "tools/*/{src,test}/**/*.test.ts"],
    // pcscd and its Unix socket are not on Windows
    exclude: [...configDefaults.exclude, ...(process.platform === "win32" ? ["packages/transport-pcsclite/**"] : [])],
    // what a machine must be prepared for (pcscd, Wine, QEMU) is *.integration.ts and has its own runner
    setupFiles: ["tools/config/fail-on-console.ts"],
    coverage: { include: ["packages/*/src/**/*.ts"], exclude: ["**/*.test.ts"] },
  },
});
