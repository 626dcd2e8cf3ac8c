import { readFileSync } from "node:fs";
import { loadTag, parseDump } from "@cardwire/virtual";
import { describe, expect, test } from "vitest";
import { taps } from "./taps.ts";
import type { Tap } from "./tap.ts";
import { createVirtualReader } from "./virtual-reader.ts";

const fixtures = new URL("../../virtual/test/fixtures/", import.meta.url);

async function withDump<Result>(fileName: string, use: (tap: Tap) => Promise<Result>): Promise<Result> {
  const dump = parseDump(readFileSync(new URL(fileName, fixtures)), { fileName, allowPartial: true });
  await using reader = createVirtualReader({ tags: [loadTag(dump, { fillUnread: 0 })] });
  for await (const tap of taps({ context: reader.context })) return await use(tap);
  throw new Error("no tap");
}

/** Files that Flipper Zero and Proxmark3 have written, of tags that people had. */
describe("dumps of others", () => {
  test.each([
    ["ntag216-empty.json", "NTAG216", { status: "empty", capacityBytes: 868 }],
    ["Ntag215.nfc", "NTAG215", { status: "unformatted" }],
    ["Ultralight_C.nfc", "MIFARE Ultralight C", { status: "empty", readAccess: "protected" }],
    ["s50-empty.bin", "MIFARE Classic 1K", { status: "unformatted" }],
    ["Slix_cap_default.nfc", "ICODE SLIX2", { status: "unformatted" }],
  ])("%s is %s", async (fileName, name, ndef) => {
    expect(await withDump(fileName, (tap) => tap.identify())).toMatchObject({ name, ndef });
  });

  test.each(["ntag216-empty.json", "s50-empty.bin"])(
    "%s takes a message, formatted where it has to be",
    async (fileName) => {
      await withDump(fileName, async ({ ndef }) => {
        if ((await ndef?.state())?.status === "unformatted") await ndef?.format();
        await ndef?.write("Grüße");
        expect((await ndef?.read())?.records[0]).toMatchObject({ recordType: "text", lang: "en" });
        expect(await ndef?.state()).toMatchObject({ status: "message", messageBytes: 14 });
      });
    },
  );
});
