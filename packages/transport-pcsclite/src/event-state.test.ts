import { PNP_NOTIFICATION, type SmartCardReaderStateFlagsIn } from "@cardwire/core";
import { describe, expect, test } from "vitest";
import { comparePnp, compareState, ignoredState } from "./event-state.ts";
import { type ReaderState } from "./reader-state.ts";

const ATR = Uint8Array.of(0x3b, 0x00);
const UNKNOWN = 0x01;
const ABSENT = 0x02;
const PRESENT = 0x34;
const MUTE = 0x0c;

function reader(state: number, other: Partial<ReaderState> = {}): ReaderState {
  const answerToReset = state === PRESENT ? ATR : new Uint8Array(0);
  return { name: "R", eventCounter: 5, state, sharing: 0, answerToReset, protocol: 0, ...other };
}

/** The flags that are set, and "unsettled". */
function seen(believed: SmartCardReaderStateFlagsIn, actual: ReaderState | undefined, currentCount?: number): string[] {
  const asked = { readerName: "R", currentState: believed, ...(currentCount === undefined ? {} : { currentCount }) };
  const { out, settled } = compareState(asked, actual);
  const flags = Object.entries(out.eventState).flatMap(([flag, value]) => (value === true ? [flag] : []));
  return settled ? flags : [...flags, "unsettled"];
}

// pcsc-lite 1.9.9, winscard_clnt.c, SCardGetStatusChange
describe("a reader's state as libpcsclite sees it", () => {
  test.each<[string, SmartCardReaderStateFlagsIn, ReaderState | undefined, string[]]>([
    ["unaware of an empty reader", {}, reader(ABSENT), ["changed", "empty"]],
    ["unaware, said aloud", { unaware: true }, reader(PRESENT), ["changed", "present"]],
    ["nothing new: empty", { empty: true }, reader(ABSENT), ["empty"]],
    ["nothing new: present", { present: true }, reader(PRESENT), ["present"]],
    ["a card came", { empty: true }, reader(PRESENT), ["changed", "present"]],
    ["a card went", { present: true }, reader(ABSENT), ["changed", "empty"]],
    ["mute", { empty: true }, reader(MUTE), ["changed", "present", "mute"]],
    ["still mute", { present: true, mute: true }, reader(MUTE), ["present", "mute"]],
    ["mute no more", { present: true, mute: true }, reader(PRESENT), ["changed", "present"]],
    ["fails", { empty: true }, reader(UNKNOWN), ["changed", "unavailable"]],
    ["still fails", { unavailable: true }, reader(UNKNOWN), ["unavailable"]],
    ["works again", { unavailable: true }, reader(ABSENT), ["changed", "empty"]],
    ["gone", { empty: true }, undefined, ["changed", "unavailable", "unknown"]],
    ["taken into use: no change", { present: true }, reader(PRESENT, { sharing: 2 }), ["present", "inuse"]],
    ["in use no more", { present: true, inuse: true }, reader(PRESENT), ["changed", "present"]],
    ["taken exclusively: no change", { present: true }, reader(PRESENT, { sharing: -1 }), ["present", "exclusive"]],
    [
      "from shared to exclusive",
      { present: true, inuse: true },
      reader(PRESENT, { sharing: -1 }),
      ["changed", "present", "exclusive"],
    ],
    [
      "from exclusive to shared",
      { present: true, exclusive: true },
      reader(PRESENT, { sharing: 1 }),
      ["changed", "present", "inuse"],
    ],
    ["users of an empty reader do not count", { empty: true }, reader(ABSENT, { sharing: 1 }), ["empty"]],
  ])("%s", (_, believed, actual, flags) => {
    expect(seen(believed, actual)).toEqual(flags);
  });

  test("another count is a change, the same is none", () => {
    expect(seen({ present: true }, reader(PRESENT), 3)).toEqual(["changed", "present"]);
    expect(seen({ present: true }, reader(PRESENT), 5)).toEqual(["present"]);
    expect(seen({}, reader(PRESENT), 5)).toEqual(["present"]);
  });
});

describe("a record that is being written", () => {
  test.each<[string, SmartCardReaderStateFlagsIn, ReaderState, number | undefined, boolean]>([
    ["no answer to reset yet", {}, reader(PRESENT, { answerToReset: new Uint8Array(0) }), undefined, false],
    ["no state yet", {}, reader(0), undefined, false],
    ["presence before the count", { empty: true }, reader(PRESENT), 5, false],
    ["absence before the count", { present: true }, reader(ABSENT), 5, false],
    ["both", { empty: true }, reader(PRESENT), 4, true],
    ["nobody knows the count", { empty: true }, reader(PRESENT), undefined, true],
    ["a mute card has no answer to reset", {}, reader(MUTE), undefined, true],
    ["a reader that fails has no state", {}, reader(UNKNOWN), undefined, true],
  ])("%s", (_, believed, actual, count, settled) => {
    expect(!seen(believed, actual, count).includes("unsettled")).toBe(settled);
  });
});

test("what is ignored, and the pseudo reader", () => {
  expect(ignoredState("R").out).toMatchObject({ eventState: { ignore: true, changed: false }, eventCount: 0 });
  const pnp = { readerName: PNP_NOTIFICATION, currentState: {} };
  expect(comparePnp(pnp, 2, 2).out).toMatchObject({ eventState: { changed: false }, eventCount: 2 });
  expect(comparePnp(pnp, 2, 3).out).toMatchObject({ eventState: { changed: true }, eventCount: 3 });
  expect(comparePnp({ ...pnp, currentCount: 3 }, 2, 3).out.eventState.changed).toBe(false);
});
