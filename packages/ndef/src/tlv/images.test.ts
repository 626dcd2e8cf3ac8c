import { createHash } from "node:crypto";
import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { encodeRecords } from "../wire/encode.ts";
import { mimeRecord } from "../types/mime.ts";
import { textRecord } from "../types/text.ts";
import { uriRecord } from "../types/uri.ts";
import type { TlvArea } from "./cursor.ts";
import { locateNdef } from "./locate.ts";
import { planNdefWrite } from "./write.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const type2Uid = "041122BF3344556644480000";
const type1Uid = "A1B2C3D4E5F6F700";

function written(area: TlvArea, message: Uint8Array, unitBytes: number): Uint8Array {
  const location = locateNdef(area);
  if (location.kind === "incomplete") throw new Error("incomplete");
  const image = planNdefWrite(area, location, message, { unitBytes }).at(-1);
  const again = locateNdef({ ...area, memory: image! });
  expect(again.kind === "located" && again.ndef!.value).toEqual(message);
  return image!;
}

function memory(size: number, hex: string): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(fromHex(hex));
  return bytes;
}

/** The bytes of these images were made and read back by other implementations. */
describe("images of tags", () => {
  const uri = encodeRecords([uriRecord("https://example.com/a?b=1")]);

  it("MIME records at the border of the short form", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const message = (length: number): Uint8Array =>
      encodeRecords([mimeRecord("application/octet-stream", bytes.slice(0, length))]);
    expect(sha256(message(255))).toBe("a53f7014630d091797b4784261d33cabc15d6cbd16e9b6d289e875ab223ab4e2");
    expect(sha256(message(256))).toBe("cd08b5b6094f7769f2b732a1c64889254d6e03e8c038ffd2504ee73a7b8da2fd");
  });

  it("Type 1, static memory", () => {
    const area = { memory: memory(120, `${type1Uid}E1100E000300FE`), start: 12, end: 120 };
    const image = written({ ...area, reserved: [{ address: 104, length: 16 }] }, uri, 1);
    expect(toHex(image)).toBe(
      `${type1Uid}E1100E000316D1011255046578616D706C652E636F6D2F613F623D31FE${"00".repeat(83)}`,
    );
  });

  it("Type 1, dynamic memory: the message goes around the lock and reserved bytes", () => {
    const area = {
      memory: memory(512, `${type1Uid}E1103F000103F230330203F002030300FE`),
      start: 12,
      end: 512,
      reserved: [{ address: 104, length: 24 }],
    };
    const message = encodeRecords([textRecord("x".repeat(192))]);
    expect(message).toHaveLength(199);
    const image = written(area, message, 8);
    expect(toHex(image).startsWith(`${type1Uid}E1103F000103F230330203F0020303C7D101C35402656E78`)).toBe(true);
    expect(sha256(image)).toBe("5023441ab723fe973f5ac84c80918470ec434e4523d944e9ca3b174319b0934f");
    const location = locateNdef(area);
    expect(location.kind === "located" && location.capacityBytes).toBe(462);
  });

  it("NTAG215 with a long length", () => {
    const payload = Uint8Array.from({ length: 300 }, (_, index) => (7 * index + 3) & 0xff);
    const message = encodeRecords([mimeRecord("application/octet-stream", payload)]);
    expect(message).toHaveLength(330);
    const area = { memory: memory(540, `${type2Uid}E1103E000300FE`), start: 16, end: 16 + 8 * 0x3e };
    const image = written(area, message, 4);
    expect(toHex(image).startsWith(`${type2Uid}E1103E0003FF014AC2180000`)).toBe(true);
    expect(sha256(image)).toBe("0e4abcd47ec681dac3580e2a93074d6512db211b34c6175b5674d246fecdeb7b");
  });

  it("Type 5, and the data blocks of a MIFARE Classic", () => {
    const type5 = { memory: memory(112, "E1400D010300FE"), start: 4, end: 108 };
    expect(toHex(written(type5, uri, 4)).startsWith(`E1400D010316${toHex(uri)}FE00`)).toBe(true);
    const classic = { memory: memory(96, "0300FE"), start: 0, end: 96 };
    expect(toHex(written(classic, uri, 16).subarray(0, 32))).toBe(
      "0316D1011255046578616D706C652E636F6D2F613F623D31FE00000000000000",
    );
  });
});
