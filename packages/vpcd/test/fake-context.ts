import {
  type SmartCardConnection,
  type SmartCardConnectResult,
  type SmartCardContext,
  SmartCardError,
  type SmartCardEvent,
  type SmartCardResponseCode,
} from "@cardwire/core";

export function smartCardError(code: SmartCardResponseCode): SmartCardError {
  return new SmartCardError(code, code, { rawCode: 0x8010_0000, symbol: code });
}

/** A context whose events and connections a test dictates, and which writes down what it is asked. */
export class FakeContext implements Pick<SmartCardContext, "watch" | "connect"> {
  readonly log: string[] = [];
  /** Answers transmits; throws what the test wants thrown. */
  onTransmit: (command: Uint8Array) => Uint8Array = () => Uint8Array.of(0x90, 0);
  onConnect: () => void = () => undefined;
  readonly #events: (SmartCardEvent | Error)[] = [];
  #wake: () => void = () => undefined;

  emit(...events: (SmartCardEvent | Error)[]): void {
    this.#events.push(...events);
    this.#wake();
  }

  async *watch(options: { signal?: AbortSignal } = {}): AsyncIterableIterator<SmartCardEvent> {
    const { signal } = options;
    signal?.addEventListener("abort", () => {
      this.#wake();
    });
    for (;;) {
      if (signal?.aborted === true) return;
      const event = this.#events.shift();
      if (event instanceof Error) throw event;
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what the test throws becomes a rejection
  async connect(readerName: string, accessMode: string): Promise<SmartCardConnectResult> {
    this.log.push(`connect ${readerName} ${accessMode}`);
    this.onConnect();
    const connection = {
      // eslint-disable-next-line @typescript-eslint/require-await -- likewise
      transmit: async (command: Uint8Array) => this.onTransmit(command),
      disconnect: (disposition = "leave") => {
        this.log.push(`disconnect ${disposition}`);
        return Promise.resolve();
      },
    };
    return { connection: connection as unknown as SmartCardConnection, activeProtocol: "t1" };
  }

  asContext(): SmartCardContext {
    return this as unknown as SmartCardContext;
  }
}
