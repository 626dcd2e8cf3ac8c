import { type RfFailureReason, UsageError } from "@cardwire/core";

/**
 * Where in an exchange a mishap strikes. `before-request`: the tag never hears the request. `before-reply`: the tag has
 * heard it and done what it says (a page may be written), but its answer does not arrive.
 */
export type ExchangeMoment = "before-request" | "before-reply";

/** Something that goes wrong in one exchange. */
export type Mishap =
  | { readonly kind: "pull"; readonly moment: ExchangeMoment }
  | { readonly kind: "fail"; readonly moment: ExchangeMoment; readonly reason: RfFailureReason };

/** Mishaps that wait for their exchange. */
export class MishapPlan {
  readonly #at = new Map<number, Mishap>();

  get isEmpty(): boolean {
    return this.#at.size === 0;
  }

  /** @throws UsageError when `exchange` is no count, or when that exchange already has its mishap. */
  add(now: number, exchanges: number, mishap: Mishap): void {
    if (!Number.isSafeInteger(exchanges) || exchanges < 0)
      throw new UsageError(`${exchanges} is no number of exchanges: 0 or more is`);
    const index = now + exchanges;
    if (this.#at.has(index)) throw new UsageError(`a mishap is already planned after ${exchanges} more exchanges`);
    this.#at.set(index, mishap);
  }

  /** The mishap of this exchange, which then is spent. */
  take(exchange: number): Mishap | undefined {
    const mishap = this.#at.get(exchange);
    if (mishap !== undefined) this.#at.delete(exchange);
    return mishap;
  }

  clear(): void {
    this.#at.clear();
  }
}
