import { expect, test } from "vitest";
import * as cli from "./index.ts";

test("what this package exports", () => {
  expect(Object.keys(cli)).toMatchInlineSnapshot(`
    [
      "EXIT",
      "createProcessIo",
      "runCli",
    ]
  `);
});
