import { PNP_NOTIFICATION } from "../../../smart-card.ts";
import { check, later, pause, rejectsWith, rejectsWithOther, rejectsWithReason, same, staysPending } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";
import { known } from "../scene.ts";

const SCARD_E_TIMEOUT = 0x8010_000a;
const COUNT_MODULUS = 0x1_0000;

/** getStatusChange */
export const statusChangeCases: readonly ContractCase[] = [
  contractCase("getStatusChange tells an unaware caller at once: an empty reader", ["insert-remove"], async (scene) => {
    const { readerName, eventState, answerToReset } = await scene.state();
    same(readerName, scene.readerName, "readerName");
    const { changed, empty, present, ignore, unavailable, unknown, mute, inuse, exclusive } = eventState;
    same({ changed, empty, present }, { changed: true, empty: true, present: false }, "the flags");
    same([ignore, unavailable, unknown, mute, inuse, exclusive].includes(true), false, "another flag");
    same(answerToReset?.length ?? 0, 0, "the length of the answer to reset without a card");
  }),

  contractCase("getStatusChange tells an unaware caller at once: a card", [], async (scene) => {
    await scene.insertCard();
    const { eventState, answerToReset } = await scene.state();
    const { changed, empty, present, ignore, unavailable, unknown, mute } = eventState;
    same({ changed, empty, present }, { changed: true, empty: false, present: true }, "the flags");
    same([ignore, unavailable, unknown, mute].includes(true), false, "another flag");
    same(answerToReset, scene.card.answerToReset, "the answer to reset");
  }),

  contractCase("getStatusChange takes a state without any flag for unaware", [], async (scene) => {
    const context = await scene.context();
    const [state] = await context.getStatusChange([{ readerName: scene.readerName, currentState: {} }]);
    same(state?.eventState.changed, true, "changed");
  }),

  contractCase("getStatusChange without news ends with SCARD_E_TIMEOUT when its time is over", [], async (scene) => {
    await scene.layCard();
    const context = await scene.context();
    const state = known(await scene.insertCard());
    for (const timeout of [0, 20]) {
      const error = await rejectsWithOther(
        context.getStatusChange([state], { timeout }),
        "UnknownError",
        `${timeout} ms without news`,
      );
      same(error.rawCode, SCARD_E_TIMEOUT, "rawCode");
    }
  }),

  contractCase("getStatusChange waits for a card to come and to go", ["insert-remove"], async (scene) => {
    const context = await scene.context();
    const empty = await scene.state();
    const inserting = context.getStatusChange([known(empty)]);
    await staysPending(inserting, "an empty reader");
    await scene.layCard();
    const [present] = await inserting;
    check(present !== undefined, "no reader reported");
    same(present.eventState.present && present.eventState.changed, true, "present and changed");
    same(present.answerToReset, scene.card.answerToReset, "the answer to reset");
    const removing = context.getStatusChange([known(present)]);
    await staysPending(removing, "a card that lies still");
    await scene.act("removeCard");
    const [gone] = await removing;
    same(gone?.eventState.empty, true, "empty");
    same(gone?.eventState.changed, true, "changed");
  }),

  contractCase("eventCount counts insertions and removals", ["insert-remove", "event-count"], async (scene) => {
    const { eventCount: start } = await scene.state();
    same((await scene.insertCard()).eventCount, (start + 1) % COUNT_MODULUS, "the count after an insertion");
    same((await scene.removeCard()).eventCount, (start + 2) % COUNT_MODULUS, "the count after a removal");
    same((await scene.insertCard()).eventCount, (start + 3) % COUNT_MODULUS, "the count after a second insertion");
  }),

  contractCase(
    "getStatusChange tells a card that was away unseen by its count",
    ["insert-remove", "quick-swap", "event-count"],
    async (scene) => {
      const context = await scene.context();
      const before = await scene.insertCard();
      const waiting = later(context.getStatusChange([known(before)]));
      await scene.act("swapCard");
      let [state] = await waiting;
      while (state !== undefined && state.eventCount !== (before.eventCount + 2) % COUNT_MODULUS)
        [state] = await context.getStatusChange([known(state)]);
      same(state?.eventState.present, true, "present");
    },
  ),

  contractCase("getStatusChange tells a mute card", ["mute-card"], async (scene) => {
    await scene.act("insertMuteCard");
    const { eventState, answerToReset } = await scene.stateWhere(({ present }) => present, "the mute card");
    same(eventState.mute, true, "mute");
    same(answerToReset?.length ?? 0, 0, "the length of a mute card's answer to reset");
  }),

  contractCase("getStatusChange ignores what it is told to", [], async (scene) => {
    const context = await scene.context();
    const [state] = await context.getStatusChange([
      { readerName: scene.readerName, currentState: { ignore: true, unaware: true } },
    ]);
    same(state?.eventState.ignore, true, "ignore");
    same(state?.eventState.changed, false, "changed");
  }),

  contractCase("getStatusChange answers for no readers at once", [], async (scene) => {
    same(await (await scene.context()).getStatusChange([]), [], "the states");
  }),

  contractCase("getStatusChange keeps the order of the question", ["pnp-notification"], async (scene) => {
    const context = await scene.context();
    const states = await context.getStatusChange([
      { readerName: PNP_NOTIFICATION, currentState: {}, currentCount: (await context.listReaders()).length },
      { readerName: scene.readerName, currentState: { unaware: true } },
    ]);
    same(
      states.map(({ readerName }) => readerName),
      [PNP_NOTIFICATION, scene.readerName],
      "the names",
    );
  }),

  contractCase("getStatusChange rejects an unknown reader", [], async (scene) => {
    const context = await scene.context();
    const asking = context.getStatusChange([{ readerName: "no such reader", currentState: { unaware: true } }]);
    await rejectsWith(asking, "unknown-reader", "an unknown reader");
  }),

  contractCase("getStatusChange ends with the reason of its signal", [], async (scene) => {
    const context = await scene.context();
    const state = known(await scene.insertCard());
    const aborter = new AbortController();
    const waiting = context.getStatusChange([state], { signal: aborter.signal });
    await staysPending(waiting, "a card that lies still");
    const reason = new Error("the caller's own reason");
    aborter.abort(reason);
    await rejectsWithReason(waiting, reason, "aborted while it waits");
    const asking = context.getStatusChange([{ ...state, currentState: { unaware: true } }], { signal: aborter.signal });
    await rejectsWithReason(asking, reason, "aborted before");
  }),

  contractCase("a getStatusChange that waits holds nothing up", [], async (scene) => {
    const context = await scene.context();
    const state = known(await scene.insertCard());
    const aborter = new AbortController();
    void later(context.getStatusChange([state], { signal: aborter.signal }));
    void later(context.getStatusChange([state], { signal: aborter.signal }));
    check((await context.listReaders()).length > 0, "listReaders has no reader");
    await scene.transmit(await scene.connect());
    aborter.abort();
  }),

  contractCase("the pseudo reader counts readers", ["pnp-notification"], async (scene) => {
    const context = await scene.context();
    const count = (await context.listReaders()).length;
    const ask = (currentCount: number, timeout?: number): ReturnType<typeof context.getStatusChange> =>
      context.getStatusChange(
        [{ readerName: PNP_NOTIFICATION, currentState: {}, currentCount }],
        timeout === undefined ? {} : { timeout },
      );
    const [state] = await ask(count + 1);
    same(state?.eventState.changed, true, "changed");
    same(state?.eventCount, count, "eventCount");
    await rejectsWithOther(ask(count, 0), "UnknownError", "the number that it is");
  }),

  contractCase(
    "the pseudo reader waits for readers to come and go",
    ["attach-detach", "pnp-notification"],
    async (scene) => {
      const context = await scene.context();
      const count = (await context.listReaders()).length;
      const ask = (currentCount: number): ReturnType<typeof context.getStatusChange> =>
        context.getStatusChange([{ readerName: PNP_NOTIFICATION, currentState: {}, currentCount }]);
      const attaching = ask(count);
      await staysPending(attaching, "the same readers");
      await scene.attachReader();
      const [attached] = await attaching;
      same(attached?.eventState.changed, true, "changed");
      same(attached?.eventCount, count + 1, "eventCount");
      const detaching = ask(count + 1);
      await staysPending(detaching, "the same readers");
      await scene.act("detachReader");
      const [detached] = await detaching;
      same(detached?.eventCount, count, "eventCount");
    },
  ),

  contractCase("getStatusChange tells a reader that is detached", ["attach-detach"], async (scene) => {
    const context = await scene.context();
    const other = await scene.attachReader();
    await scene.listed(other, true);
    let [state] = await context.getStatusChange([{ readerName: other, currentState: { unaware: true } }]);
    // what was just plugged in may be listed before it is open
    while (state?.eventState.unavailable === true) [state] = await context.getStatusChange([known(state)]);
    check(state !== undefined, "no reader reported");
    const waiting = context.getStatusChange([known(state)]);
    await staysPending(waiting, "an idle reader");
    await scene.act("detachReader");
    [state] = await waiting;
    same(state?.eventState.changed, true, "changed");
    same(state?.eventState.unknown === true || state?.eventState.unavailable === true, true, "unknown or unavailable");
    await scene.listed(other, false);
    const asking = context.getStatusChange([{ readerName: other, currentState: { unaware: true } }]);
    await rejectsWith(asking, "unknown-reader", "a reader that was detached");
  }),

  contractCase("getStatusChange tells a card in use", ["sharing-flags"], async (scene) => {
    await scene.insertCard();
    const sharing = async (): Promise<unknown> => {
      const { inuse, exclusive } = (await scene.state()).eventState;
      return { inuse, exclusive };
    };
    same(await sharing(), { inuse: false, exclusive: false }, "before");
    const one = await scene.connect();
    const two = await scene.connect();
    same(await sharing(), { inuse: true, exclusive: false }, "with two shared connections");
    await one.disconnect();
    same(await sharing(), { inuse: true, exclusive: false }, "with one shared connection");
    await two.disconnect();
    same(await sharing(), { inuse: false, exclusive: false }, "afterwards");
  }),

  contractCase("getStatusChange tells a card in exclusive use", ["sharing-flags", "exclusive"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect("exclusive");
    same((await scene.state()).eventState.exclusive, true, "exclusive");
    await connection.disconnect();
    same((await scene.state()).eventState.exclusive, false, "exclusive afterwards");
  }),

  contractCase("every getStatusChange that waits is told", ["insert-remove"], async (scene) => {
    const context = await scene.context();
    const empty = known(await scene.state());
    const waiting = [1, 2, 3].map(() => later(context.getStatusChange([empty])));
    await pause(10);
    await scene.layCard();
    for (const states of await Promise.all(waiting)) same(states[0]?.eventState.present, true, "present");
  }),
];
