/**
 * To usb 3 a device is lent: to many transfers, or to one call that changes it (open, claim, release, close). Either
 * throws while the other lasts. Here they wait: a change for the transfers that run, and new transfers for a change that
 * waits.
 */
export class DeviceLoan {
  #transfers = 0;
  /** The last change that runs or waits. */
  #change: Promise<void> | undefined;
  #returned: (() => void) | undefined;

  /** Runs a transfer beside others. */
  async transfer<Value>(run: () => Promise<Value>): Promise<Value> {
    while (this.#change !== undefined) await this.#change;
    this.#transfers++;
    try {
      return await run();
    } finally {
      if (--this.#transfers === 0) this.#returned?.();
    }
  }

  /** Runs a change, alone. */
  async change<Value>(run: () => Promise<Value>): Promise<Value> {
    const before = this.#change;
    let end = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#change = mine;
    try {
      await before;
      while (this.#transfers > 0)
        await new Promise<void>((resolve) => {
          this.#returned = resolve;
        });
      return await run();
    } finally {
      if (this.#change === mine) this.#change = undefined;
      end();
    }
  }
}
