import { fromHex } from "@cardwire/core";
import { SCARD_STATE } from "@cardwire/ioctl";
import { expect, test } from "vitest";
import { reportPnp, reportReader } from "./reader-report.ts";
import { isPnpNotification } from "./terms.ts";

const ATR = fromHex("3B 80 01 81");
const { EMPTY, EXCLUSIVE, INUSE, MUTE, PRESENT, UNAVAILABLE, UNKNOWN } = SCARD_STATE;
const NONE = new Uint8Array(0);

test.each([
  ["knows it", { present: true }, 5, PRESENT, false],
  ["knows no count", { present: true }, undefined, PRESENT, false],
  ["knows nothing", {}, 5, PRESENT, true],
  ["says that it knows nothing", { unaware: true, present: true }, 5, PRESENT, true],
  ["knows another count", { present: true }, 4, PRESENT, true],
  ["thinks the reader empty", { empty: true }, 5, PRESENT, true],
  ["does not know that it is used", { present: true }, 5, PRESENT | INUSE, true],
  ["thinks it used still", { present: true, inuse: true }, 5, PRESENT, true],
  ["does not know that it is used alone", { present: true, inuse: true }, 5, PRESENT | INUSE | EXCLUSIVE, true],
  ["thinks the reader there", { present: true }, 5, UNAVAILABLE, true],
] as const)("a caller who %s", (_, currentState, currentCount, flags, changed) => {
  const asked = { readerName: "R", currentState, ...(currentCount === undefined ? undefined : { currentCount }) };
  const { out } = reportReader(asked, { eventState: (5 << 16) | flags, answerToReset: ATR });
  expect(out.eventState.changed).toBe(changed);
  expect(out.eventCount).toBe(5);
});

test("the count has sixteen bits, and the highest is no sign", () => {
  const { out } = reportReader(
    { readerName: "R", currentState: { empty: true }, currentCount: 0xffff },
    { eventState: (0xffff_0000 | EMPTY) >>> 0, answerToReset: NONE },
  );
  expect(out).toMatchObject({ eventCount: 0xffff, eventState: { changed: false, empty: true } });
});

test("a reader that the resource manager does not know is unknown and unavailable", () => {
  const { out } = reportReader(
    { readerName: "R", currentState: { empty: true }, currentCount: 3 },
    { eventState: UNKNOWN, answerToReset: NONE },
  );
  expect(out.eventState).toMatchObject({ unknown: true, unavailable: true, changed: true });
});

test("an answer to reset is given with a card only, and is the caller's own", () => {
  const answer = { eventState: PRESENT, answerToReset: ATR };
  const { answerToReset } = reportReader({ readerName: "R", currentState: {} }, answer).out;
  expect(answerToReset).toEqual(ATR);
  expect(answerToReset?.buffer).not.toBe(ATR.buffer);
  expect(reportReader({ readerName: "R", currentState: {} }, { ...answer, eventState: EMPTY }).out).not.toHaveProperty(
    "answerToReset",
  );
});

test.each([
  ["a card with its answer, counted", { empty: true }, 4, PRESENT, ATR, true],
  ["a card without its answer", { empty: true }, 4, PRESENT, NONE, false],
  ["a mute card", { empty: true }, 4, PRESENT | MUTE, NONE, true],
  ["a card that is not counted yet", { empty: true }, 5, PRESENT, ATR, false],
  ["a removal that is not counted yet", { present: true }, 5, EMPTY, NONE, false],
  ["a card where nobody counts", { empty: true }, undefined, PRESENT, ATR, true],
] as const)("half written or not: %s", (_, currentState, currentCount, flags, answerToReset, settled) => {
  const asked = { readerName: "R", currentState, ...(currentCount === undefined ? undefined : { currentCount }) };
  expect(reportReader(asked, { eventState: (5 << 16) | flags, answerToReset }).settled).toBe(settled);
});

test("the pseudo reader's count is the number of readers, whatever its case is", () => {
  expect(reportPnp("P", 2, 2).out).toMatchObject({ eventCount: 2, eventState: { changed: false } });
  expect(reportPnp("P", 2, 3).out).toMatchObject({ eventCount: 3, eventState: { changed: true } });
  expect(isPnpNotification("\\\\?pnp?\\notification")).toBe(true);
  expect(isPnpNotification("Reader")).toBe(false);
});
