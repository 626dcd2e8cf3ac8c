import { ACR122U_DIALECT, IDENTIV_DIALECT } from "@cardwire/apdu/pcsc";
import { fromHex, toHex } from "@cardwire/core";
import type { TagConnection } from "@cardwire/storage-card/tag-access";
import { describe, expect, test } from "vitest";
import { layOn } from "../../test/connection.ts";
import { open } from "../../test/opened.ts";
import { freshImage } from "../../test/silicon.ts";
import { Type2Tag } from "../index.ts";
import { createMifareUltralightTag, type MifareUltralightTag } from "../virtual.ts";

describe("other readers", () => {
  /** An ACR122U as far as it matters here: frames by InCommunicateThru, reads and writes as PC/SC has them. */
  function acr122u(silicon: MifareUltralightTag): TagConnection {
    silicon.setPowered(true);
    silicon.select();
    const { connection } = layOn(silicon);
    return {
      async transmit(command) {
        const bytes = command as Uint8Array;
        if (bytes[1] !== 0x00) return connection.transmit(bytes);
        if (bytes[6] === 0x4a) {
          silicon.select();
          return fromHex("D54B01010044000704D149D29C39809000");
        }
        const reply = silicon.receive({ kind: "frame", data: bytes.slice(7), timeoutUs: 5000 });
        if (reply === undefined) return fromHex("D543019000");
        // four bits are a broken frame to a PN532
        if (reply.lastBits === 4) return fromHex("D543029000");
        return Uint8Array.of(0xd5, 0x43, 0x00, ...reply.data, 0x90, 0x00);
      },
    };
  }

  test("a PN532 behind FF 00 00 00 carries the frames", async () => {
    const silicon = createMifareUltralightTag(freshImage("NTAG216"));
    const tag = new Type2Tag(acr122u(silicon), { dialect: ACR122U_DIALECT });
    expect((await tag.identify()).product?.name).toBe("NTAG216");
    expect((await tag.readAll()).ranges[0]!.data).toHaveLength(231 * 4);
    expect(toHex(await tag.authenticate(fromHex("FFFFFFFF")))).toBe("0000");
    await expect(tag.authenticate(fromHex("00000000"))).rejects.toMatchObject({ code: "WRONG_KEY" });
    await tag.writePage(4, fromHex("DEADBEEF"));
    expect(toHex(await tag.readPages(4, 1))).toBe("DEADBEEF");
    const old = createMifareUltralightTag(freshImage("MIFARE Ultralight"));
    const product = (await new Type2Tag(acr122u(old), { dialect: ACR122U_DIALECT }).identify()).product;
    expect(product?.name).toBe("MIFARE Ultralight");
  });

  test("one that gives four bytes of a read, and no frames", async () => {
    const silicon = createMifareUltralightTag(freshImage("NTAG213"));
    const { connection, commands } = layOn(silicon);
    const whole: TagConnection = {
      async transmit(command) {
        const bytes = (command as Uint8Array).slice();
        if (bytes[1] === 0xc2) return fromHex("6D00");
        if (bytes[1] !== 0xb0) return connection.transmit(bytes);
        expect(bytes[4]).toBe(4);
        bytes[4] = 16;
        const response = await connection.transmit(bytes);
        return Uint8Array.of(...response.subarray(0, 4), 0x90, 0x00);
      },
    };
    const tag = new Type2Tag(whole, { dialect: IDENTIV_DIALECT });
    // its kind has a transparent session; this one turns out not to
    expect(await tag.identify()).toEqual({ product: undefined, version: undefined });
    expect(toHex(await tag.readPages(4, 3))).toBe("040404040505050506060606");
    expect((await tag.readAll()).ranges[0]!.data).toHaveLength((4 + 36) * 4);
    expect(commands.every((command) => command[1] === 0xb0)).toBe(true);
  });
});

test("calls are queued and do not cross", async () => {
  const { tag, reader } = open(freshImage("NTAG213"));
  const [version, first, second] = await Promise.all([tag.identify(), tag.readPages(4, 1), tag.readPages(5, 1)]);
  expect(version.product?.name).toBe("NTAG213");
  expect(toHex(first)).toBe("04040404");
  expect(toHex(second)).toBe("05050505");
  expect(reader.air).toEqual(["60", "3004", "3005"]);
});
