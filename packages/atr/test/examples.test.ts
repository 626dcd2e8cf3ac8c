import { describe, expect, it } from "vitest";
import { readExamples, runExample } from "./examples.ts";

describe.each(["../README.md", "../../../docs/packages/atr.md"])("the examples of %s", (page) => {
  const examples = readExamples(page);

  it("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)("$name comes out as it says", async (example) => {
    const claims = await runExample(example);
    expect(claims.length).toBeGreaterThan(0);
    for (const { source, actual, expected } of claims) expect(actual, source).toEqual(expected);
  });
});
