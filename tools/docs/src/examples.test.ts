import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkTypes } from "./check-types.ts";
import { bundleExamples, examplesOf, pages, root, runExample } from "./examples.ts";

const documented = pages()
  .map((page) => [relative(root, page), examplesOf(page)] as const)
  .filter(([, examples]) => examples.length > 0);

const running = documented
  .map(([page, examples]) => [page, examples.filter(({ runs }) => runs)] as const)
  .filter(([, examples]) => examples.length > 0);

const all = running.flatMap(([, examples]) => examples);
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cardwire-examples-"));
  await bundleExamples(all, folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(running)("%s", (_page, examples) => {
  for (const example of examples)
    it(`${example.name} comes out as it says`, async () => {
      const claims = await runExample(example, join(folder, `${all.indexOf(example)}.mjs`));
      for (const { source, actual, expected } of claims) expect(actual, source).toEqual(expected);
    });
});

it("every example compiles in an application", () => {
  expect(checkTypes(documented.flatMap(([, examples]) => examples))).toEqual([]);
}, 120_000);
