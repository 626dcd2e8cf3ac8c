import { check, later, rejectsWithOther, same } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";
import { known, Watcher } from "../scene.ts";

/** close */
export const closeCases: readonly ContractCase[] = [
  contractCase("close ends what waits, and every later call", [], async (scene) => {
    const state = known(await scene.insertCard());
    const context = await scene.context();
    const connection = await scene.connect();
    const waiting = later(context.getStatusChange([state]));
    await context.close();
    await rejectsWithOther(waiting, "InvalidStateError", "a getStatusChange that waited");
    await rejectsWithOther(connection.transmit(scene.exchange().command), "InvalidStateError", "transmit");
    await rejectsWithOther(connection.status(), "InvalidStateError", "status");
    await rejectsWithOther(context.listReaders(), "InvalidStateError", "listReaders");
    await rejectsWithOther(context.getStatusChange([state]), "InvalidStateError", "getStatusChange");
    await rejectsWithOther(context.connect(scene.readerName, "shared"), "InvalidStateError", "connect");
    await connection.disconnect();
    await context.close();
    await context[Symbol.asyncDispose]();
  }),

  contractCase("close ends commands that wait", [], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const outcomes = Array.from({ length: 12 }, (_, index) =>
      scene.transmit(connection, index).then(
        () => "answered",
        () => "rejected",
      ),
    );
    await (await scene.context()).close();
    const settled = await Promise.all(outcomes);
    const firstRejected = settled.indexOf("rejected");
    check(
      firstRejected < 0 || !settled.slice(firstRejected).includes("answered"),
      `answers after a rejection: ${settled.join(", ")}`,
    );
  }),

  contractCase("close ends a watch without an error", [], async (scene) => {
    const context = await scene.context();
    const iterator = context.watch();
    await new Watcher(iterator).expect(scene.readerName, "reader-attached");
    const rest = (async () => {
      while ((await iterator.next()).done !== true);
    })();
    await context.close();
    await rest;
  }),

  contractCase("close leaves other contexts alone, and the reader free", ["second-context"], async (scene) => {
    await scene.insertCard();
    const first = await scene.createContext();
    const second = await scene.createContext();
    const one = await scene.connect("shared", first);
    const two = await scene.connect("shared", second);
    await scene.transmit(one);
    await first.close();
    await scene.transmit(two);
    check((await second.listReaders()).includes(scene.readerName), "the other context lost the reader");
    await two.disconnect();
  }),

  contractCase("close lets go of an exclusive connection", ["second-context", "exclusive"], async (scene) => {
    await scene.insertCard();
    const first = await scene.createContext();
    await scene.connect("exclusive", first);
    await first.close();
    await scene.transmit(await scene.connect("exclusive"));
    same((await scene.state()).eventState.present, true, "present");
  }),
];
