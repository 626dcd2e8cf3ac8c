import { same, staysPending } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";
import { Watcher } from "../scene.ts";

const COUNT_MODULUS = 0x1_0000;

/** watch */
export const watchCases: readonly ContractCase[] = [
  contractCase("watch begins with what is already there", [], async (scene) => {
    await scene.insertCard();
    const watcher = new Watcher((await scene.context()).watch());
    await watcher.expect(scene.readerName, "reader-attached");
    const inserted = await watcher.expect(scene.readerName, "card-inserted");
    same(inserted.answerToReset, scene.card.answerToReset, "answerToReset");
    await watcher.end();
  }),

  contractCase(
    "watch tells cards that come and go, with their counts",
    ["insert-remove", "event-count"],
    async (scene) => {
      const watcher = new Watcher((await scene.context()).watch());
      await watcher.expect(scene.readerName, "reader-attached");
      let count: number | undefined;
      for (let round = 0; round < 3; round++) {
        await scene.layCard();
        const inserted = await watcher.expect(scene.readerName, "card-inserted");
        if (count !== undefined) same(inserted.eventCount, (count + 1) % COUNT_MODULUS, "the count of an insertion");
        await scene.act("removeCard");
        const removed = await watcher.expect(scene.readerName, "card-removed");
        same(removed.eventCount, (inserted.eventCount + 1) % COUNT_MODULUS, "the count of a removal");
        count = removed.eventCount;
      }
      await watcher.end();
    },
  ),

  contractCase(
    "watch tells a card that was away unseen as two events",
    ["insert-remove", "quick-swap", "event-count"],
    async (scene) => {
      const watcher = new Watcher((await scene.context()).watch());
      await watcher.expect(scene.readerName, "reader-attached");
      await scene.layCard();
      const first = await watcher.expect(scene.readerName, "card-inserted");
      await scene.act("swapCard");
      const removed = await watcher.expect(scene.readerName, "card-removed");
      const second = await watcher.expect(scene.readerName, "card-inserted");
      same(removed.eventCount, (first.eventCount + 1) % COUNT_MODULUS, "the count of the removal");
      same(second.eventCount, (first.eventCount + 2) % COUNT_MODULUS, "the count of the second insertion");
      await watcher.end();
    },
  ),

  contractCase("watch tells readers that come and go", ["attach-detach"], async (scene) => {
    const context = await scene.context();
    const iterator = context.watch();
    const watcher = new Watcher(iterator);
    await watcher.expect(scene.readerName, "reader-attached");
    const other = await scene.attachReader();
    await watcher.expect(other, "reader-attached");
    await scene.act("detachReader");
    let event = await watcher.next(other);
    // a reader may have brought a card along
    while (event.type === "card-inserted" || event.type === "card-removed") event = await watcher.next(other);
    same(event.type, "reader-detached", "the event");
    await watcher.end();
  }),

  contractCase("watch ends with its signal, without an error", [], async (scene) => {
    const aborter = new AbortController();
    const iterator = (await scene.context()).watch({ signal: aborter.signal });
    await new Watcher(iterator).expect(scene.readerName, "reader-attached");
    let ended = false;
    const rest = (async () => {
      while ((await iterator.next()).done !== true);
      ended = true;
    })();
    await staysPending(rest, "a watch of a still reader");
    aborter.abort();
    await rest;
    same(ended, true, "ended");
    same((await iterator.next()).done, true, "done");
  }),

  contractCase("watch ends when its loop is left", [], async (scene) => {
    const context = await scene.context();
    for await (const event of context.watch()) if (event.type === "reader-attached") break;
    await scene.insertCard();
    await scene.transmit(await scene.connect());
  }),

  contractCase("two watches of a context are told the same", ["insert-remove"], async (scene) => {
    const context = await scene.context();
    const watchers = [new Watcher(context.watch()), new Watcher(context.watch())];
    for (const watcher of watchers) await watcher.expect(scene.readerName, "reader-attached");
    await scene.layCard();
    for (const watcher of watchers) await watcher.expect(scene.readerName, "card-inserted");
    for (const watcher of watchers) await watcher.end();
  }),

  contractCase("watch outlives the service", ["service"], async (scene) => {
    const watcher = new Watcher((await scene.context()).watch());
    await watcher.expect(scene.readerName, "reader-attached");
    await scene.act("stopService");
    await watcher.expect(scene.readerName, "reader-detached");
    await watcher.expect(scene.readerName, "service-lost");
    await scene.act("startService");
    await watcher.expect(scene.readerName, "service-restored");
    await watcher.expect(scene.readerName, "reader-attached");
    await watcher.end();
  }),
];
