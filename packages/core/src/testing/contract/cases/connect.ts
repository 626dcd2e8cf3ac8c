import type { SmartCardConnection } from "../../../smart-card.ts";
import { check, rejectsWith, rejectsWithOther, rejectsWithReason, same, staysPending } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** connect and status */
export const connectCases: readonly ContractCase[] = [
  contractCase("connect gives a connection and the protocol in use", [], async (scene) => {
    await scene.insertCard();
    const context = await scene.context();
    const { connection, activeProtocol } = await context.connect(scene.readerName, "shared", {
      preferredProtocols: [scene.card.protocol],
    });
    same(activeProtocol, scene.card.protocol, "activeProtocol");
    await scene.transmit(connection);
  }),

  contractCase("connect takes either protocol where none is preferred", [], async (scene) => {
    await scene.insertCard();
    const { connection, activeProtocol } = await (await scene.context()).connect(scene.readerName, "shared");
    same(activeProtocol, scene.card.protocol, "activeProtocol");
    await scene.transmit(connection);
  }),

  contractCase("status tells reader, protocol and answer to reset", [], async (scene) => {
    await scene.insertCard();
    const { readerName, state, answerToReset } = await (await scene.connect()).status();
    same(readerName, scene.readerName, "readerName");
    same(state, scene.card.protocol, "state");
    same(answerToReset, scene.card.answerToReset, "answerToReset");
  }),

  contractCase("connect rejects a protocol that the card does not speak", ["refused-protocol"], async (scene) => {
    await scene.insertCard();
    const { refusedProtocol } = scene.card;
    check(refusedProtocol !== undefined, "the harness's card names no refusedProtocol");
    const context = await scene.context();
    const refused = context.connect(scene.readerName, "shared", { preferredProtocols: [refusedProtocol] });
    await rejectsWith(refused, "proto-mismatch", "a protocol that the card does not speak");
    await scene.transmit(await scene.connect());
  }),

  contractCase("connect rejects an unknown reader, and the error says which and what", [], async (scene) => {
    const context = await scene.context();
    const error = await rejectsWith(context.connect("no such reader", "shared"), "unknown-reader", "an unknown reader");
    same(error.rawCode, 0x8010_0009, "rawCode");
    same(error.symbol, "SCARD_E_UNKNOWN_READER", "symbol");
    same(error.readerName, "no such reader", "readerName");
  }),

  contractCase("connect rejects an empty reader", ["insert-remove"], async (scene) => {
    await rejectsWith(scene.connect(), "no-smartcard", "an empty reader");
    await scene.insertCard();
    await scene.transmit(await scene.connect());
  }),

  contractCase("connect rejects a mute card", ["mute-card"], async (scene) => {
    await scene.act("insertMuteCard");
    await scene.stateWhere(({ present }) => present, "the mute card");
    await rejectsWith(scene.connect(), ["unresponsive-card", "unpowered-card"], "a mute card");
  }),

  contractCase("connections share a card", [], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect();
    const two = await scene.connect();
    await scene.transmit(one, 0);
    await scene.transmit(two, 1);
    await scene.transmit(one, 1);
  }),

  contractCase("connections of two contexts share a card", ["second-context"], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect("shared");
    const two = await scene.connect("shared", await scene.createContext());
    await scene.transmit(one, 0);
    await scene.transmit(two, 1);
  }),

  contractCase("an exclusive connection keeps others out until it is disconnected", ["exclusive"], async (scene) => {
    await scene.insertCard();
    const holder = await scene.connect("exclusive");
    await scene.transmit(holder);
    await rejectsWith(scene.connect("shared"), "sharing-violation", "shared beside exclusive");
    await rejectsWith(scene.connect("exclusive"), "sharing-violation", "exclusive beside exclusive");
    await holder.disconnect();
    await scene.transmit(await scene.connect("shared"));
  }),

  contractCase("an exclusive connection is not to be had beside a shared one", ["exclusive"], async (scene) => {
    await scene.insertCard();
    const sharer = await scene.connect("shared");
    await rejectsWith(scene.connect("exclusive"), "sharing-violation", "exclusive beside shared");
    await sharer.disconnect();
    await scene.transmit(await scene.connect("exclusive"));
  }),

  contractCase("a direct connection needs no card", ["direct", "insert-remove"], async (scene) => {
    const context = await scene.context();
    const { connection, activeProtocol } = await context.connect(scene.readerName, "direct");
    same(activeProtocol, undefined, "activeProtocol");
    same((await connection.status()).readerName, scene.readerName, "readerName");
    const transmitting = connection.transmit(scene.exchange().command);
    await rejectsWithOther(transmitting, "InvalidStateError", "transmit without a protocol");
    await connection.disconnect();
    await scene.insertCard();
    await scene.transmit(await scene.connect());
  }),

  contractCase("connect with an aborted signal rejects with its reason and connects nothing", [], async (scene) => {
    await scene.insertCard();
    const context = await scene.context();
    const reason = new Error("the caller's own reason");
    const aborted = context.connect(scene.readerName, "shared", { signal: AbortSignal.abort(reason) });
    await rejectsWithReason(aborted, reason, "an aborted signal");
    await scene.transmit(await scene.connect());
  }),

  contractCase("connect waits for another's transaction, and can be aborted", ["transactions"], async (scene) => {
    await scene.insertCard();
    const holder = await scene.connect();
    const context = await scene.createContextOrSame();
    const aborter = new AbortController();
    let second: Promise<SmartCardConnection> | undefined;
    await holder.startTransaction(async () => {
      const aborted = context.connect(scene.readerName, "shared", { signal: aborter.signal });
      await staysPending(aborted, "connect during another's transaction");
      const reason = new Error("the caller's own reason");
      aborter.abort(reason);
      await rejectsWithReason(aborted, reason, "a connect that waited");
      second = scene.connect("shared", context);
      await staysPending(second, "connect during another's transaction");
    });
    check(second !== undefined, "the callback did not run");
    await scene.transmit(await second);
  }),
];
