import { type CardSession, type ConformanceProfile, type RfReply, runDialogue, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openNtag216 } from "../test/ntag216.ts";
import { freshImage, powered } from "../test/silicon.ts";
import { type UltralightProductName, ultralightProducts } from "./products.ts";
import { createMifareUltralightTag } from "./virtual.ts";

const products = Object.keys(ultralightProducts) as UltralightProductName[];

/** Bytes that look like pseudo-APDUs more often than chance would have it. */
const apdu = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(0xca, 0xb0, 0xd6, 0x82, 0x86, 0x88, 0xc2),
      fc.constantFrom(0, 0, 0, 1, 0xff),
      fc.nat(255),
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
    )
    .map(([instruction, p1, p2, rest]) => Uint8Array.of(0xff, instruction, p1, p2, ...rest)),
  fc
    .tuple(
      fc.nat(3),
      fc.array(
        fc.constantFrom(
          "8100",
          "8200",
          "8300",
          "8400",
          "950130",
          "95023004",
          "5F460488130000",
          "9101 07",
          "92010400",
          "90020003",
        ),
        { maxLength: 5 },
      ),
    )
    .map(([p2, objects]) => {
      const data = objects.join("").replaceAll(" ", "");
      return Uint8Array.from(
        (`FFC2000${p2}` + (data.length / 2).toString(16).padStart(2, "0") + data).match(/../g)!,
        (byte) => Number.parseInt(byte, 16),
      );
    }),
);

const reply: fc.Arbitrary<RfReply> = fc.oneof(
  fc.constantFrom<RfReply[]>(
    { kind: "done" },
    { kind: "failure", reason: "timeout" },
    { kind: "failure", reason: "crc" },
    { kind: "failure", reason: "link-lost" },
    { kind: "failure", reason: "unsupported" },
    { kind: "failure", reason: "overflow" },
  ),
  fc.nat(15).map((nibble): RfReply => ({ kind: "frame", data: Uint8Array.of(nibble), lastBits: 4 })),
  fc.uint8Array({ maxLength: 300 }).map((data): RfReply => ({ kind: "frame", data, lastBits: 8 })),
);

const words: Record<ConformanceProfile, RegExp> = {
  nfccx: /^(9000|6282|6300|6581|6700|6800|6981|6982|6A81|6A82|6B00|6C..|6F00|FFFF)$/,
  documented: /^(9000|6282|6300|6581|6700|6800|6981|6982|6983|6985|6987|6988|6989|6A81|6A82|6B00|6C..|6D00|6F00)$/,
};
const statuses: Record<ConformanceProfile, readonly number[]> = {
  nfccx: [0, 0xc000_000d, 0xc000_007f],
  documented: [0, 0xc000_0023],
};

describe.each(["nfccx", "documented"] as const)("profile %s", (profile) => {
  test("any APDU and any answer give a defined status word or status", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(apdu, fc.integer({ min: 2, max: 300 }), fc.array(reply, { minLength: 1, maxLength: 4 })), {
          minLength: 1,
          maxLength: 12,
        }),
        (commands) => {
          const card = openNtag216(profile);
          for (const [bytes, area, replies] of commands) {
            let exchanges = 0;
            const outcome = runDialogue(card.transmit(bytes, area), {
              exchange: () => replies[exchanges++ % replies.length]!,
            });
            if (outcome instanceof Promise) throw new Error("the link answered at once");
            expect(statuses[profile]).toContain(outcome.status);
            expect(outcome.response.length).toBeLessThanOrEqual(area);
            if (outcome.status === 0) expect(toHex(outcome.response.subarray(-2))).toMatch(words[profile]);
            else expect(outcome.response).toHaveLength(0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("silicon takes any frames, and its image stays one", () => {
  const frame = fc.tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 24 }),
      fc
        .tuple(
          fc.constantFrom(0x30, 0x3a, 0xa2, 0xa0, 0x39, 0xa5, 0x3e, 0x1b, 0x3c, 0x1a, 0xc2),
          fc.uint8Array({ maxLength: 6 }),
        )
        .map(([command, rest]) => Uint8Array.of(command, ...rest)),
    ),
    fc.constantFrom(8, 8, 8, 7),
    fc.boolean(),
  );
  fc.assert(
    fc.property(fc.constantFrom(...products), fc.array(frame, { maxLength: 30 }), (product, frames) => {
      const tag = powered(freshImage(product), { random: (length) => new Uint8Array(length) });
      const uid = toHex(tag.toImage().pages.subarray(0, 10));
      for (const [data, lastBits, reselect] of frames) {
        if (reselect) tag.select();
        const answer = tag.receive({ kind: "frame", data, lastBits, timeoutUs: 1000 });
        if (answer?.lastBits === 4) expect(answer.data).toHaveLength(1);
      }
      const image = tag.toImage();
      expect(toHex(image.pages.subarray(0, 10))).toBe(uid);
      expect(createMifareUltralightTag(image).toImage()).toEqual(image);
    }),
    { numRuns: 200 },
  );
});

test("what a read gives is the tag's own memory, over silicon", () => {
  const image = freshImage("NTAG216");
  const tag = powered(image);
  const card: CardSession = openNtag216("documented");
  fc.assert(
    fc.property(fc.nat(255), (page) => {
      const outcome = runDialogue(card.transmit(Uint8Array.of(0xff, 0xb0, 0, page, 16), 258), {
        exchange(request) {
          if (request.kind === "reselect")
            return tag.select() ? { kind: "done" } : { kind: "failure", reason: "link-lost" };
          if (request.kind !== "frame") throw new Error(request.kind);
          return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
        },
      });
      if (outcome instanceof Promise) throw new Error("silicon answers at once");
      if (page > 0xe6) expect(toHex(outcome.response)).toBe("6A82");
      else
        expect(toHex(outcome.response.subarray(0, 4))).toBe(
          page === 0xe5 || page === 0xe6 ? "00000000" : toHex(image.pages.subarray(page * 4, page * 4 + 4)),
        );
    }),
  );
});
