import fc from "fast-check";
import { expect, test } from "vitest";
import { MACOS, PCSCLITE_64, WINDOWS_32, WINDOWS_64 } from "./layout.ts";
import { ReaderStates } from "./reader-states.ts";
import { decodeNames, encodeName } from "./text.ts";

const layout = fc.constantFrom(WINDOWS_64, WINDOWS_32, PCSCLITE_64, MACOS);
const name = fc.string({ minLength: 1, maxLength: 60, unit: "binary" }).filter((text) => !/[\0\ufeff]/.test(text));

test("names go through a multi-string unchanged, in either encoding", () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 5 }), layout, (names, { text }) => {
      const multiString = names.flatMap((each) => [...encodeName(each, text)]);
      const end = encodeName("", text);
      expect(decodeNames(Uint8Array.of(...multiString, ...end, ...end), text)).toEqual(names);
    }),
  );
});

test("whatever a library writes gives as many answers as there were questions", () => {
  fc.assert(
    fc.property(
      layout,
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat(255)),
      (of, names, noise) => {
        const questions = names.map((readerName) => ({ readerName, currentState: 0 }));
        const states = new ReaderStates(of, questions, () => 0n);
        for (let index = 0; index < names.length * of.readerState.size; index++)
          states.bytes[index] = noise.next().value as number;
        const answers = states.answers();
        expect(answers.length).toBe(names.length);
        for (const { answerToReset, eventState } of answers) {
          expect(answerToReset.length).toBeLessThanOrEqual(of.readerState.atrRoom);
          expect(eventState).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});
