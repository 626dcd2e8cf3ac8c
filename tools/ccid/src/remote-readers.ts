import { type ChildProcess, fork } from "node:child_process";
import { type ReaderOrder, type ReaderReport } from "./reader-order.ts";

/** The process with the emulated readers, from outside. */
export class RemoteReaders {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #lastId = 0;

  constructor() {
    this.#child = fork(new URL("reader-process-main.mjs", import.meta.url));
    this.#child.on("message", (message) => {
      const { id, error } = message as ReaderReport;
      const waiter = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiter?.resolve();
      else waiter?.reject(new Error(error));
    });
  }

  order(order: ReaderOrder): Promise<void> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, order });
    });
  }

  close(): void {
    this.#child.disconnect();
  }
}
