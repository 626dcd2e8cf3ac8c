import { fromHex, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ackFrame, checksum, errorFrame, informationFrame, nackFrame } from "./frame.ts";
import { type FrameEvent, FrameReader } from "./frame-reader.ts";

describe("frames are written", () => {
  // UM0701-02: sections 6.2.1 and 7.2.2; the others are frames of programs in use, as their logs show them
  it.each([
    ["GetFirmwareVersion", "D402", "0000FF02FED4022A00"],
    ["its answer from a PN532 1.6", "D50332010607", "0000FF06FAD50332010607E800"],
    ["SAMConfiguration", "D414010001", "0000FF05FBD4140100011600"],
    ["InListPassiveTarget", "D44A0100", "0000FF04FCD44A0100E100"],
    ["ReadRegister", "D406630263036305", "0000FF08F8D406630263036305F300"],
    ["WriteRegister", "D408630280630300630543", "0000FF0BF5D4086302806303006305432E00"],
    ["RFConfiguration", "D432020A0B07", "0000FF06FAD432020A0B07DC00"],
    ["InCommunicateThru", "D442300A", "0000FF04FCD442300AB000"],
    [
      "its answer",
      "D54300656E63611101055402656E766151011EC3B7",
      "0000FF15EBD54300656E63611101055402656E766151011EC3B75000",
    ],
  ])("%s", (_, data, frame) => {
    expect(toHex(informationFrame(fromHex(data)))).toBe(frame);
    expect(new FrameReader().push(fromHex(frame))).toEqual([{ kind: "information", data: fromHex(data) }]);
  });

  it("with a length of two bytes above 255", () => {
    const frame = informationFrame(new Uint8Array(256).fill(0xd4));
    expect(toHex(frame.subarray(0, 8))).toBe("0000FFFFFF0100FF");
    expect(frame).toHaveLength(256 + 10);
    expect(toHex(informationFrame(new Uint8Array(255)).subarray(0, 5))).toBe("0000FFFF01");
  });

  it("and never longer than a chip takes, nor empty", () => {
    expect(() => informationFrame(new Uint8Array(266))).toThrow(/frame data: 265 bytes at most/);
    expect(() => informationFrame(new Uint8Array(0))).toThrow(/frame data/);
  });

  it("as ACK, NACK and error", () => {
    expect([ackFrame(), nackFrame(), errorFrame()].map((frame) => toHex(frame))).toEqual([
      "0000FF00FF00",
      "0000FFFF0000",
      "0000FF01FF7F8100",
    ]);
    const all = new FrameReader().push(fromHex("0000FF00FF00 0000FFFF0000 0000FF01FF7F8100"));
    expect(all.map(({ kind }) => kind)).toEqual(["ack", "nack", "error"]);
  });

  it("with a checksum that makes the sum 0", () => {
    expect(checksum(fromHex("D402"))).toBe(0x2a);
    expect(checksum(new Uint8Array(0))).toBe(0);
  });
});

describe("frames are found", () => {
  const kinds = (hex: string): string[] =>
    new FrameReader().push(fromHex(hex)).map((event) => (event.kind === "damaged" ? event.reason : event.kind));

  it("without preamble and postamble, and in noise", () => {
    expect(kinds("00FF02FED4022A")).toEqual(["information"]);
    expect(kinds("5555 FFFF 00 0000FF02FED4022A00 7F 00 00FF00FF")).toEqual(["information", "ack"]);
  });

  it("but not with wrong checksums or lengths", () => {
    expect(kinds("0000FF02FDD4022A00")).toEqual(["length checksum"]);
    expect(kinds("0000FF02FED4022B00")).toEqual(["data checksum"]);
    expect(kinds("0000FFFFFF0100FE")).toEqual(["length checksum"]);
    expect(kinds("0000FFFFFF0400FC")).toEqual(["length"]);
    expect(kinds("0000FFFFFF000000")).toEqual(["length"]);
    expect(kinds("0000FF000000")).toEqual(["length"]);
  });

  it("behind a damaged one", () => {
    expect(kinds("0000FF05 0000FF02FED4022A00")).toEqual(["length checksum", "information"]);
  });

  const frame = fc.oneof(
    fc.constant<[Uint8Array, FrameEvent]>([ackFrame(), { kind: "ack" }]),
    fc.constant<[Uint8Array, FrameEvent]>([nackFrame(), { kind: "nack" }]),
    fc.constant<[Uint8Array, FrameEvent]>([errorFrame(), { kind: "error" }]),
    fc
      .uint8Array({ minLength: 2, maxLength: 265 })
      .map((data): [Uint8Array, FrameEvent] => [informationFrame(data), { kind: "information", data }]),
  );

  it("whatever pieces they come in", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (frames, pieceBytes) => {
        const bytes = frames.flatMap(([wire]) => [...wire]);
        const reader = new FrameReader();
        const events: FrameEvent[] = [];
        for (let at = 0; at < bytes.length; at += pieceBytes)
          events.push(...reader.push(Uint8Array.from(bytes.slice(at, at + pieceBytes))));
        expect(events).toEqual(frames.map(([, event]) => event));
        expect(reader.pendingBytes).toBeLessThan(2);
      }),
    );
  });

  it("and never waits for more than a frame has", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 20 }), (pieces) => {
        const reader = new FrameReader();
        for (const piece of pieces) {
          reader.push(piece);
          expect(reader.pendingBytes).toBeLessThan(265 + 10);
        }
      }),
    );
  });
});
