import { describe, expect, it } from "vitest";
import {
  ConnectionTransactions,
  isSmartCardOtherError,
  isUsageError,
  SerialQueue,
  type SmartCardDisposition,
} from "./index.ts";

function setUp(endsWith?: Error) {
  const operations = new SerialQueue();
  const log: string[] = [];
  const transactions = new ConnectionTransactions({
    begin: (signal) => {
      log.push("begin");
      return signal?.aborted === true ? Promise.reject(new Error("aborted")) : Promise.resolve();
    },
    end: (disposition) => {
      log.push(`end ${disposition}`);
      return endsWith === undefined ? Promise.resolve() : Promise.reject(endsWith);
    },
    operations,
  });
  return { operations, log, transactions };
}

describe("ConnectionTransactions", () => {
  it.each([
    ["leave", undefined],
    ["leave", "leave"],
    ["reset", "reset"],
    ["unpower", "unpower"],
    ["eject", "eject"],
  ] as const)("ends with %s when the callback resolves to %s", async (ended, resolved) => {
    const { transactions, log } = setUp();
    await transactions.run(() => {
      expect(transactions.active).toBe(true);
      log.push("callback");
      return Promise.resolve(resolved);
    });
    expect(log).toEqual(["begin", "callback", `end ${ended}`]);
    expect(transactions.active).toBe(false);
  });

  it("ends with reset and rejects with the very reason of the callback, thrown or rejected", async () => {
    const reason = { not: "an error" };
    for (const callback of [
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- callers may reject with anything
      () => Promise.reject(reason),
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- and throw it
        throw reason;
      },
    ]) {
      const { transactions, log } = setUp(new Error("end fails too"));
      await expect(transactions.run(callback)).rejects.toBe(reason);
      expect(log).toEqual(["begin", "end reset"]);
    }
  });

  it("does not call back when the reader cannot be had, and can be tried again", async () => {
    const { transactions, log } = setUp();
    await expect(
      transactions.run(() => Promise.reject(new Error("called")), { signal: AbortSignal.abort() }),
    ).rejects.toThrow("aborted");
    await transactions.run(() => Promise.resolve());
    expect(log).toEqual(["begin", "begin", "end leave"]);
  });

  it("ends after an operation that the callback did not wait for, and says so", async () => {
    const { transactions, operations, log } = setUp();
    let finish!: () => void;
    const failed = transactions
      .run(() => {
        void operations.run(
          () =>
            new Promise<void>((resolve) => {
              finish = () => {
                log.push("operation done");
                resolve();
              };
            }),
        );
        return Promise.resolve("unpower");
      })
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(log).toEqual(["begin"]);
    finish();
    const error = await failed;
    expect(isSmartCardOtherError(error) && error.name).toBe("InvalidStateError");
    expect(log).toEqual(["begin", "operation done", "end unpower"]);
  });

  it("rejects a second one while the first lasts", async () => {
    const { transactions, log } = setUp();
    let inner: unknown;
    await transactions.run(async () => {
      inner = await transactions.run(() => Promise.resolve()).catch((error: unknown) => error);
    });
    expect(isSmartCardOtherError(inner) && inner.name).toBe("InvalidStateError");
    expect(log).toEqual(["begin", "end leave"]);
  });

  it("hands on the failure to end", async () => {
    const { transactions } = setUp(new Error("the card is gone"));
    await expect(transactions.run(() => Promise.resolve())).rejects.toThrow("the card is gone");
  });

  it("ends with reset when the callback resolves to something else", async () => {
    const { transactions, log } = setUp();
    const wrong = "burn" as SmartCardDisposition;
    const error: unknown = await transactions.run(() => Promise.resolve(wrong)).catch((reason: unknown) => reason);
    expect(isUsageError(error)).toBe(true);
    expect(log).toEqual(["begin", "end reset"]);
  });
});
