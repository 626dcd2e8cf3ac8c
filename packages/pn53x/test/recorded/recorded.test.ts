import { concatBytes, fromHex, isFormatError, toHex } from "@cardwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ackFrame,
  errorFrame,
  type FrameEvent,
  type FrameForm,
  FrameReader,
  nackFrame,
  PN53X_COMMAND_CODE,
  PN53X_FRAMES,
  PORT100_FRAMES,
} from "../../src/index.ts";
import { ACR122_TOOLS, BOARDS, MESSAGES, PORT100_MESSAGES } from "./boards.ts";
import { ALL_CODES, answerAgain, commandAgain } from "./codecs.ts";
import { LIBNFC, LIBNFC_ACR122, OVER_LIBNFC } from "./libnfc.ts";
import { NFCPY } from "./nfcpy.ts";
import { framesOf, lineOf, playable, playAcr122u, shapeOf } from "./player.ts";
import { exchangesOf, type Recording, titleOf } from "./recording.ts";

const FRAMES = [...LIBNFC, ...OVER_LIBNFC, ...NFCPY, ...BOARDS];
const APDUS = [...LIBNFC_ACR122, ...ACR122_TOOLS];

function titled<Item extends Recording>(recordings: readonly Item[]): [title: string, recording: Item][] {
  return recordings.map((recording) => [titleOf(recording), recording]);
}

function formOf({ chip }: Recording): FrameForm {
  return chip === "Port-100" ? PORT100_FRAMES : PN53X_FRAMES;
}

function encoded(event: FrameEvent, form: FrameForm): Uint8Array {
  switch (event.kind) {
    case "ack":
      return ackFrame();
    case "nack":
      return nackFrame();
    case "error":
      return errorFrame();
    case "information":
      return form.encode(event.data);
    case "damaged":
      throw new Error(`damaged ${event.reason}`);
  }
}

describe("frames of another program's log", () => {
  it.each(titled(FRAMES))("%s: taken apart and put together again", (_, recording) => {
    const form = formOf(recording);
    for (const { host, chip } of exchangesOf(recording))
      for (const bytes of [host, chip]) {
        const again = concatBytes(...new FrameReader(form).push(bytes).map((event) => encoded(event, form)));
        // what wakes a serial port stands in front
        expect(toHex(bytes).endsWith(toHex(again))).toBe(true);
        if (again.length === 0) expect(toHex(bytes)).toMatch(/^(55|00)*$/);
      }
  });

  it.each(titled(FRAMES))("%s: commands and answers decoded, and encoded to the same bytes", (_, recording) => {
    const form = formOf(recording);
    const information = (bytes: Uint8Array): Uint8Array | undefined =>
      new FrameReader(form).push(bytes).flatMap((event) => (event.kind === "information" ? [event.data] : []))[0];
    let command: Uint8Array | undefined;
    for (const { host, chip } of exchangesOf(recording)) {
      // an answer may be to the command before, asked for again
      command = information(host) ?? command;
      const answer = information(chip);
      if (command === undefined) continue;
      expect(toHex(commandAgain(command).bytes)).toBe(toHex(command));
      if (answer !== undefined) expect(toHex(answerAgain(command, answer))).toBe(toHex(answer));
    }
  });

  it.each(titled(FRAMES))("%s: played to a virtual chip", async (_, recording) => {
    const chip = await playable(recording);
    for (const { host, chip: recorded, likeness } of exchangesOf(recording)) {
      if (likeness === "unplayed") continue;
      const expected = new FrameReader(chip.form).push(recorded).map(lineOf);
      chip.write(host);
      const said = (await framesOf(chip, likeness === "answered" ? 2 : expected.length)).map(lineOf);
      // a log may have lost the acknowledgement
      if (expected[0] !== "ack" && likeness === "same" && said[0] === "ack") said.shift();
      if (likeness === "same") expect(said).toEqual(expected);
      else if (likeness === "alike") expect(said.map(shapeOf)).toEqual(expected.map(shapeOf));
      else expect(said).toEqual(["ack", expect.stringMatching(answerTo(host, chip.form))]);
    }
  });
});

/** The beginning of any answer to a command. */
function answerTo(host: Uint8Array, form: FrameForm): RegExp {
  const [event] = new FrameReader(form).push(host);
  const [identifier = 0, code = 0] = event?.kind === "information" ? event.data : [];
  return new RegExp(`^${toHex(Uint8Array.of(identifier + 1, code + 1))}`);
}

describe("pseudo-APDUs of another program's log", () => {
  it.each(titled(APDUS))("%s: the chip's commands and answers in them", (_, recording) => {
    for (const { host, chip } of exchangesOf(recording)) {
      if (toHex(host.subarray(0, 4)) !== "FF000000") continue;
      const command = host.subarray(5);
      expect(toHex(commandAgain(command).bytes)).toBe(toHex(command));
      const answer = chip.subarray(0, -2);
      if (answer.length > 0) expect(toHex(answerAgain(command, answer))).toBe(toHex(answer));
    }
  });

  it.each(titled(APDUS))("%s: played to a virtual reader", async (_, recording) => {
    const exchanges = exchangesOf(recording);
    const answers = await playAcr122u(recording, exchanges);
    for (const [index, { chip, likeness }] of exchanges.entries()) {
      const answer = answers[index] ?? "";
      if (likeness === "same") expect(answer).toBe(toHex(chip));
      if (likeness === "alike") expect(shapeOf(answer)).toBe(shapeOf(toHex(chip)));
    }
  });
});

describe("messages of another program's log", () => {
  const cases = [
    ...MESSAGES.map((message) => ["D4", "D5", ...message] as const),
    ...PORT100_MESSAGES.map((message) => ["D6", "D7", ...message] as const),
  ];
  it.each(cases)("%s and %s of %s: %s", (commandId, answerId, _, command, answer) => {
    const [sent, received] = [commandId + command, answerId + answer].map((hex) => fromHex(hex.replaceAll(" ", "")));
    if (sent === undefined || received === undefined) throw new Error("no message");
    expect(toHex(commandAgain(sent).bytes)).toBe(toHex(sent));
    expect(toHex(answerAgain(sent, received))).toBe(toHex(received));
  });
});

it("a command that came with another one behind it is not begun", async () => {
  const chip = await playable({ source: "", chip: "PN532", log: "> D4" });
  chip.write(fromHex("0000FF04FCD44A0100E100" + "0000FF02FED4022A00"));
  expect((await framesOf(chip, 3)).map(lineOf)).toEqual(["ack", "ack", "D50332010607"]);
});

describe("any bytes", () => {
  // a byte of yes or no that is neither 0 nor 1 is yes
  const lenient = new Set([PN53X_COMMAND_CODE.SAMConfiguration, PN53X_COMMAND_CODE.PowerDown] as number[]);
  const codes = fc.constantFrom(...ALL_CODES.filter((head) => !lenient.has(head[1] ?? 0)));

  it("that are a command are encoded to themselves again", () => {
    fc.assert(
      fc.property(codes, fc.uint8Array({ maxLength: 60 }), (head, parameters) => {
        const bytes = Uint8Array.of(...head, ...parameters);
        try {
          expect(toHex(commandAgain(bytes).bytes)).toBe(toHex(bytes));
        } catch (error) {
          if (!isFormatError(error)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
