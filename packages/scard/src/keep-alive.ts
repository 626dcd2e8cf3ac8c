import { type Clock } from "@cardwire/core";

/** Windows resets a card whose transaction is idle for five seconds (SCardBeginTransaction, since Windows 8). */
const INTERVAL_MS = 2_000;

/** Makes a harmless call now and then, as long as a transaction lasts. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #call: () => Promise<unknown>;
  #stop: (() => void) | undefined;
  #isCalling = false;

  constructor(clock: Clock, call: () => Promise<unknown>) {
    this.#clock = clock;
    this.#call = call;
  }

  start(): void {
    this.#stop = this.#clock.schedule(INTERVAL_MS, () => {
      this.start();
      // behind a long call of the transaction's own there is nothing to keep alive
      if (this.#isCalling) return;
      this.#isCalling = true;
      const over = (): void => {
        this.#isCalling = false;
      };
      // what has become of the card, the transaction's own calls tell
      this.#call().then(over, over);
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }
}
