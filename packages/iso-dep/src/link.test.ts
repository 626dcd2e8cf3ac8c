import { fromHex, type RfLink, type RfReply, runDialogue, toHex } from "@cardwire/core";
import { atOnce, scriptedAir } from "@cardwire/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IsoDepLink } from "./link.ts";
import type { IsoDepParameters } from "./parameters.ts";
import { EXTRA_WAIT_US } from "./timing.ts";

/** 13 bytes of INF to a block. */
const SMALL: IsoDepParameters = { fscBytes: 16, fwtUs: 4834, guardTimeUs: 0 };

/** Blocks of one byte have eight bits, which a script has to say. */
function air(replies: readonly string[]): ReturnType<typeof scriptedAir> {
  return scriptedAir(...replies.map((reply) => (reply.length === 2 ? `${reply}/8` : reply)));
}

/** Runs the left column against the right one, and gives what became of the command. */
function exchange(
  command: string,
  scene: readonly (readonly [string, string])[],
  parameters = SMALL,
  link = new IsoDepLink(parameters),
): string {
  const script = air(scene.map(([, reply]) => reply));
  const outcome = atOnce(runDialogue(link.transceive(fromHex(command)), script));
  expect(script.requests).toEqual(scene.map(([request]) => request));
  return outcome.kind === "response" ? toHex(outcome.data) : outcome.reason;
}

describe("without errors", () => {
  it("toggles its number with every answer", () => {
    const link = new IsoDepLink(SMALL);
    expect(exchange("A0", [["02A0", "029000"]], SMALL, link)).toBe("9000");
    expect(exchange("A1", [["03A1", "036D00"]], SMALL, link)).toBe("6D00");
    expect(exchange("A2", [["02A2", "02"]], SMALL, link)).toBe("");
  });

  it("grants a waiting time extension", () => {
    expect(
      exchange("A0", [
        ["02A0", "F201"],
        ["F201", "F2C2"],
        ["F202", "029000"],
      ]),
    ).toBe("9000");
  });

  it("chains a command", () => {
    const command = `${"11".repeat(13)}${"22".repeat(13)}33`;
    expect(
      exchange(command, [
        [`12${"11".repeat(13)}`, "A2"],
        [`13${"22".repeat(13)}`, "A3"],
        ["0233", "029000"],
      ]),
    ).toBe("9000");
  });

  it("fills the last block of a command to the brim", () => {
    expect(
      exchange("11".repeat(26), [
        [`12${"11".repeat(13)}`, "A2"],
        [`03${"11".repeat(13)}`, "039000"],
      ]),
    ).toBe("9000");
  });

  it("receives a chain", () => {
    expect(
      exchange("A0", [
        ["02A0", "121111"],
        ["A3", "132222"],
        ["A2", "023390"],
      ]),
    ).toBe("111122223390");
  });

  it("chains both ways, with extensions in between", () => {
    expect(
      exchange("11".repeat(14), [
        [`12${"11".repeat(13)}`, "F201"],
        ["F201", "A2"],
        ["0311", "F202"],
        ["F202", "13AA"],
        ["A2", "F203"],
        ["F203", "02BB"],
      ]),
    ).toBe("AABB");
  });
});

describe("prologue", () => {
  it("carries a CID in every block, and NAD in the first of an APDU", () => {
    const parameters = { ...SMALL, cid: 3, nad: 0x21 };
    expect(
      exchange(
        "11".repeat(14),
        [
          [`1E0321${"11".repeat(11)}`, "AA03"],
          [`0B03${"11".repeat(3)}`, "FA0301"],
          ["FA0301", "timeout"],
          ["BB03", "1B83AA"],
          ["AA03", "0A03BB"],
        ],
        parameters,
      ),
    ).toBe("AABB");
  });

  it("of a block for somebody else is no answer", () => {
    expect(
      exchange(
        "A0",
        [
          ["0A03A0", "0A049000"],
          ["BA03", "029000"],
          ["BA03", "0A039000"],
        ],
        { ...SMALL, cid: 3 },
      ),
    ).toBe("9000");
    expect(
      exchange("A0", [
        ["02A0", "0A009000"],
        ["B2", "029000"],
      ]),
    ).toBe("9000");
  });

  it("refuses frames that take nothing", () => {
    expect(() => new IsoDepLink({ ...SMALL, fscBytes: 3 })).toThrow("3 bytes");
  });
});

