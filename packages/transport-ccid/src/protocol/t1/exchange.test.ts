import { fromHex, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { CardProtocolError } from "../protocol-error.ts";
import { exchangeT1, negotiateIfsd, type T1Received, type T1Run } from "./exchange.ts";
import { newT1Session, type T1Session } from "./session.ts";

/** NAD, PCB, LEN and INF as digits; the LRC is added. */
function block(body: string): Uint8Array {
  const bytes = fromHex(body);
  return Uint8Array.of(
    ...bytes,
    bytes.reduce((sum, byte) => sum ^ byte, 0),
  );
}

/** A block without its LRC, "silence", "parity", or bytes as they are. */
type Answer = string | { readonly raw: string };

/** What came of a run against a script: each line is the block expected, without its LRC, and the answer to it. */
function play<Outcome>(
  run: T1Run<Outcome>,
  script: readonly (readonly [sent: string, answer: Answer, multiplier?: number])[],
): Outcome {
  let step = run.next();
  script.forEach(([sent, answer, multiplier = 0], line) => {
    if (step.done === true) throw new Error(`the run has ended before line ${line}`);
    expect(toHex(step.value.block), `line ${line}`).toBe(toHex(block(sent)));
    expect(step.value.waitingTimeMultiplier, `multiplier of line ${line}`).toBe(multiplier);
    step = run.next(received(answer));
  });
  if (step.done !== true) throw new Error(`the run goes on with ${toHex(step.value.block)}`);
  return step.value;
}

function received(answer: Answer): T1Received {
  if (answer === "silence") return { kind: "silence" };
  if (answer === "parity") return { kind: "parity-error" };
  return { kind: "block", bytes: typeof answer === "string" ? block(answer) : fromHex(answer.raw) };
}

function session(ifsc = 32): T1Session {
  return newT1Session({ ifsc, edc: "lrc" });
}

const COMMAND = fromHex("00A40400");
const I0 = "00000400A40400";
const I1 = "00400400A40400";

// The scenarios follow ISO/IEC 7816-3:2006, section 11.6.2 and annex A.
describe("T=1", () => {
  it("alternates N(S) from one command to the next", () => {
    const link = session();
    expect(toHex(play(exchangeT1(link, COMMAND), [[I0, "0000029000"]]))).toBe("9000");
    expect(toHex(play(exchangeT1(link, COMMAND), [[I1, "0040029000"]]))).toBe("9000");
    expect(toHex(play(exchangeT1(link, COMMAND), [[I0, "0000029000"]]))).toBe("9000");
  });

  it("chains a command that is longer than IFSC (rule 5)", () => {
    const run = exchangeT1(session(3), fromHex("0102030405060708"));
    const response = play(run, [
      ["002003010203", "009000"],
      ["006003040506", "008000"],
      ["0000020708", "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("asks for the rest of a response that is chained", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "0020020102"],
      ["009000", "0060020304"],
      ["008000", "0000029000"],
    ]);
    expect(toHex(response)).toBe("010203049000");
  });

  it("grants waiting time, with the multiplier for the block that follows (rule 3)", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "00C30103"],
      ["00E30103", "0000029000", 3],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("takes another IFSC in the middle of a chain (rule 4)", () => {
    const link = session(2);
    const response = play(exchangeT1(link, fromHex("0102030405060708")), [
      ["0020020102", "00C10104"],
      ["00E10104", "009000"],
      ["00600403040506", "008000"],
      ["0000020708", "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
    expect(link.ifsc).toBe(4);
  });

  it("sends a block again that the card did not get right", () => {
    for (const refusal of ["008100", "008200"])
      expect(
        toHex(
          play(exchangeT1(session(), COMMAND), [
            [I0, refusal],
            [I0, "0000029000"],
          ]),
        ),
      ).toBe("9000");
  });

  it("asks with R(EDC error) for what came damaged, with R(other error) for silence (rule 7.1)", () => {
    const damaged: readonly (readonly [Answer, string])[] = [
      [{ raw: "00000290001F" }, "008100"],
      ["parity", "008100"],
      ["silence", "008200"],
      [{ raw: "" }, "008100"],
      [{ raw: "0000" }, "008100"],
      [{ raw: "000005900095" }, "008200"],
      ["0100029000", "008200"],
      [{ raw: "010002900000" }, "008200"],
      [{ raw: "0000FF900000" }, "008200"],
    ];
    for (const [answer, request] of damaged)
      expect(
        toHex(
          play(exchangeT1(session(), COMMAND), [
            [I0, answer],
            [request, "0000029000"],
          ]),
        ),
      ).toBe("9000");
  });

  it("leaves out what a reader gives behind the end of a block", () => {
    const response = play(exchangeT1(session(), COMMAND), [[I0, { raw: "000002900092FFFF" }]]);
    expect(toHex(response)).toBe("9000");
  });

  it("takes the answer of a card that has seen enough of a chain", () => {
    const link = session(2);
    const response = play(exchangeT1(link, fromHex("0102030405")), [["0020020102", "0000026700"]]);
    expect(toHex(response)).toBe("6700");
    expect(toHex(play(exchangeT1(link, fromHex("01")), [["00400101", "0040029000"]]))).toBe("9000");
  });

  it("repeats its R-block (rule 7.2), and sends the I-block again when the card asks for it", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "silence"],
      ["008200", "parity"],
      ["008200", "008000"],
      [I0, "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("repeats its R-block when the card asks for it in the middle of a response", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "0020020102"],
      ["009000", "009000"],
      ["009000", "0040029000"],
    ]);
    expect(toHex(response)).toBe("01029000");
  });

  it("resynchronises with a card that asks for its R-block again and again (rule 7.4)", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "0020020102"],
      ["009000", "009000"],
      ["009000", "009000"],
      ["009000", "009000"],
      ["00C000", "00E000"],
      [I0, "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("leaves the waiting time as it is for a card that asks for no more of it", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "00C30100"],
      ["00E30100", "0000029000", 0],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("asks again after an S(response) whose answer is lost (rule 7.3)", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "00C30101"],
      ["00E30101", "silence", 1],
      ["008200", "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("does not take an I-block twice", () => {
    const response = play(exchangeT1(session(), COMMAND), [
      [I0, "0020020102"],
      ["009000", "0020020102"],
      ["009000", "0040029000"],
    ]);
    expect(toHex(response)).toBe("01029000");
  });

  it("resynchronises after three attempts, and sends the command again (rules 6 and 7.4)", () => {
    const link = session();
    play(exchangeT1(link, COMMAND), [[I0, "0000029000"]]);
    const response = play(exchangeT1(link, COMMAND), [
      [I1, "silence"],
      ["009200", "silence"],
      ["009200", "silence"],
      ["00C000", "silence"],
      ["00C000", "00E000"],
      [I0, "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
    expect(link.needsResynch).toBe(false);
  });

  it("gives a mute card up, and begins the next command with a resynchronisation", () => {
    const link = session();
    const mute: [string, Answer][] = [
      [I0, "silence"],
      ["008200", "silence"],
      ["008200", "silence"],
      ["00C000", "silence"],
      ["00C000", "silence"],
      ["00C000", "silence"],
    ];
    expect(() => play(exchangeT1(link, COMMAND), mute)).toThrow(CardProtocolError);
    const response = play(exchangeT1(link, COMMAND), [
      ["00C000", "00E000"],
      [I0, "0000029000"],
    ]);
    expect(toHex(response)).toBe("9000");
  });

  it("answers S(ABORT request); the card then says why, or nothing (rule 9)", () => {
    const chain = fromHex("0102030405");
    const response = play(exchangeT1(session(2), chain), [
      ["0020020102", "00C200"],
      ["00E200", "0000026700"],
    ]);
    expect(toHex(response)).toBe("6700");
    expect(() =>
      play(exchangeT1(session(2), chain), [
        ["0020020102", "00C200"],
        ["00E200", "009000"],
      ]),
    ).toThrow("aborted");
  });

  it("does not go on for ever with a card that has its block repeated", () => {
    const run = exchangeT1(session(), COMMAND);
    let step = run.next();
    let blocks = 0;
    expect(() => {
      for (; step.done !== true && blocks < 1_000; blocks++) {
        const pcb = step.value.block[1];
        step = run.next({ kind: "block", bytes: block(pcb === 0xc0 ? "00E000" : "008100") });
      }
    }).toThrow(CardProtocolError);
    expect(blocks).toBeLessThan(100);
  });

  it("uses a CRC where the card wants one: C1 01 FE has 54 4E", () => {
    const link = newT1Session({ ifsc: 32, edc: "crc" });
    const run = negotiateIfsd(link, 254);
    const step = run.next();
    if (step.done === true) throw new Error("nothing was sent");
    expect(toHex(step.value.block)).toBe("00C101FE544E");
    expect(run.next({ kind: "block", bytes: fromHex("00E101FE5775") })).toEqual({ done: true, value: true });
    expect(link.ifsd).toBe(254);
  });

  it("asks three times for its IFSD, and leaves it then (rule 7.3)", () => {
    const link = session();
    const asked: [string, Answer][] = [
      ["00C101FE", "silence"],
      ["00C101FE", "009000"],
      ["00C101FE", "00E10120"],
    ];
    expect(play(negotiateIfsd(link, 254), asked)).toBe(false);
    expect(link.ifsd).toBe(32);
  });
});
