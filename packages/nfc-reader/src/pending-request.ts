import { NTSTATUS } from "@cardwire/ioctl";
import type { Cancellable } from "./air.ts";

/** The place for the one request of a kind that may wait: IS_PRESENT has one, IS_ABSENT has another. */
export class PendingRequest {
  #complete: ((status: number) => void) | undefined;

  get isPending(): boolean {
    return this.#complete !== undefined;
  }

  /**
   * Waits for {@link complete}, or for its cancellation. Only when nothing is pending.
   *
   * @param ended called as soon as the request pends no longer, whatever ended it.
   */
  pend(cancellable: Cancellable, ended: () => void): Promise<number> {
    return new Promise((resolve) => {
      this.#complete = (status) => {
        this.#complete = undefined;
        unregister();
        resolve(status);
        ended();
      };
      const unregister = cancellable(() => this.#complete?.(NTSTATUS.CANCELLED));
    });
  }

  /** Ends the request that waits, if one does. */
  complete(status: number): void {
    this.#complete?.(status);
  }
}