// the scenarios of ISO/IEC 14443-4 annex B
describe("error handling", () => {
  it.each<[string, string, [string, string][]]>([
    [
      "I-block lost",
      "A0",
      [
        ["02A0", "timeout"],
        ["B2", "A3"],
        ["02A0", "029000"],
      ],
    ],
    [
      "I-block spoilt, and R(NAK) lost",
      "A0",
      [
        ["02A0", "timeout"],
        ["B2", "timeout"],
        ["B2", "A3"],
        ["02A0", "029000"],
      ],
    ],
    [
      "I-block lost, and R(ACK) spoilt",
      "A0",
      [
        ["02A0", "timeout"],
        ["B2", "crc"],
        ["B2", "A3"],
        ["02A0", "029000"],
      ],
    ],
    [
      "answer spoilt",
      "A0",
      [
        ["02A0", "crc"],
        ["B2", "029000"],
      ],
    ],
    [
      "answer spoilt twice",
      "A0",
      [
        ["02A0", "parity"],
        ["B2", "framing"],
        ["B2", "029000"],
      ],
    ],
    [
      "answer is no block",
      "A0",
      [
        ["02A0", "FF00"],
        ["B2", "029000"],
      ],
    ],
    [
      "answer of the wrong number",
      "A0",
      [
        ["02A0", "039000"],
        ["B2", "029000"],
      ],
    ],
    [
      "answer of four bits",
      "A0",
      [
        ["02A0", "0A/4"],
        ["B2", "029000"],
      ],
    ],
    [
      "I-block lost twice",
      "A0",
      [
        ["02A0", "timeout"],
        ["B2", "A3"],
        ["02A0", "timeout"],
        ["B2", "A3"],
        ["02A0", "029000"],
      ],
    ],
    [
      "S(WTX) request spoilt",
      "A0",
      [
        ["02A0", "crc"],
        ["B2", "F201"],
        ["F201", "029000"],
      ],
    ],
    [
      "S(WTX) response lost",
      "A0",
      [
        ["02A0", "F201"],
        ["F201", "timeout"],
        ["B2", "F201"],
        ["F201", "029000"],
      ],
    ],
    [
      "answer after S(WTX) spoilt",
      "A0",
      [
        ["02A0", "F201"],
        ["F201", "crc"],
        ["B2", "029000"],
      ],
    ],
    [
      "S(WTX) of no time",
      "A0",
      [
        ["02A0", "F200"],
        ["B2", "F240"],
        ["B2", "029000"],
      ],
    ],
    [
      "R(NAK) from the card",
      "A0",
      [
        ["02A0", "B2"],
        ["B2", "029000"],
      ],
    ],
    [
      "S(DESELECT) from the card",
      "A0",
      [
        ["02A0", "C2"],
        ["B2", "029000"],
      ],
    ],
    [
      "R(ACK) as if more were to come",
      "A0",
      [
        ["02A0", "A2"],
        ["B2", "029000"],
      ],
    ],
  ])("%s", (_what, command, scene) => {
    expect(exchange(command, scene)).toBe("9000");
  });

  const first = `12${"11".repeat(13)}`;
  it.each<[string, [string, string][]]>([
    [
      "first block of a chain lost",
      [
        [first, "timeout"],
        ["B2", "A3"],
        [first, "A2"],
        ["0311", "039000"],
      ],
    ],
    [
      "R(ACK) spoilt",
      [
        [first, "crc"],
        ["B2", "A2"],
        ["0311", "039000"],
      ],
    ],
    [
      "last block of a chain lost",
      [
        [first, "A2"],
        ["0311", "timeout"],
        ["B3", "A2"],
        ["0311", "039000"],
      ],
    ],
    [
      "answer to a chain spoilt",
      [
        [first, "A2"],
        ["0311", "crc"],
        ["B3", "039000"],
      ],
    ],
    [
      "S(WTX) within a chain",
      [
        [first, "F201"],
        ["F201", "crc"],
        ["B2", "A2"],
        ["0311", "039000"],
      ],
    ],
    [
      "answer before the end of the command",
      [
        [first, "029000"],
        ["B2", "A2"],
        ["0311", "039000"],
      ],
    ],
  ])("%s", (_what, scene) => {
    expect(exchange("11".repeat(14), scene)).toBe("9000");
  });

  it.each<[string, [string, string][]]>([
    [
      "R(ACK) lost",
      [
        ["02A0", "1290"],
        ["A3", "timeout"],
        ["A3", "0300"],
      ],
    ],
    [
      "next block spoilt",
      [
        ["02A0", "1290"],
        ["A3", "crc"],
        ["A3", "0300"],
      ],
    ],
    [
      "first block spoilt",
      [
        ["02A0", "crc"],
        ["B2", "1290"],
        ["A3", "0300"],
      ],
    ],
    [
      "S(WTX) lost within a chain",
      [
        ["02A0", "1290"],
        ["A3", "F201"],
        ["F201", "timeout"],
        ["A3", "F201"],
        ["F201", "0300"],
      ],
    ],
    [
      "R(ACK) from a card that chains",
      [
        ["02A0", "1290"],
        ["A3", "A3"],
        ["A3", "0300"],
      ],
    ],
    [
      "an empty block within a chain",
      [
        ["02A0", "12"],
        ["A3", "139000"],
        ["A2", "02"],
      ],
    ],
  ])("of a card that chains: %s", (_what, scene) => {
    expect(exchange("A0", scene)).toBe("9000");
  });
});

