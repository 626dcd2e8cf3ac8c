import { abortReason } from "@cardwire/core";

/** A signal that is aborted with the first of several others, or by its owner. */
export class LinkedSignal {
  readonly #controller = new AbortController();
  readonly #unlink: (() => void)[] = [];

  constructor(signals: readonly (AbortSignal | undefined)[]) {
    for (const signal of signals) {
      if (signal === undefined) continue;
      const abort = (): void => {
        this.abort(abortReason(signal));
      };
      if (signal.aborted) abort();
      else {
        signal.addEventListener("abort", abort, { once: true });
        this.#unlink.push(() => {
          signal.removeEventListener("abort", abort);
        });
      }
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  /** Leaves no listener behind. */
  unlink(): void {
    for (const unlink of this.#unlink.splice(0)) unlink();
  }
}
