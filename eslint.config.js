import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";
import { nodePackages } from "./tools/config/node-packages.js";

const tests = ["**/*.test.ts", "**/*.integration.ts"];
/** What has types of a browser, too, is checked apart. */
const typedProjects = [
  "./tsconfig.json",
  "./tools/playground/tsconfig.json",
  "./tools/site/tsconfig.json",
  "./examples/webusb/tsconfig.json",
];
const portableReason = "this package also runs in browsers: ";

export default defineConfig(
  globalIgnores(["tools/config/portable.d.ts", "**/dist/", "**/coverage/", "docs/", "**/.turbo/", "**/.cache/"]),
  js.configs.recommended,
  { files: ["**/*.{js,mjs,cjs}"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      // one program for all: one for each package would hold every source many times over
      parserOptions: { project: typedProjects, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "import-x": importX },
    // without a resolver and a parser for .ts files, no-cycle finds nothing and says nothing
    settings: {
      "import-x/extensions": [".ts"],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"] },
      "import-x/resolver-next": [
        createTypeScriptImportResolver({ conditionNames: ["@cardwire/source", "import", "default"] }),
      ],
    },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-duplicates": ["error", { "prefer-inline": true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // a translator that needs no RF is still a dialogue generator
      "require-yield": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Named exports only: a name is searchable, a default is not.",
        },
        { selector: "TSEnumDeclaration", message: "Use an `as const` object and a union type of the same name." },
        { selector: "Decorator", message: "Decorators register by side effect; say it in plain code." },
      ],
    },
  },
  {
    files: ["packages/*/src/**/*.ts"],
    ignores: [
      ...tests,
      ...nodePackages.map((name) => `packages/${name}/**`),
      "packages/*/src/node.ts",
      "packages/*/src/node/**",
    ],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "Buffer", message: `${portableReason}use Uint8Array and the helpers of @cardwire/core.` },
        { name: "process", message: `${portableReason}take what you need as an argument.` },
        { name: "global", message: `${portableReason}use globalThis.` },
        { name: "__dirname", message: `${portableReason}take what you need as an argument.` },
        { name: "setImmediate", message: `${portableReason}use queueMicrotask.` },
        { name: "require", message: `${portableReason}import it.` },
      ],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["node:*"], message: `${portableReason}host objects are handed in.` }] },
      ],
    },
  },
  {
    files: tests,
    rules: {
      // assertions narrow; a test that meets undefined fails on the next line
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["*.config.ts", "{packages,tools}/*/tsup.config.ts"], rules: { "no-restricted-syntax": "off" } },
  prettier,
);
