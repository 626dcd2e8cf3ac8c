import { WINDOWS_NFC_DIALECT as dialect } from "@cardwire/apdu/pcsc";
import { fromHex, toHex, type VirtualTag } from "@cardwire/core";
import { FelicaTag } from "@cardwire/felica";
import { createIsoDepCard } from "@cardwire/iso-dep/virtual";
import { MifareClassic } from "@cardwire/mifare-classic";
import { mifareUltralight, Type2Tag } from "@cardwire/mifare-ultralight";
import { createMifareUltralightTag } from "@cardwire/mifare-ultralight/virtual";
import { createNfcReader } from "@cardwire/nfc-reader";
import { Type1Tag } from "@cardwire/topaz";
import { createIoctlContext } from "@cardwire/transport-ioctl";
import { createVirtualField, loadTag } from "@cardwire/virtual";
import { classic1kWithNdef, felicaLiteSWithUri, ntag216WithUri, topaz96WithText } from "@cardwire/virtual/samples";
import { describe, expect, it } from "vitest";
import { overRcS380, PIPES, withChain } from "./chain.ts";

const OVER_ACR122U = PIPES["an ACR122U by escape"];

/** The factory key of Ultralight C, each half with its last byte first in memory (MF0ICU2 section 7.5.5). */
function ultralightC(): VirtualTag {
  const pages = new Uint8Array(48 * 4);
  pages.set(fromHex("04D14914D29C3980F7480000E1100600"));
  pages.set(fromHex("3000000000000000"), 0x2a * 4);
  pages.set(fromHex("425245414B4D4549 46594F5543414E21"), 0x2c * 4);
  return createMifareUltralightTag({ product: "MIFARE Ultralight C", pages });
}

describe("through an ACR122U's chip, what its own firmware cannot", () => {
  it("Ultralight C is authenticated", async () => {
    await withChain(ultralightC(), "documented", OVER_ACR122U, async ({ connection }) => {
      const tag = new Type2Tag(connection, { dialect });
      await tag.authenticateWithKey(fromHex("49454D4B41455242214E4143554F5946"));
      await expect(tag.authenticateWithKey(new Uint8Array(16))).rejects.toMatchObject({ code: "WRONG_KEY" });
    });
  });

  it("a whole NTAG216 is read", async () => {
    const dump = ntag216WithUri();
    await withChain(loadTag(dump), "documented", OVER_ACR122U, async ({ connection }) => {
      const { ranges, missing } = await new Type2Tag(connection, { dialect }).readAll();
      expect([ranges.length, missing]).toEqual([1, []]);
      expect(ranges[0]?.data.subarray(0, 900)).toEqual(dump.memory.subarray(0, 900));
    });
  });

  it("a FeliCa is read", async () => {
    await withChain(loadTag(felicaLiteSWithUri()), "documented", OVER_ACR122U, async ({ connection }) => {
      expect((await new FelicaTag(connection, { dialect }).readLite("lite-s")).size).toBe(24);
    });
  });

  it("a Topaz is written", async () => {
    await withChain(loadTag(topaz96WithText()), "documented", OVER_ACR122U, async ({ connection }) => {
      const tag = new Type1Tag(connection, { dialect });
      await tag.write(0x20, fromHex("DEADBEEF"));
      expect(toHex((await tag.readAll()).subarray(0x20, 0x24))).toBe("DEADBEEF");
    });
  });

  it("a MIFARE Classic is read with its keys", async () => {
    await withChain(loadTag(classic1kWithNdef()), "documented", OVER_ACR122U, async ({ connection }) => {
      const card = new MifareClassic(connection, { dialect, size: "1k" });
      expect((await card.readMad())?.aids.get(1)).toBe(0x03e1);
      const data = fromHex("000102030405060708090A0B0C0D0E0F");
      await card.writeBlock(12, data);
      expect(await card.readBlock(12)).toEqual(data);
    });
  });
});

