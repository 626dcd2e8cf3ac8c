import { fromHex, type TraceEvent } from "@cardwire/core";
import { IOCTL_SMARTCARD, NTSTATUS } from "@cardwire/ioctl";
import { frameWordsOf } from "cardwire";
import { expect, test } from "vitest";
import { ladderLines } from "./ladder.ts";
import { createStyle } from "./style.ts";

const style = createStyle(false);
const down = (layer: "ioctl", timeUs: number, code: number, hex: string, outputLength = 0): TraceEvent => ({
  layer,
  direction: "down",
  timeUs,
  code,
  input: fromHex(hex),
  outputLength,
});
const up = (timeUs: number, code: number, status: number, hex: string): TraceEvent => ({
  layer: "ioctl",
  direction: "up",
  timeUs,
  code,
  status,
  output: fromHex(hex),
});

test("a READ BINARY, from the I/O control to the tag and back", () => {
  const events: TraceEvent[] = [
    down("ioctl", 5000, IOCTL_SMARTCARD.TRANSMIT, "0200000008000000 FFB0000410", 65548),
    { layer: "apdu", direction: "down", timeUs: 5010, bytes: fromHex("FFB0000410") },
    {
      layer: "rf",
      direction: "down",
      timeUs: 5020,
      request: { kind: "frame", data: fromHex("3004"), timeoutUs: 500_000 },
    },
    {
      layer: "rf",
      direction: "up",
      timeUs: 5300,
      reply: { kind: "frame", data: fromHex("030DD101095501626 96E672E636F6D00".replaceAll(" ", "")), lastBits: 8 },
    },
    { layer: "apdu", direction: "up", timeUs: 5310, bytes: fromHex("030DD10109550162696E672E636F6D00 9000") },
    up(5320, IOCTL_SMARTCARD.TRANSMIT, 0, "0200000008000000 030DD10109550162696E672E636F6D00 9000"),
  ];
  const frames = frameWordsOf({ family: "mifare-ultralight", kind: "storage" });
  expect(ladderLines(events, { style, frames })).toEqual([
    "        0  → IOCTL TRANSMIT 02 00 00 00 08 00 00 00 · FF B0 00 04 10  room for 65548 bytes",
    "       10    → APDU  FF B0 00 04 10  READ BINARY, address 0004: block or page, as the card's family counts, up to 16 bytes wanted",
    "       20      → RF    30 04  READ page 04",
    "      300      ← RF    03 0D D1 01 09 55 01 62 69 6E 67 2E 63 6F 6D 00  pages",
    "      310    ← APDU  03 0D D1 01 09 55 01 62 69 6E 67 2E 63 6F 6D 00 90 00  OK",
    "      320  ← IOCTL TRANSMIT SUCCESS 02 00 00 00 08 00 00 00 · 03 0D D1 01 09 55 01 62 69 6E 67 2E 63 6F 6D 00 90 00",
  ]);
});

test("the other I/O controls say what their words mean", () => {
  const lines = ladderLines(
    [
      down("ioctl", 0, IOCTL_SMARTCARD.GET_ATTRIBUTE, "00010100", 32),
      up(1, IOCTL_SMARTCARD.GET_ATTRIBUTE, 0, "4E464300"),
      down("ioctl", 2, IOCTL_SMARTCARD.POWER, "01000000"),
      up(3, IOCTL_SMARTCARD.POWER, NTSTATUS.NO_MEDIA, ""),
      down("ioctl", 4, IOCTL_SMARTCARD.SET_PROTOCOL, "03000000", 4),
      up(5, IOCTL_SMARTCARD.SET_PROTOCOL, 0, "02000000"),
      down("ioctl", 6, IOCTL_SMARTCARD.GET_STATE, "", 4),
      up(7, IOCTL_SMARTCARD.GET_STATE, 0, "06000000"),
      down("ioctl", 8, 0x12345678, ""),
      up(9, 0x12345678, 0xdeadbeef, ""),
    ],
    { style },
  );
  expect(lines.map((line) => line.slice(11))).toEqual([
    "→ IOCTL GET_ATTRIBUTE 00 01 01 00  VENDOR_NAME",
    '← IOCTL GET_ATTRIBUTE SUCCESS 4E 46 43 00  VENDOR_NAME, "NFC" and the NUL that ends it',
    "→ IOCTL POWER 01 00 00 00  COLD_RESET",
    "← IOCTL POWER NO_MEDIA  STATUS_NO_MEDIA (0xC0000178): no card",
    "→ IOCTL SET_PROTOCOL 03 00 00 00  T=0 or T=1",
    "← IOCTL SET_PROTOCOL SUCCESS 02 00 00 00  T=1",
    "→ IOCTL GET_STATE",
    "← IOCTL GET_STATE SUCCESS 06 00 00 00  SPECIFIC",
    "→ IOCTL 0x12345678",
    "← IOCTL 0x12345678 0xDEADBEEF",
  ]);
});

test("every RF request and reply has its words", () => {
  const key = fromHex("FFFFFFFFFFFF");
  const uid = fromHex("01020304");
  const lines = ladderLines(
    [
      {
        layer: "rf",
        direction: "down",
        timeUs: 0,
        request: { kind: "frame", data: Uint8Array.of(0x26), lastBits: 7, timeoutUs: 1 },
      },
      { layer: "rf", direction: "up", timeUs: 0, reply: { kind: "frame", data: Uint8Array.of(0x0a), lastBits: 4 } },
      { layer: "rf", direction: "up", timeUs: 0, reply: { kind: "frame", data: Uint8Array.of(0x01), lastBits: 4 } },
      {
        layer: "rf",
        direction: "down",
        timeUs: 0,
        request: { kind: "mifare-authenticate", block: 4, keyType: "b", key, uid },
      },
      { layer: "rf", direction: "down", timeUs: 0, request: { kind: "reselect" } },
      { layer: "rf", direction: "up", timeUs: 0, reply: { kind: "done" } },
      { layer: "rf", direction: "down", timeUs: 0, request: { kind: "field", on: false } },
      { layer: "rf", direction: "down", timeUs: 0, request: { kind: "receive", timeoutUs: 1 } },
      { layer: "rf", direction: "up", timeUs: 0, reply: { kind: "failure", reason: "timeout" } },
      {
        layer: "rf",
        direction: "down",
        timeUs: 0,
        request: { kind: "apdu", command: fromHex("00A4040000"), timeoutUs: 1 },
      },
    ],
    { style },
  );
  expect(lines.map((line) => line.slice(15))).toEqual([
    "→ RF    26  7 bits of the last byte",
    "← RF    0A  ACK, 4 bits, yes",
    "← RF    01  NAK, 4 bits, no",
    "→ RF    FF FF FF FF FF FF  authenticate block 4 with key B, three passes, done by the reader's chip",
    "→ RF    select the tag again",
    "← RF    done",
    "→ RF    field off",
    "→ RF    listen",
    "← RF    timeout  the tag did not answer in time",
    "→ RF    00 A4 04 00 00  APDU, SELECT, P1 P2 04 00, Ne 256",
  ]);
});

test("long bytes go on below, what they mean stands behind the last", () => {
  const bytes = new Uint8Array(40);
  const lines = ladderLines([{ layer: "apdu", direction: "up", timeUs: 0, bytes }], { style });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toBe(`        0    ← APDU  ${"00 ".repeat(32).trimEnd()}`);
  expect(lines[1]).toMatch(/^ {21}(?:00 ){7}00 {2}.*0000/);
});
