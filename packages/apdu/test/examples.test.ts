import { describe, expect, test } from "vitest";
import { readExamples, runExample } from "./examples.ts";

describe.each(["../README.md", "../../../docs/packages/apdu.md"])("the examples of %s", (page) => {
  const examples = readExamples(page);

  test("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples)("$name comes out as it says", async (example) => {
    const claims = await runExample(example);
    expect(claims.length).toBeGreaterThan(0);
    for (const { source, actual, expected } of claims) expect(actual, source).toEqual(expected);
  });
});