describe("through an RC-S380", () => {
  it("Ultralight C is authenticated", async () => {
    await withChain(ultralightC(), "documented", overRcS380, async ({ connection }) => {
      const tag = new Type2Tag(connection, { dialect });
      await tag.authenticateWithKey(fromHex("49454D4B41455242214E4143554F5946"));
      await expect(tag.authenticateWithKey(new Uint8Array(16))).rejects.toMatchObject({ code: "WRONG_KEY" });
    });
  });

  it("a Topaz is written", async () => {
    await withChain(loadTag(topaz96WithText()), "documented", overRcS380, async ({ connection }) => {
      const tag = new Type1Tag(connection, { dialect });
      await tag.write(0x20, fromHex("DEADBEEF"));
      expect(toHex((await tag.readAll()).subarray(0x20, 0x24))).toBe("DEADBEEF");
    });
  });

  it("a MIFARE Classic is known by its UID, and no sector of it opens", async () => {
    await withChain(loadTag(classic1kWithNdef()), "documented", overRcS380, async ({ send }) => {
      expect(toHex(await send(fromHex("FFCA000000")))).toMatch(/9000$/);
      expect(toHex(await send(fromHex("FF82000006FFFFFFFFFFFF")))).toBe("9000");
      expect(toHex(await send(fromHex("FF860000050100046000")))).toBe("6A81");
      expect(toHex(await send(fromHex("FFCA000000")))).toMatch(/9000$/);
    });
  });
});

describe("a tag that is pulled", () => {
  const tags: Readonly<Record<string, () => VirtualTag>> = {
    NTAG216: () => loadTag(ntag216WithUri()),
    "MIFARE Classic": () => loadTag(classic1kWithNdef()),
    Topaz: () => loadTag(topaz96WithText()),
    "ISO-DEP": () => createIsoDepCard({ uid: fromHex("04112233445566"), application: (apdu) => apdu }),
  };

  it.each(Object.keys(tags))("%s, at any exchange, ends what is under way and no more", async (name) => {
    for (let exchanges = 0; exchanges < 6; exchanges++) {
      const tag = tags[name]?.();
      if (tag === undefined) throw new Error(name);
      await withChain(tag, "documented", PIPES["a PN532 by frames"], async ({ connection, field, send }) => {
        field.pullAfter(exchanges);
        for (const apdu of ["FFB0000410", "FF82000006FFFFFFFFFFFF", "FF8600000501000C6000", "FFB0000C10", "00A40400"])
          await send(fromHex(apdu)).then(
            (answer) => expect(answer.length).toBeGreaterThanOrEqual(2),
            (error: unknown) => expect(error).toMatchObject({ name: /^(SmartCardError|UnknownError)$/ }),
          );
        await connection.disconnect("leave").catch(() => undefined);
      });
    }
  });

  it("is noticed, and the next one too", async () => {
    const field = createVirtualField();
    const frontEnd = (await OVER_ACR122U?.(field)) ?? field;
    const reader = createNfcReader({ frontEnd, families: [mifareUltralight], presenceIntervalMs: 10 });
    const context = createIoctlContext({ devices: reader });
    const [readerName = ""] = await context.listReaders();
    const seen: string[] = [];
    const tag = loadTag(ntag216WithUri());
    let present = false;
    for (let step = 0; step < 4; step++) {
      const states = { readerName, currentState: present ? { present: true } : { empty: true } };
      const change = context.getStatusChange([states]);
      if (present) field.remove();
      else field.put(tag);
      const [state] = await change;
      present = state?.eventState.present === true;
      seen.push(present ? toHex(new Uint8Array(state?.answerToReset ?? new ArrayBuffer(0))) : "empty");
    }
    const atr = "3B8F8001804F0CA00000030603003D0000000056";
    expect(seen).toEqual([atr, "empty", atr, "empty"]);
    await context.close();
    await reader.close();
  });
});
