import { expect, test } from "vitest";
import * as entry from "./index.ts";

test("the public surface", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "DeviceListError",
      "MissingKoffiError",
      "NotWindowsError",
      "createDeviceContext",
      "createWindowsContext",
      "isDeviceListError",
      "isMissingKoffiError",
      "isNotWindowsError",
      "listReaderDevices",
      "openReaderDevice",
      "readerDevices",
      "watchReaderDevices",
    ]
  `);
});
