import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../../../../docs/writing-a-tag-family.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```typescript\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

test.each(["silicon.ts", "commands.ts", "differences.ts", "family.ts", "note-tag.test.ts"])(
  "the page on writing a tag family shows %s as it is tested",
  (file) => {
    expect(blocks).toContain(readFileSync(new URL(file, import.meta.url), "utf8"));
  },
);
