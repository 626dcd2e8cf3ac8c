import { expect, it } from "vitest";
import { jsonErrorOffset } from "./json-syntax.ts";

it.each([
  ['{"a": x}', 6],
  ['{"a": "b"', 9],
  ['{"a": "b', 6],
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['{"a": [1, 2 3]}', 12],
  ['{"a": tru}', 6],
  ['{"a": true} x', 12],
  ['{"a": "\u0007"}', 6],
  ["", 0],
  ["  ", 2],
  ['{"a": [], "b": {}}', 18],
])("%s stops at %i", (text, offset) => {
  expect(jsonErrorOffset(text)).toBe(offset);
});

it("does not follow without end", () => {
  expect(jsonErrorOffset("[".repeat(100_000))).toBeLessThan(30);
});
