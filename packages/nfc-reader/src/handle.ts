import {
  copyBytes,
  type IoctlDevice,
  type IoctlOptions,
  type IoctlResult,
  traceTimeUs,
  UsageError,
} from "@cardwire/core";
import type { Dispatch } from "./dispatch.ts";
import type { ReaderCore } from "./reader-core.ts";
import { failed, type IoctlRequest } from "./request.ts";

/** The one handle that may be open to a reader. */
export class Handle implements IoctlDevice {
  readonly #reader: ReaderCore;
  readonly #dispatch: Dispatch;
  readonly #released: () => Promise<void>;
  readonly #cancels = new Set<() => void>();
  readonly #running = new Set<Promise<unknown>>();
  #isClosed = false;
  #closing: Promise<void> | undefined;

  /** @param released told once, when the handle is closed and nothing of it runs any more. */
  constructor(reader: ReaderCore, dispatch: Dispatch, released: () => Promise<void>) {
    this.#reader = reader;
    this.#dispatch = dispatch;
    this.#released = released;
  }

  deviceIoControl(code: number, input: Uint8Array, outputLength: number, options?: IoctlOptions): Promise<IoctlResult> {
    try {
      if (this.#isClosed) throw new UsageError("the reader's handle has been closed");
      if (!Number.isInteger(outputLength) || outputLength < 0 || outputLength > 0xffff_ffff)
        throw new UsageError(`${outputLength} is no output length`);
      const result = this.#perform(code, input, outputLength, options?.signal);
      if (!(result instanceof Promise)) return Promise.resolve(result);
      this.#running.add(result);
      const done = (): unknown => this.#running.delete(result);
      result.then(done, done);
      return result;
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #perform(
    code: number,
    input: Uint8Array,
    outputLength: number,
    signal: AbortSignal | undefined,
  ): IoctlResult | Promise<IoctlResult> {
    const { trace } = this.#reader;
    if (trace === undefined) return this.#answer(code, input, outputLength, signal);
    trace({ layer: "ioctl", direction: "down", timeUs: traceTimeUs(), code, input: copyBytes(input), outputLength });
    const up = (result: IoctlResult): IoctlResult => {
      const { status, output } = result;
      trace({ layer: "ioctl", direction: "up", timeUs: traceTimeUs(), code, status, output: output.slice() });
      return result;
    };
    const result = this.#answer(code, input, outputLength, signal);
    return result instanceof Promise ? result.then(up) : up(result);
  }

  #answer(
    code: number,
    input: Uint8Array,
    outputLength: number,
    signal: AbortSignal | undefined,
  ): IoctlResult | Promise<IoctlResult> {
    if (signal?.aborted === true) return failed("CANCELLED");
    const request: IoctlRequest = {
      input,
      outputLength,
      cancellable: (cancel) => this.#register(cancel, signal),
    };
    return this.#dispatch(this.#reader, code, request);
  }

  /** A request begins to wait: its signal ends that, and closing the handle does. */
  #register(cancel: () => void, signal: AbortSignal | undefined): () => void {
    const unregister = (): void => {
      this.#cancels.delete(run);
      signal?.removeEventListener("abort", run);
    };
    const run = (): void => {
      unregister();
      cancel();
    };
    this.#cancels.add(run);
    signal?.addEventListener("abort", run);
    return unregister;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of [...this.#cancels]) cancel();
    await Promise.allSettled(this.#running);
    await this.#released();
  }
}
