import { equalBytes, type IoctlDevice, type IoctlOptions, type IoctlResult, UsageError } from "@cardwire/core";
import { ioctlName, NTSTATUS } from "@cardwire/ioctl";
import type { IoctlLogEntry } from "./ioctl-log.ts";

const NOTHING = new Uint8Array(0);
const CANCELLED: IoctlResult = { status: NTSTATUS.CANCELLED, information: 0, output: NOTHING };

interface Issued {
  readonly resolve: (result: IoctlResult) => void;
}

/**
 * A device that answers as a log says. Requests must come as they were recorded: the next one of its code with the same
 * input. A result comes when everything recorded before it has happened, requests and cancellations, so that what waited
 * then waits again.
 */
export function replayIoctlLog(entries: Iterable<IoctlLogEntry>): IoctlDevice {
  return new Replay([...entries]);
}

class Replay implements IoctlDevice {
  readonly #entries: readonly IoctlLogEntry[];
  readonly #issued = new Map<number, Issued>();
  readonly #made = new Set<number>();
  readonly #cancelled = new Set<number>();
  #next = 0;
  #closed = false;

  constructor(entries: readonly IoctlLogEntry[]) {
    this.#entries = entries;
  }

  deviceIoControl(
    code: number,
    input: Uint8Array,
    _outputLength: number,
    options?: IoctlOptions,
  ): Promise<IoctlResult> {
    if (this.#closed) return Promise.reject(new UsageError("the replayed device has been closed"));
    const recorded = this.#entries.find(
      (entry) => entry.event === "request" && !this.#made.has(entry.id) && entry.code === code,
    );
    const name = ioctlName(code) ?? `0x${code.toString(16)}`;
    if (recorded?.event !== "request") return Promise.reject(new UsageError(`the log has no further ${name}`));
    if (!equalBytes(recorded.input, input))
      return Promise.reject(new UsageError(`the log has another input for its next ${name}`));
    const { id } = recorded;
    this.#made.add(id);
    const signal = options?.signal;
    return new Promise((resolve) => {
      const cancel = (): void => this.#cancel(id);
      this.#issued.set(id, {
        resolve: (result) => {
          signal?.removeEventListener("abort", cancel);
          resolve(result);
        },
      });
      if (signal?.aborted === true) this.#cancelled.add(id);
      else signal?.addEventListener("abort", cancel, { once: true });
      this.#goOn();
    });
  }

  /** What was cancelled then ends as it did then; what was not, at once. */
  #cancel(id: number): void {
    this.#cancelled.add(id);
    if (this.#entries.some((entry) => entry.event === "cancel" && entry.id === id)) this.#goOn();
    else this.#settle(id, CANCELLED);
  }

  #settle(id: number, result: IoctlResult): void {
    const issued = this.#issued.get(id);
    this.#issued.delete(id);
    issued?.resolve(result);
  }

  /** Gives every result that is due. */
  #goOn(): void {
    for (let entry = this.#entries[this.#next]; entry !== undefined; entry = this.#entries[++this.#next]) {
      if (entry.event === "request" && !this.#made.has(entry.id)) return;
      if (entry.event === "cancel" && this.#issued.has(entry.id) && !this.#cancelled.has(entry.id)) return;
      if (entry.event !== "result") continue;
      const { status, output } = entry;
      this.#settle(entry.id, { status, information: output.length, output: output.slice() });
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#issued.keys()]) this.#settle(id, CANCELLED);
    return Promise.resolve();
  }
}
