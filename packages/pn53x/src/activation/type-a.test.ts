import { fromHex, type RfReply, type RfRequest, runDialogue, toHex } from "@cardwire/core";
import { describe, expect, it } from "vitest";
import { isSameA, isType1Atqa, selectA } from "./type-a.ts";

/** Answers frames as a table says, and keeps silent where it says nothing. */
function select(answers: Readonly<Record<string, string>>, uid?: string): unknown {
  const exchange = (request: RfRequest): RfReply => {
    const answer = request.kind === "frame" ? answers[toHex(request.data)] : undefined;
    return answer === undefined
      ? { kind: "failure", reason: "timeout" }
      : { kind: "frame", data: fromHex(answer), lastBits: 8 };
  };
  return runDialogue(selectA(uid === undefined ? undefined : fromHex(uid)), { exchange });
}

describe("a card of type A is selected", () => {
  // ISO/IEC 14443-3 section 6.5: BCC is the exclusive-or of the four bytes before it
  const single = { "26": "0400", "9320": "0102030404", "93700102030404": "08" };
  const double = {
    "26": "4400",
    "9320": "88041122BF",
    "937088041122BF": "04",
    "9520": "3344556644",
    "95703344556644": "00",
  };

  it("with a UID of four and of seven bytes", () => {
    expect(select(single)).toEqual({ technology: "nfc-a", uid: fromHex("01020304"), atqa: fromHex("0400"), sak: 8 });
    expect(select(double)).toMatchObject({ uid: fromHex("04112233445566"), sak: 0 });
  });

  it("by its UID, without asking for it", () => {
    const told = Object.entries(double).filter(([frame]) => frame !== "9320" && frame !== "9520");
    expect(select(Object.fromEntries(told), "04112233445566")).toMatchObject({ uid: fromHex("04112233445566") });
    expect(select(double, "04112233445567")).toBeUndefined();
  });

  it("but not with a wrong check byte, a short answer, a cascade without end, or none", () => {
    expect(select({ ...single, "9320": "0102030405" })).toBeUndefined();
    expect(select({ ...single, "9320": "01020304" })).toBeUndefined();
    expect(select({ ...double, "95703344556644": "04", "9720": "3344556644", "97703344556644": "04" })).toBeUndefined();
    expect(select({ ...single, "26": "04" })).toBeUndefined();
    expect(select({})).toBeUndefined();
  });

  it("and a Type 1 tag is none", () => {
    expect(select({ ...single, "26": "000C" })).toBeUndefined();
    expect([isType1Atqa(fromHex("000C")), isType1Atqa(fromHex("4400"))]).toEqual([true, false]);
  });
});

it("a card that draws its UID anew is known by its SAK alone", () => {
  const card = (uid: string, sak: number) =>
    ({ technology: "nfc-a", uid: fromHex(uid), atqa: fromHex("0400"), sak }) as const;
  expect(isSameA(card("08AABBCC", 0x20), card("08112233", 0x20))).toBe(true);
  expect(isSameA(card("08AABBCC", 0x08), card("08112233", 0x20))).toBe(false);
  expect(isSameA(card("04AABBCC", 0x20), card("08112233", 0x20))).toBe(false);
  expect(isSameA(card("04AABBCC", 0x20), card("04AABBCD", 0x20))).toBe(false);
  expect(isSameA(undefined, card("08112233", 0x20))).toBe(false);
});
