import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../frame/frame-reader.ts";
import { PORT100_FRAMES, port100Frame } from "./frame.ts";

describe("frames of the Port-100", () => {
  // preamble, start code, FF FF, length low byte first, its checksum, data, its checksum, postamble
  it.each([
    ["SetCommandType 1", "D62A01", "0000FFFFFF0300FDD62A01FF00"],
    ["GetFirmwareVersion", "D620", "0000FFFFFF0200FED6200A00"],
    ["SwitchRF off", "D60600", "0000FFFFFF0300FDD606002400"],
    ["InSetRF 106A", "D60002030F03", "0000FFFFFF0600FAD60002030F031300"],
    ["an answer", "D72B00", "0000FFFFFF0300FDD72B00FE00"],
  ])("%s", (_, data, frame) => {
    expect(toHex(port100Frame(fromHex(data)))).toBe(frame);
    expect(new FrameReader(PORT100_FRAMES).push(fromHex(frame))).toEqual([
      { kind: "information", data: fromHex(data) },
    ]);
  });

  it("have the low byte of the length first", () => {
    expect(toHex(port100Frame(new Uint8Array(0x0103)).subarray(0, 8))).toBe("0000FFFFFF0301FC");
  });

  it("are never longer than the chip takes, nor empty", () => {
    expect(() => port100Frame(new Uint8Array(1004))).toThrow(/frame data: 1003 bytes at most/);
    expect(() => port100Frame(new Uint8Array(0))).toThrow(/frame data/);
    const [event] = new FrameReader(PORT100_FRAMES).push(fromHex("0000FFFFFF EC03 11"));
    expect(event).toEqual({ kind: "damaged", reason: "length" });
  });

  it("are found in whatever pieces they come", () => {
    const data = fc.uint8Array({ minLength: 1, maxLength: 1003 }).filter((bytes) => bytes[0] !== 0x7f);
    fc.assert(
      fc.property(fc.array(data, { maxLength: 3 }), fc.integer({ min: 1, max: 70 }), (all, pieceBytes) => {
        const bytes = Uint8Array.from(all.flatMap((one) => [...port100Frame(one)]));
        const reader = new FrameReader(PORT100_FRAMES);
        const events = [];
        for (let at = 0; at < bytes.length; at += pieceBytes)
          events.push(...reader.push(bytes.slice(at, at + pieceBytes)));
        expect(events).toEqual(all.map((one) => ({ kind: "information", data: one })));
      }),
    );
  });
});
