import { concatBytes, fromHex, toHex, type TraceEvent } from "@cardwire/core";
import { felica } from "@cardwire/felica";
import { encodeGetAttributeInput, encodeTransmitInput, IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import { isoDep } from "@cardwire/iso-dep";
import { iso14443b } from "@cardwire/iso14443b";
import { iso15693 } from "@cardwire/iso15693";
import { mifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { createNfcReader } from "@cardwire/nfc-reader";
import { explainTrace, type FrameWords, type LadderRung } from "@cardwire/nfc-reader/recording";
import { topaz } from "@cardwire/topaz";
import { createVirtualField, loadTag, parseDump } from "@cardwire/virtual";
import { sampleDumps } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";

/** Everything that the reader traces while a client looks at a sample tag. */
async function traceOf(fileName: string): Promise<TraceEvent[]> {
  const sample = sampleDumps().find((dump) => dump.fileName === fileName)!;
  const events: TraceEvent[] = [];
  await using reader = createNfcReader({
    frontEnd: createVirtualField({ tags: [loadTag(parseDump(sample.bytes()))] }),
    families: [mifareUltralight, mifareClassic, topaz, felica, iso15693, iso14443b, isoDep],
    trace: (event) => events.push(event),
  });
  const device = await reader.device.open();
  await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);
  await device.deviceIoControl(IOCTL_SMARTCARD.GET_ATTRIBUTE, encodeGetAttributeInput(SCARD_ATTR.ATR_STRING), 33);
  await device.deviceIoControl(IOCTL_SMARTCARD.GET_STATE, new Uint8Array(0), 4);
  for (const hex of ["FFCA000000", "FFB0000410", "FF82000006FFFFFFFFFFFF", "FFB0000010", "FFB0FFFF10"])
    await device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, encodeTransmitInput(fromHex(hex)), 300);
  return events;
}

/** The bytes that an event carries. */
function bytesOf(event: TraceEvent): Uint8Array {
  if (event.layer === "apdu") return event.bytes;
  if (event.layer === "ioctl") return event.direction === "down" ? event.input : event.output;
  if (event.direction === "up") return event.reply.kind === "frame" ? event.reply.data : new Uint8Array(0);
  const { request } = event;
  if (request.kind === "frame") return request.data;
  if (request.kind === "apdu") return request.command;
  return request.kind === "mifare-authenticate" ? request.key : new Uint8Array(0);
}

function text({ layer, direction, title, note, lines }: LadderRung): string {
  const bytes = lines.map((line) => toHex(line.bytes, " ")).join(" | ");
  return [layer, direction === "down" ? "→" : "←", title, bytes, note].filter((part) => part !== "").join(" ");
}

describe.each(sampleDumps().map(({ fileName }) => fileName))("a trace of %s", (fileName) => {
  it("is told event by event, with every byte once", async () => {
    const events = await traceOf(fileName);
    const rungs = explainTrace(events);
    expect(rungs).toHaveLength(events.length);
    events.forEach((event, index) => {
      const { layer, direction, timeUs, lines } = rungs[index]!;
      expect({ layer, direction, timeUs }).toEqual({
        layer: event.layer,
        direction: event.direction,
        timeUs: event.timeUs,
      });
      expect(toHex(concatBytes(...lines.map(({ bytes }) => bytes)))).toBe(toHex(bytesOf(event)));
    });
  });
});

it("tells an answer by what was asked", async () => {
  const events = await traceOf("ntag213-text.nfc");
  const frames: FrameWords = {
    request: (bytes) => ({
      title: `READ page ${bytes[1] ?? ""}`,
      lines: [{ offset: 0, bytes, field: "f", meaning: "" }],
    }),
    reply: (bytes, request) => ({
      title: `pages from ${request[1] ?? ""}`,
      lines: [{ offset: 0, bytes, field: "f", meaning: "" }],
    }),
  };
  const rungs = explainTrace(events, { frames });
  const from = rungs.findIndex(({ title }) => title === "READ BINARY");
  expect(rungs.slice(from - 1, from + 5).map(text)).toEqual([
    "ioctl → TRANSMIT 02 00 00 00 | 08 00 00 00 | FF | B0 | 00 04 | 10 room for 300 bytes",
    "apdu → READ BINARY FF | B0 | 00 04 | 10 address 0004: block or page, as the card's family counts",
    "rf → READ page 4 30 04",
    "rf ← pages from 4 01 03 A0 0C 34 03 17 D1 01 13 54 02 65 6E 48 65",
    "apdu ← answer 01 03 A0 0C 34 03 17 D1 01 13 54 02 65 6E 48 65 | 90 00 OK",
    "ioctl ← TRANSMIT SUCCESS 02 00 00 00 | 08 00 00 00 | 01 03 A0 0C 34 03 17 D1 01 13 54 02 65 6E 48 65 | 90 00",
  ]);
  const attribute = rungs.find(({ title }) => title === "GET_ATTRIBUTE SUCCESS")!;
  expect(attribute.note).toBe("ATR_STRING");
  expect(attribute.lines[0]!.field).toBe("TS");
  expect(attribute.lines.map(({ meaning }) => meaning).join()).toContain("MIFARE Ultralight");
  const state = rungs.find(({ title }) => title === "GET_STATE SUCCESS")!;
  expect(state.lines.map(({ meaning }) => meaning)).toEqual(["SPECIFIC"]);
  const refused = rungs.filter(({ layer, ok }) => layer === "apdu" && ok === false);
  expect(refused.length).toBeGreaterThan(0);
});
