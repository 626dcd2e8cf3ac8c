import { describe, expect, it } from "vitest";
import { type RfDialogue, type RfLink, type RfReply, type RfRequest, runDialogue } from "./index.ts";

const FIELD: RfRequest = { kind: "field", on: true };
const DONE: RfReply = { kind: "done" };
const TIMEOUT: RfReply = { kind: "failure", reason: "timeout" };

/** Asks as often as it is told, and gives the kinds of the answers. */
function* dialogue(requests: number, log: string[] = []): RfDialogue<string[]> {
  const answers: string[] = [];
  try {
    for (let index = 0; index < requests; index++) answers.push((yield FIELD).kind);
    return answers;
  } finally {
    log.push("left");
  }
}

/** Asks, and asks once more when the link breaks. */
function* stubborn(): RfDialogue<string> {
  try {
    return (yield FIELD).kind;
  } catch (error) {
    return `${(error as Error).message}, then ${(yield FIELD).kind}`;
  }
}

/** A link that answers with these in turn: replies, promises, or errors to throw. */
function link(...answers: (RfReply | Promise<RfReply> | Error)[]): RfLink {
  return {
    exchange() {
      const answer = answers.shift();
      if (answer === undefined) throw new Error("one request too many");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe("runDialogue", () => {
  it("stays synchronous with a link that answers at once", () => {
    expect(runDialogue(dialogue(0), link())).toEqual([]);
    expect(runDialogue(dialogue(3), link(DONE, TIMEOUT, DONE))).toEqual(["done", "failure", "done"]);
  });

  it("gives a promise from the first request on that is answered with one", async () => {
    for (const answers of [
      [Promise.resolve(DONE), TIMEOUT, DONE],
      [DONE, Promise.resolve(TIMEOUT), DONE],
      [DONE, TIMEOUT, Promise.resolve(DONE)],
      [Promise.resolve(DONE), Promise.resolve(TIMEOUT), Promise.resolve(DONE)],
    ]) {
      const result = runDialogue(dialogue(3), link(...answers));
      expect(result).toBeInstanceOf(Promise);
      expect(await result).toEqual(["done", "failure", "done"]);
    }
  });

  it("throws what the link throws into the dialogue, and out of it", () => {
    const log: string[] = [];
    expect(() => runDialogue(dialogue(2, log), link(DONE, new Error("unplugged")))).toThrow("unplugged");
    expect(log).toEqual(["left"]);
  });

  it("rejects with what the link throws or rejects with later", async () => {
    for (const failure of [new Error("unplugged"), Promise.reject(new Error("unplugged"))]) {
      const log: string[] = [];
      const result = runDialogue(dialogue(3, log), link(Promise.resolve(DONE), DONE, failure));
      await expect(result).rejects.toThrow("unplugged");
      expect(log).toEqual(["left"]);
    }
  });

  it("goes on with a dialogue that catches it", async () => {
    expect(runDialogue(stubborn(), link(new Error("unplugged"), DONE))).toBe("unplugged, then done");
    expect(await runDialogue(stubborn(), link(new Error("unplugged"), Promise.resolve(DONE)))).toBe(
      "unplugged, then done",
    );
    expect(await runDialogue(stubborn(), link(Promise.reject(new Error("unplugged")), DONE))).toBe(
      "unplugged, then done",
    );
  });

  it("hands on what the dialogue itself throws", async () => {
    function* broken(): RfDialogue<never> {
      yield FIELD;
      throw new Error("a defect");
    }
    expect(() => runDialogue(broken(), link(DONE))).toThrow("a defect");
    await expect(runDialogue(broken(), link(Promise.resolve(DONE)))).rejects.toThrow("a defect");
  });
});
