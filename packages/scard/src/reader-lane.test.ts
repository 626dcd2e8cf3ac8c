import { expect, test } from "vitest";
import { ReaderLane } from "./reader-lane.ts";

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("calls run one at a time, in the order in which they came", async () => {
  const lane = new ReaderLane<string>();
  const log: string[] = [];
  const first = gate();
  const calls = ["a", "b", "c"].map((owner) =>
    lane.run(owner, async () => {
      log.push(`${owner} begins`);
      if (owner === "a") await first.opened;
      log.push(`${owner} ends`);
    }),
  );
  await Promise.resolve();
  expect(log).toEqual(["a begins"]);
  first.open();
  await Promise.all(calls);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
});

test("who holds it passes all who wait", async () => {
  const lane = new ReaderLane<string>();
  const log: string[] = [];
  const note = (text: string) => (): Promise<void> => {
    log.push(text);
    return Promise.resolve();
  };
  await lane.run("holder", () => {
    lane.hold("holder");
    return Promise.resolve();
  });
  const waiting = lane.run("other", note("other"));
  await lane.run("holder", note("holder"));
  await lane.run("holder", note("holder again"));
  lane.release("nobody");
  await Promise.resolve();
  expect(log).toEqual(["holder", "holder again"]);
  lane.release("holder");
  await waiting;
  expect(log).toEqual(["holder", "holder again", "other"]);
});

test("a call that failed lets the next one in", async () => {
  const lane = new ReaderLane<string>();
  const failing = lane.run("a", () => Promise.reject(new Error("no")));
  const next = lane.run("b", () => Promise.resolve(1));
  await expect(failing).rejects.toThrow("no");
  await expect(next).resolves.toBe(1);
});

test("a wait can be aborted, and leaves its place to others", async () => {
  const lane = new ReaderLane<string>();
  const first = gate();
  const running = lane.run("a", () => first.opened);
  const aborter = new AbortController();
  const reason = new Error("mine");
  const aborted = lane.run("b", () => Promise.reject(new Error("ran all the same")), aborter.signal);
  const next = lane.run("c", () => Promise.resolve("c"));
  aborter.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  await expect(lane.run("d", () => Promise.resolve(), AbortSignal.abort(reason))).rejects.toBe(reason);
  first.open();
  await running;
  await expect(next).resolves.toBe("c");
});
