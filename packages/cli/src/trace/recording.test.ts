import { isFormatError } from "@cardwire/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toJsonLine } from "../output/json.ts";
import { parseRecording } from "./recording.ts";

const lines = [
  { layer: "ioctl", direction: "down", timeUs: 1, code: 3211284, input: "00", outputLength: 8 },
  { layer: "ioctl", direction: "up", timeUs: 2, code: 3211284, status: 0, output: "00" },
  { layer: "apdu", direction: "down", timeUs: 3, bytes: "FFCA000000" },
  { layer: "rf", direction: "down", timeUs: 4, request: { kind: "frame", data: "26", lastBits: 7, timeoutUs: 5 } },
  { layer: "rf", direction: "up", timeUs: 5, reply: { kind: "frame", data: "4400", lastBits: 8 } },
  { layer: "rf", direction: "down", timeUs: 6, request: { kind: "receive", timeoutUs: 5 } },
  { layer: "rf", direction: "up", timeUs: 7, reply: { kind: "failure", reason: "timeout" } },
  {
    layer: "rf",
    direction: "down",
    timeUs: 8,
    request: { kind: "mifare-authenticate", block: 4, keyType: "a", key: "FFFFFFFFFFFF", uid: "01020304" },
  },
  { layer: "rf", direction: "up", timeUs: 9, reply: { kind: "done" } },
  { layer: "rf", direction: "down", timeUs: 10, request: { kind: "reselect" } },
  { layer: "rf", direction: "down", timeUs: 11, request: { kind: "field", on: false } },
  { layer: "rf", direction: "down", timeUs: 12, request: { kind: "apdu", command: "00A40400", timeoutUs: 9 } },
].map((line) => JSON.stringify(line));

test("every kind of step is read as it was printed", () => {
  const events = parseRecording(lines.join("\n"));
  expect(events.map((event) => JSON.parse(toJsonLine(event)) as unknown)).toEqual(
    lines.map((line) => JSON.parse(line) as unknown),
  );
});

test("any change is read or refused with its line, never with another error", () => {
  const file = lines.join("\n");
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom("", '"', "0", "{", "null", "x", "\n"), (at, put) => {
      const place = at % file.length;
      try {
        parseRecording(file.slice(0, place) + put + file.slice(place + 1));
      } catch (error) {
        if (!isFormatError(error)) throw error;
        expect(error.field).toMatch(/^line \d+$/);
      }
    }),
  );
});
