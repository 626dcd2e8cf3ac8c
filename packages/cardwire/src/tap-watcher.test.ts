import { expect, test } from "vitest";
import { FakeContext } from "../test/fake-context.ts";
import { watchTaps } from "./tap-watcher.ts";

const CONTACT = "3B00";

test("listeners hear what happens, each its own events, until it is closed", async () => {
  const context = new FakeContext();
  const heard: string[] = [];
  const watcher = watchTaps({ context });
  const late = (): unknown => heard.push("never");
  watcher
    .on("reader-attached", ({ reader }) => heard.push(`attached ${reader}`))
    .on("tap", ({ tap }) => heard.push(`tap ${tap.reader} ${tap.card.name}`))
    .on("tap", late)
    .off("tap", late)
    .on("card-removed", ({ reader }) => heard.push(`removed ${reader}`))
    .on("service-lost", () => heard.push("lost"))
    .on("end", () => heard.push("end"));
  context.emit({ type: "reader-attached", readerName: "A" });
  context.insert("A", CONTACT);
  context.remove("A");
  context.emit({ type: "service-lost" });
  await expect.poll(() => heard).toEqual(["attached A", "tap A contact card", "removed A", "lost"]);
  await watcher.close();
  await watcher.done;
  expect(heard.at(-1)).toBe("end");
});

test("what a listener throws, now or later, is an error for whoever listens, and does not end the watching", async () => {
  const context = new FakeContext();
  const errors: unknown[] = [];
  const seen: string[] = [];
  await using watcher = watchTaps({ context });
  watcher
    .on("tap", () => {
      throw new Error("now");
    })
    .on("tap", async () => {
      await Promise.resolve();
      throw new Error("later");
    })
    .on("tap", ({ reader }) => seen.push(reader))
    .on("error", (error) => errors.push(error));
  context.insert("A", CONTACT);
  context.insert("B", CONTACT);
  await expect.poll(() => errors.length).toBe(4);
  expect(seen).toEqual(["A", "B"]);
  expect(errors.map(String).sort()).toEqual(["Error: later", "Error: later", "Error: now", "Error: now"]);
});

test("an error that nobody listens for is in done, and so is the context's", async () => {
  const context = new FakeContext();
  const watcher = watchTaps({ context }).on("tap", () => {
    throw new Error("unheard");
  });
  context.insert("A", CONTACT);
  await expect(watcher.done).rejects.toThrow("unheard");
  await watcher.close();

  const broken = new FakeContext();
  const other = watchTaps({ context: broken });
  await expect.poll(() => broken.watching).toBe(1);
  broken.fail(new Error("broken"));
  await expect(other.done).rejects.toThrow("broken");
});

test("the signal ends it", async () => {
  const context = new FakeContext();
  const stopper = new AbortController();
  const watcher = watchTaps({ context, signal: stopper.signal });
  await expect.poll(() => context.watching).toBe(1);
  stopper.abort();
  await watcher.done;
});
