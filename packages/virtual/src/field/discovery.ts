import type { RfTarget } from "@cardwire/core";

/** What discovery reports: the protocols of one card, the selected one first. */
export type RfTargets = readonly [RfTarget, ...RfTarget[]];

/** One wait for a tag, ended by whichever comes first: a tag, the signal, or the end of the field. */
export class Discovery {
  #settle: ((outcome: { readonly targets: RfTargets } | { readonly error: unknown }) => void) | undefined;

  get isWaiting(): boolean {
    return this.#settle !== undefined;
  }

  /** @param begin switches the field on and looks at what is there already. */
  start(signal: AbortSignal, begin: () => RfTargets | undefined): Promise<RfTargets> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const there = begin();
      if (there !== undefined) {
        resolve(there);
        return;
      }
      const onAbort = (): void => this.fail(signal.reason);
      this.#settle = (outcome) => {
        this.#settle = undefined;
        signal.removeEventListener("abort", onAbort);
        if ("targets" in outcome) resolve(outcome.targets);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a signal's reason is handed on as it is
        else reject(outcome.error);
      };
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  found(targets: RfTargets): void {
    this.#settle?.({ targets });
  }

  fail(error: unknown): void {
    this.#settle?.({ error });
  }
}
