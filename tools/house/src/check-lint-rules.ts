/**
 * Breaks each house rule of the lint configuration once, in files that exist only for the moment, and fails when the
 * linter stays quiet: a rule without its resolver or parser finds nothing, and says nothing.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ESLint } from "eslint";
import { root } from "./packages.ts";

const folder = join(root, "packages/core/src/planted");
const files: Readonly<Record<string, string>> = {
  "cycle-a.ts": `import { b } from "./cycle-b.ts";\nexport const a = (): number => b() + 1;\n`,
  "cycle-b.ts": `import { a } from "./cycle-a.ts";\nexport const b = (): number => a() - 1;\n`,
  "buffer.ts": `export const bytes = (): number => Buffer.from("00").length;\n`,
  "node-import.ts": `import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n`,
  "default-export.ts": `const value = 1;\nexport default value;\n`,
  "any.ts": `export const untyped = (value: any): unknown => value;\n`,
};
const expected: readonly (readonly [file: string, rule: string])[] = [
  ["cycle-a.ts", "import-x/no-cycle"],
  ["cycle-b.ts", "import-x/no-cycle"],
  ["buffer.ts", "no-restricted-globals"],
  ["node-import.ts", "no-restricted-imports"],
  ["default-export.ts", "no-restricted-syntax"],
  ["any.ts", "@typescript-eslint/no-explicit-any"],
];

mkdirSync(folder, { recursive: true });
try {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const results = await new ESLint({ cwd: root }).lintFiles([join(folder, "*.ts")]);
  const found = results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId }) => `${filePath} ${ruleId ?? ""}`),
  );
  const quiet = expected.filter(([file, rule]) => !found.includes(`${join(folder, file)} ${rule}`));
  for (const [file, rule] of quiet) process.stderr.write(`${rule} did not report the planted ${file}\n`);
  process.stdout.write(`${expected.length - quiet.length} of ${expected.length} planted defects reported\n`);
  process.exitCode = quiet.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
