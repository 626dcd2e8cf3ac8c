import { expect, test } from "vitest";
import { MACOS_DIALECT, PCSCLITE_DIALECT, protocolBits, protocolName, WINDOWS_DIALECT } from "./terms.ts";

test("raw is another bit on either side", () => {
  expect(protocolBits("shared", ["raw", "t1"], WINDOWS_DIALECT)).toBe(0x1_0002);
  expect(protocolBits("shared", ["raw", "t1"], PCSCLITE_DIALECT)).toBe(0x6);
  expect(protocolName(4, WINDOWS_DIALECT)).toBeUndefined();
  expect(protocolName(4, PCSCLITE_DIALECT)).toBe("raw");
  expect(protocolName(3, MACOS_DIALECT)).toBeUndefined();
});

test("a connection takes either protocol unless told otherwise, a direct one none: but on macOS", () => {
  expect(protocolBits("shared", undefined, WINDOWS_DIALECT)).toBe(3);
  expect(protocolBits("shared", [], WINDOWS_DIALECT)).toBe(0);
  expect(protocolBits("direct", undefined, WINDOWS_DIALECT)).toBe(0);
  expect(protocolBits("direct", undefined, PCSCLITE_DIALECT)).toBe(0);
  expect(protocolBits("direct", undefined, MACOS_DIALECT)).toBe(3);
});