describe("giving up", () => {
  it.each([
    [303, 5],
    [77_330, 5],
    [309_320, 3],
    [618_640, 2],
    [4_949_032, 2],
  ])("with an FWT of %i µs after %i repetitions", (fwtUs, retries) => {
    const scene: [string, string][] = [["02A0", "timeout"]];
    for (let count = 0; count < retries; count++) scene.push(["B2", "timeout"]);
    expect(exchange("A0", scene, { ...SMALL, fwtUs })).toBe("timeout");
  });

  it.each(["link-lost", "unsupported", "overflow"])("at once on %s", (reason) => {
    expect(exchange("A0", [["02A0", reason]])).toBe(reason);
  });

  it("on a card that never hears the I-block", () => {
    const cycle: [string, string][] = [
      ["02A0", "A3"],
      ["02A0", "A3"],
      ["02A0", "A3"],
    ];
    expect(exchange("A0", [...cycle, ["B2", "A3"], ["B2", "A3"]], { ...SMALL, fwtUs: 4_949_032 })).toBe("protocol");
  });

  it.each<[string, (frame: number) => string, string]>([
    ["asks for time for ever", () => "F201", "timeout"],
    ["sends empty blocks for ever", (frame) => (frame % 2 === 0 ? "12" : "13"), "protocol"],
    ["sends too much", (frame) => (frame % 2 === 0 ? "12" : "13") + "00".repeat(4096), "protocol"],
  ])("on a card that %s", (_what, answer, reason) => {
    let frames = 0;
    const link: RfLink = {
      exchange: (): RfReply => ({ kind: "frame", data: fromHex(answer(frames++)), lastBits: 8 }),
    };
    expect(atOnce(runDialogue(new IsoDepLink(SMALL).transceive(fromHex("A0")), link))).toEqual({
      kind: "failure",
      reason,
    });
  });

  it("whatever the air answers, an end comes and it is defined", () => {
    const block = fc.oneof(
      fc.constantFrom("A2/8", "A3/8", "B2/8", "F201", "F200", "C2/8", "0290", "0390", "1290", "1390", "02/8", "13/8"),
      fc.constantFrom("timeout", "crc", "link-lost", "done", "0A"),
      fc.uint8Array({ minLength: 2, maxLength: 5 }).map((bytes) => toHex(bytes)),
    );
    fc.assert(
      fc.property(fc.array(block, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (replies, length) => {
        const script = scriptedAir(...replies, ...Array.from({ length: 60 }, () => "timeout"));
        const outcome = atOnce(runDialogue(new IsoDepLink(SMALL).transceive(new Uint8Array(length)), script));
        expect(["response", "failure"]).toContain(outcome.kind);
      }),
    );
  });
});

describe("waiting times", () => {
  function timeouts(replies: string[], fwtUs: number): number[] {
    const script = air(replies);
    const waits: number[] = [];
    const link: RfLink = {
      exchange: (request) => {
        if (request.kind === "frame") waits.push(request.timeoutUs - EXTRA_WAIT_US);
        return script.exchange(request);
      },
    };
    atOnce(runDialogue(new IsoDepLink({ ...SMALL, fwtUs }).transceive(fromHex("A0")), link));
    return waits;
  }

  it("are multiplied once by WTXM, until the next block has come", () => {
    expect(timeouts(["F205", "crc", "1290", "0300"], 1000)).toEqual([1000, 5000, 5000, 1000]);
  });

  it("never exceed that of FWI 14", () => {
    expect(timeouts(["F23B", "029000"], 309_320)).toEqual([309_320, 4_949_032]);
  });
});

describe("presence and deselection", () => {
  const scenes: [string, string[], string[], boolean][] = [
    ["R(ACK)", ["A3"], ["B2"], true],
    ["R(ACK) at the second try", ["crc", "A3"], ["B2", "B2"], true],
    ["nothing", Array.from({ length: 6 }, () => "timeout"), Array.from({ length: 6 }, () => "B2"), false],
    ["a lost link", ["link-lost"], ["B2"], false],
  ];
  it.each(scenes)("R(NAK) is answered by %s", (_what, replies, requests, present) => {
    const script = air(replies);
    expect(atOnce(runDialogue(new IsoDepLink(SMALL).checkPresence(), script))).toBe(present);
    expect(script.requests).toEqual(requests);
  });

  it("S(DESELECT) is repeated until it is answered", () => {
    const script = air(["timeout", "029000", "C2"]);
    expect(atOnce(runDialogue(new IsoDepLink(SMALL).deselect(), script))).toBe(true);
    expect(script.requests).toEqual(["C2", "C2", "C2"]);
    expect(atOnce(runDialogue(new IsoDepLink(SMALL).deselect(), air(["link-lost"])))).toBe(false);
    const silence = air(Array.from({ length: 6 }, () => "timeout"));
    expect(atOnce(runDialogue(new IsoDepLink({ ...SMALL, cid: 2 }).deselect(), silence))).toBe(false);
    expect(silence.requests[0]).toBe("CA02");
  });
});
