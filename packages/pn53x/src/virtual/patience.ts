import { NO_ANSWER } from "./handler.ts";

/** How long a host is willing to wait for a command: until it says an ACK, or another command. */
export class Patience {
  #end = new AbortController();

  /** Of the command that runs. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** A command begins. */
  renew(): void {
    this.#end = new AbortController();
  }

  end(): void {
    this.#end.abort();
  }

  /** Until the host has had enough of the command that runs. */
  ended(): Promise<void> {
    const { signal } = this;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** What a command says that nothing but the host ends. */
  async inVain(): Promise<typeof NO_ANSWER> {
    await this.ended();
    return NO_ANSWER;
  }
}
