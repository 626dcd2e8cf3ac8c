import { expect, test } from "vitest";
import { connectionState } from "./connection-state.ts";
import { PCSCLITE_DIALECT, WINDOWS_DIALECT } from "./dialects.ts";

test("Windows tells a card's state as a number from 1 to 6 (winsmcrd.h)", () => {
  const states = [0, 1, 2, 3, 4, 5, 6].map((state) => connectionState(state, 0, WINDOWS_DIALECT));
  expect(states).toEqual(["absent", "absent", "present", "swallowed", "powered", "negotiable", "negotiable"]);
  expect(connectionState(6, 1, WINDOWS_DIALECT)).toBe("t0");
  expect(connectionState(6, 2, WINDOWS_DIALECT)).toBe("t1");
  expect(connectionState(6, 0x1_0000, WINDOWS_DIALECT)).toBe("raw");
  expect(connectionState(2, 2, WINDOWS_DIALECT)).toBe("present");
});

test("pcsc-lite tells it by bits (pcsclite.h)", () => {
  const states = [0x02, 0x04, 0x0c, 0x14, 0x34, 0x54].map((state) => connectionState(state, 0, PCSCLITE_DIALECT));
  expect(states).toEqual(["absent", "present", "swallowed", "powered", "negotiable", "negotiable"]);
  expect(connectionState(0x34, 2, PCSCLITE_DIALECT)).toBe("t1");
  expect(connectionState(0x54, 4, PCSCLITE_DIALECT)).toBe("raw");
});

test("Wine hands pcsc-lite's bits on, with a count in the high word", () => {
  expect(connectionState(0x1_0034, 2, WINDOWS_DIALECT)).toBe("t1");
  expect(connectionState(0x2_0002, 0, WINDOWS_DIALECT)).toBe("absent");
});
