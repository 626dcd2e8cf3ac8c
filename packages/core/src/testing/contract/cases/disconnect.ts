import { later, rejectsWith, rejectsWithOther } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** disconnect */
export const disconnectCases: readonly ContractCase[] = [
  contractCase("disconnect can be called twice", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await connection.disconnect();
    await connection.disconnect();
    await Promise.all([connection.disconnect("reset"), connection.disconnect()]);
  }),

  contractCase("disconnect leaves the card to the others unless told otherwise", [], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect();
    const two = await scene.connect();
    await one.disconnect();
    await scene.transmit(two);
    await two[Symbol.asyncDispose]();
    await rejectsWithOther(two.status(), "InvalidStateError", "a disposed connection");
  }),

  contractCase("disconnect can unpower the card", ["unpower"], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect();
    const two = await scene.connect();
    await one.disconnect("unpower");
    const { command } = scene.exchange();
    await rejectsWith(two.transmit(command), ["reset-card", "unpowered-card"], "another after the card was unpowered");
    await two.disconnect();
    await scene.transmit(await scene.connect());
  }),

  contractCase("disconnect resolves when the card has gone before", ["insert-remove"], async (scene) => {
    await scene.insertCard();
    const one = await scene.connect();
    const two = await scene.connect();
    await scene.removeCard();
    await one.disconnect("reset");
    await two[Symbol.asyncDispose]();
  }),

  contractCase("commands that were sent before disconnect are answered before it", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const answers = [0, 1, 0].map((index) => scene.transmit(connection, index));
    const disconnecting = later(connection.disconnect());
    await Promise.all(answers);
    await disconnecting;
    await rejectsWithOther(connection.status(), "InvalidStateError", "status after disconnect");
  }),
];
