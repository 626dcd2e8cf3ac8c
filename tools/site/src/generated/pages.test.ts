import { expect, test } from "vitest";
import { readersPage } from "./readers-page.ts";
import { statusesPage } from "./statuses-page.ts";

// with `-u` these write the pages
test("docs/statuses.md is what the code says", async () => {
  await expect(await statusesPage()).toMatchFileSnapshot("../../../../docs/statuses.md");
});

test("docs/readers.md is what the code says", async () => {
  await expect(await readersPage()).toMatchFileSnapshot("../../../../docs/readers.md");
});
