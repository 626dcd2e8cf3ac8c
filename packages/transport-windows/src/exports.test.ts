import { expect, test } from "vitest";
import * as entry from "./index.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "MissingKoffiError",
      "NotWindowsError",
      "Win32CallError",
      "createDeviceContext",
      "createWindowsContext",
      "isMissingKoffiError",
      "isNotWindowsError",
      "isWin32CallError",
      "listReaderDevices",
      "openReaderDevice",
      "readerDevices",
      "watchReaderDevices",
    ]
  `);
});
