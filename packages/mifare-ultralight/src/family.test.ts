import { type CardSession, fromHex, type RfTarget, toHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { target } from "../test/ntag216.ts";
import { type ScriptedExchange as Exchange, playScript as play } from "@cardwire/core/testing";
import { mifareUltralight } from "./index.ts";

test.each<[RfTarget, boolean]>([
  [target, true],
  [{ ...target, sak: 0x08 }, false],
  [{ ...target, sak: 0x20, ats: fromHex("0578807002") }, false],
  [{ technology: "nfc-v", uid: new Uint8Array(8), dsfid: 0 }, false],
])("accepts %o: %s", (candidate, accepted) => {
  expect(mifareUltralight.accepts(candidate)).toBe(accepted);
});

test.each<[string, readonly Exchange[], string]>([
  [
    "EV1 or NTAG",
    [
      ["60", "0004040201001303"],
      ["reselect", "done"],
    ],
    "003D",
  ],
  [
    "Ultralight C",
    [
      ["60", "0"],
      ["reselect", "done"],
      ["1A00", "AFF7DFC7FA617C7F1D"],
      ["reselect", "done"],
    ],
    "003A",
  ],
  [
    "Ultralight",
    [
      ["60", "timeout"],
      ["reselect", "done"],
      ["1A00", "timeout"],
      ["reselect", "done"],
    ],
    "0003",
  ],
  [
    "NTAG203",
    [
      ["60", "0"],
      ["reselect", "done"],
      ["1A00", "0"],
      ["reselect", "done"],
    ],
    "0003",
  ],
  [
    "a version of another length",
    [
      ["60", "00040402"],
      ["reselect", "done"],
      ["1A00", "0"],
      ["reselect", "done"],
    ],
    "0003",
  ],
  [
    "a tag pulled meanwhile",
    [
      ["60", "link-lost"],
      ["reselect", "link-lost"],
      ["1A00", "link-lost"],
      ["reselect", "link-lost"],
    ],
    "0003",
  ],
])("%s", (_name, script, cardName) => {
  for (const profile of ["nfccx", "documented"] as const) {
    const card: CardSession = play(mifareUltralight.activate(target, { profile }), script);
    expect(toHex(card.atr.subarray(0, 15))).toBe(`3B8F8001804F0CA000000306 03${cardName}`.replace(" ", ""));
    expect(card.family).toBe("mifare-ultralight");
  }
});

test("refuses what is no Ultralight", () => {
  const dialogue = mifareUltralight.activate({ ...target, sak: 8 }, { profile: "documented" });
  expect(() => dialogue.next()).toThrow(expect.objectContaining({ code: "USAGE" }) as Error);
});
