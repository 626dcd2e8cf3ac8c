import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { checkTypes } from "./check-types.ts";
import { examplesOf, pages, root, runExample } from "./examples.ts";

const documented = pages()
  .map((page) => [relative(root, page), examplesOf(page)] as const)
  .filter(([, examples]) => examples.length > 0);

const running = documented
  .map(([page, examples]) => [page, examples.filter(({ runs }) => runs)] as const)
  .filter(([, examples]) => examples.length > 0);

describe.each(running)("%s", (_page, examples) => {
  for (const example of examples)
    it(`${example.name} comes out as it says`, async () => {
      for (const { source, actual, expected } of await runExample(example)) expect(actual, source).toEqual(expected);
    });
});

it("every example compiles in an application", () => {
  expect(checkTypes(documented.flatMap(([, examples]) => examples))).toEqual([]);
}, 120_000);
