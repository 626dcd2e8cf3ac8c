import { fromHex, type RfLink, runDialogue, toHex } from "@cardwire/core";
import { expect, test } from "vitest";
import { noteTag } from "./family.ts";
import { NoteTag } from "./silicon.ts";

/** The air between a session and a single tag. */
function airOf(tag: NoteTag): RfLink {
  return {
    exchange(request) {
      if (request.kind === "frame") return tag.receive(request) ?? { kind: "failure", reason: "timeout" };
      if (request.kind === "reselect" && tag.select() !== undefined) return { kind: "done" };
      return { kind: "failure", reason: "unsupported" };
    },
  };
}

test("a read is one frame", async () => {
  const tag = new NoteTag();
  tag.setPowered(true);
  const [target] = tag.select() ?? [];
  if (target === undefined) throw new Error("the tag does not answer");
  const session = await runDialogue(noteTag.activate(target, { profile: "documented" }), airOf(tag));

  const dialogue = session.transmit(fromHex("FFB0000204"), 258);
  expect(dialogue.next().value).toMatchObject({ kind: "frame", data: fromHex("B002") });
  const end = dialogue.next({ kind: "frame", data: fromHex("01020304"), lastBits: 8 });
  expect(end.value).toMatchObject({ response: fromHex("010203049000"), status: 0, cardLost: false });
});

test.each([
  // APDU, by the documents, by Windows' driver
  ["FFCA000000", "112233449000", "112233449000"],
  ["FFD6000204CAFEBABE", "9000", "9000"],
  ["FFB0000204", "CAFEBABE9000", "CAFEBABE9000"],
  ["FFB0000202", "6C04", "CAFEBABE6C04"],
  ["FFD6000004CAFEBABE", "6982", "6982"],
  ["FFB0000804", "6A82", "6981"],
  ["FFB0000204", "CAFEBABE9000", "CAFEBABE9000"],
  ["FFA4000000", "6D00", "6A81"],
])("%s over silicon", async (apdu, documented, nfccx) => {
  for (const [profile, response] of [
    ["documented", documented],
    ["nfccx", nfccx],
  ] as const) {
    const tag = new NoteTag();
    tag.memory.set(fromHex("11223344"));
    tag.memory.set(fromHex("CAFEBABE"), 8);
    tag.setPowered(true);
    const [target] = tag.select() ?? [];
    if (target === undefined) throw new Error("the tag does not answer");
    const air = airOf(tag);
    const session = await runDialogue(noteTag.activate(target, { profile }), air);
    const outcome = await runDialogue(session.transmit(fromHex(apdu), 258), air);
    expect(toHex(outcome.response)).toBe(response);
    expect(outcome.cardLost).toBe(false);
    expect(await runDialogue(session.checkPresence(), air)).toBe(true);
  }
});
