import type { SmartCardDisposition } from "../../../smart-card.ts";
import { check, later, rejectsWith, rejectsWithOther, rejectsWithReason, same, staysPending } from "../check.ts";
import { contractCase } from "../contract-case.ts";
import type { ContractCase } from "../harness.ts";

/** startTransaction */
export const transactionCases: readonly ContractCase[] = [
  contractCase("a transaction runs its callback and ends with it", ["transactions"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    for (let round = 0; round < 3; round++)
      await connection.startTransaction(async () => {
        await scene.transmit(connection, 0);
        await scene.transmit(connection, 1);
      });
    await scene.transmit(connection);
  }),

  contractCase("a transaction keeps the commands of others waiting", ["transactions"], async (scene) => {
    await scene.insertCard();
    const holder = await scene.connect();
    const other = await scene.connect("shared", await scene.createContextOrSame());
    const log: string[] = [];
    let waiting: Promise<void> | undefined;
    await holder.startTransaction(async () => {
      await scene.transmit(holder, 0);
      waiting = scene.transmit(other, 1).then(() => {
        log.push("other");
      });
      await staysPending(waiting, "a command of another connection");
      await scene.transmit(holder, 1);
      log.push("holder");
    });
    check(waiting !== undefined, "the callback did not run");
    await waiting;
    same(log, ["holder", "other"], "the order");
  }),

  contractCase("transactions of two connections follow each other", ["transactions"], async (scene) => {
    await scene.insertCard();
    const connections = [await scene.connect(), await scene.connect("shared", await scene.createContextOrSame())];
    let inside = 0;
    await Promise.all(
      connections.map(async (connection, which) => {
        for (let round = 0; round < 3; round++)
          await connection.startTransaction(async () => {
            same(inside++, 0, "transactions at the same time");
            await scene.transmit(connection, which);
            inside--;
          });
      }),
    );
  }),

  contractCase("a callback's rejection is the transaction's", ["transactions"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    const reason = new Error("the callback's own reason");
    const failing = connection.startTransaction(() => Promise.reject(reason));
    await rejectsWithReason(failing, reason, "a callback that rejects");
    await connection.disconnect();
    await scene.transmit(await scene.connect());
  }),

  contractCase("a transaction ends with the disposition of its callback", ["transactions", "reset"], async (scene) => {
    await scene.insertCard();
    for (const disposition of ["leave", "reset"] as const) {
      const holder = await scene.connect();
      const other = await scene.connect();
      await holder.startTransaction((): Promise<SmartCardDisposition> => Promise.resolve(disposition));
      if (disposition === "leave") await scene.transmit(other);
      else await rejectsWith(other.transmit(scene.exchange().command), "reset-card", "another after a reset");
      await holder.disconnect();
      await other.disconnect();
    }
  }),

  contractCase("a second transaction of a connection is an InvalidStateError", ["transactions"], async (scene) => {
    await scene.insertCard();
    const connection = await scene.connect();
    await connection.startTransaction(async () => {
      const second = connection.startTransaction(() => Promise.resolve());
      await rejectsWithOther(second, "InvalidStateError", "a transaction within a transaction");
    });
    await connection.startTransaction(() => Promise.resolve());
  }),

  contractCase(
    "a callback that leaves an operation running: an InvalidStateError, later",
    ["transactions"],
    async (scene) => {
      await scene.insertCard();
      const connection = await scene.connect();
      let operation: Promise<void> | undefined;
      const transaction = connection.startTransaction(() => {
        operation = later(scene.transmit(connection));
        return Promise.resolve();
      });
      await rejectsWithOther(transaction, "InvalidStateError", "an operation left running");
      check(operation !== undefined, "the callback did not run");
      await operation;
      await scene.transmit(connection);
    },
  ),

  contractCase("a transaction that waits for another can be aborted", ["transactions"], async (scene) => {
    await scene.insertCard();
    const holder = await scene.connect();
    const other = await scene.connect("shared", await scene.createContextOrSame());
    const aborter = new AbortController();
    const reason = new Error("the caller's own reason");
    let called = false;
    const callback = (): Promise<void> => {
      called = true;
      return Promise.resolve();
    };
    await holder.startTransaction(async () => {
      const waiting = other.startTransaction(callback, { signal: aborter.signal });
      await staysPending(waiting, "a transaction during another's");
      aborter.abort(reason);
      await rejectsWithReason(waiting, reason, "a transaction that waits");
    });
    await rejectsWithReason(other.startTransaction(callback, { signal: aborter.signal }), reason, "aborted before");
    check(!called, "the callback of an aborted transaction was called");
    await other.startTransaction(callback);
    check(called, "the callback was not called");
  }),

  contractCase("a connection that is disconnected gives its transaction up", ["transactions"], async (scene) => {
    await scene.insertCard();
    const holder = await scene.connect();
    const other = await scene.connect("shared", await scene.createContextOrSame());
    const transaction = holder.startTransaction(() => holder.disconnect());
    await rejectsWithOther(transaction, "InvalidStateError", "a transaction without a connection");
    await other.startTransaction(() => Promise.resolve());
  }),

  contractCase(
    "a context that is closed gives its transactions up",
    ["transactions", "second-context"],
    async (scene) => {
      await scene.insertCard();
      const context = await scene.createContext();
      const holder = await scene.connect("shared", context);
      const other = await scene.connect();
      let begun!: () => void;
      const within = new Promise<void>((resolve) => (begun = resolve));
      let leave!: () => void;
      const transaction = later(
        holder.startTransaction(() => {
          begun();
          return new Promise<void>((resolve) => (leave = resolve));
        }),
      );
      await within;
      await context.close();
      leave();
      await rejectsWithOther(transaction, "InvalidStateError", "a transaction without a context");
      // whether the card was reset for it is the resource manager's choice
      await other.disconnect();
      const next = await scene.connect();
      await next.startTransaction(() => scene.transmit(next));
    },
  ),

  contractCase(
    "a card that is taken away takes the transaction along",
    ["transactions", "insert-remove"],
    async (scene) => {
      await scene.insertCard();
      const connection = await scene.connect();
      const transaction = connection.startTransaction(async () => {
        await scene.removeCard();
        await connection.transmit(scene.exchange().command);
      });
      await rejectsWith(transaction, "removed-card", "a transaction without a card");
      await connection.disconnect();
      await scene.insertCard();
      const next = await scene.connect();
      await next.startTransaction(() => scene.transmit(next));
    },
  ),
];
