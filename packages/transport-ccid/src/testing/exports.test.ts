import { expect, test } from "vitest";
import * as entry from "../testing.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "CCID_FEATURE",
      "EmulatedCcidReader",
      "EmulatedIccdToken",
      "EmulatedUsbDevice",
      "FakeUsb",
      "FakeUsbDevice",
      "InPipe",
      "buildClassDescriptor",
    ]
  `);
});
