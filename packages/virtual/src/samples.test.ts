import { locateNdef, parseNdefMessage, type TlvArea } from "@cardwire/ndef";
import { expect, it } from "vitest";
import { parseDump } from "./dump/parse.ts";
import * as samples from "./samples.ts";

/** Where each sample has its TLV blocks. */
function areaOf(name: string): TlvArea | undefined {
  const dump = parseDump(
    samples
      .sampleDumps()
      .find(({ fileName }) => fileName === name)!
      .bytes(),
  );
  switch (dump.kind) {
    case "mifare-ultralight":
      return { memory: dump.memory, start: 16, end: 16 + 8 * dump.memory[14]! };
    case "mifare-classic":
      return { memory: dump.memory, start: 64, end: 112 };
    case "topaz":
      return { memory: dump.memory, start: 12, end: 120, reserved: [{ address: 104, length: 16 }] };
    case "iso15693":
      return { memory: dump.memory, start: 4, end: dump.memory.length };
    case "felica-lite": {
      const blocks = dump.blocks.slice(1, 14).map(({ data }) => [...data]);
      const length = dump.blocks[0]!.data[13]!;
      return { memory: Uint8Array.from([0x03, length, ...blocks.flat()]), start: 0, end: 210 };
    }
    case "type4": {
      const { data } = dump.files[0]!;
      return { memory: Uint8Array.from([0x03, data[1]!, ...data.subarray(2)]), start: 0, end: data.length };
    }
    default:
      return undefined;
  }
}

const uri = "https://example.com/a?b=1";
it.each([
  ["ntag216-uri.nfc", "http://www.bing.com"],
  ["ntag213-text.nfc", "Hello, cardwire!"],
  ["classic-1k-ndef.nfc", uri],
  ["felica-lite-s-uri.nfc", uri],
  ["slix-uri.nfc", uri],
  ["topaz-96-text.json", "Hi there!"],
  ["type4-uri.json", uri],
])("%s says %s", (name, content) => {
  const location = locateNdef(areaOf(name)!);
  if (location.kind === "incomplete") throw new Error("incomplete");
  const [record] = parseNdefMessage(location.ndef!.value).records;
  expect(new TextDecoder().decode(record!.data)).toBe(content);
});

it("gives each sample a name and a title of its own", () => {
  const all = samples.sampleDumps();
  expect(new Set(all.map(({ fileName }) => fileName)).size).toBe(all.length);
  expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
});
