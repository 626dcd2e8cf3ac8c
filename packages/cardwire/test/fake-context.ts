import {
  type BytesSource,
  copyBytes,
  EventStream,
  fromHex,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardConnectResult,
  type SmartCardContext,
  type SmartCardConnectOptions,
  type SmartCardDisposition,
  type SmartCardEvent,
  type SmartCardReaderStateOut,
  type SmartCardWatchOptions,
  toHex,
} from "@cardwire/core";
import { SCARD, smartCardErrorFromCode } from "@cardwire/ioctl";

/** What a fake card answers: a response for a command, both in hexadecimal digits; 6D00 to the others. */
export type FakeCard = Readonly<Record<string, string | Error>>;

/** A context whose events the test makes up, with cards that answer from a table. */
export class FakeContext implements SmartCardContext {
  readonly cards = new Map<string, FakeCard>();
  /** Everything that was done, in order. */
  readonly calls: string[] = [];
  connectError: Error | undefined;
  /** Connects wait for this. */
  gate: Promise<void> = Promise.resolve();
  openConnections = 0;
  watching = 0;
  #stream: EventStream<SmartCardEvent> | undefined;
  #before: SmartCardEvent[] = [];

  emit(...events: SmartCardEvent[]): void {
    if (this.#stream === undefined) this.#before.push(...events);
    else for (const event of events) this.#stream.push(event);
  }

  insert(readerName: string, atr: string, card: FakeCard = {}): void {
    this.cards.set(readerName, card);
    this.emit({ type: "card-inserted", readerName, answerToReset: fromHex(atr), eventCount: 1 });
  }

  remove(readerName: string): void {
    this.cards.delete(readerName);
    this.emit({ type: "card-removed", readerName, eventCount: 2 });
  }

  fail(error: Error): void {
    this.#stream?.fail(error);
  }

  watch({ signal }: SmartCardWatchOptions = {}): AsyncIterableIterator<SmartCardEvent> {
    this.watching++;
    const stream = new EventStream<SmartCardEvent>({
      start: () =>
        signal?.addEventListener("abort", () => {
          this.#stream = undefined;
          stream.abandon();
        }),
      stop: () => {
        this.#stream = undefined;
        return Promise.resolve();
      },
    });
    for (const event of this.#before.splice(0)) stream.push(event);
    this.#stream = stream;
    return stream;
  }

  listReaders(): Promise<string[]> {
    return Promise.resolve([...this.cards.keys()]);
  }

  getStatusChange(): Promise<SmartCardReaderStateOut[]> {
    return Promise.resolve([]);
  }

  async connect(
    readerName: string,
    accessMode: string,
    options: SmartCardConnectOptions = {},
  ): Promise<SmartCardConnectResult> {
    this.calls.push(`connect ${readerName} ${accessMode}`);
    await new Promise<void>((resolve, reject) => {
      options.signal?.addEventListener("abort", () => reject(options.signal?.reason as Error));
      void this.gate.then(resolve);
    });
    if (this.connectError !== undefined) throw this.connectError;
    this.openConnections++;
    return { connection: new FakeConnection(this, readerName), activeProtocol: "t1" };
  }

  close(): Promise<void> {
    this.calls.push("close");
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class FakeConnection implements SmartCardConnection {
  readonly #context: FakeContext;
  readonly #reader: string;
  #ended = false;

  constructor(context: FakeContext, reader: string) {
    this.#context = context;
    this.#reader = reader;
  }

  transmit(sendBuffer: BytesSource): Promise<Uint8Array> {
    const command = toHex(copyBytes(sendBuffer));
    this.#context.calls.push(`${this.#reader} ${command}`);
    const card = this.#context.cards.get(this.#reader);
    if (card === undefined)
      return Promise.reject(smartCardErrorFromCode(SCARD.W_REMOVED_CARD, { readerName: this.#reader }));
    const answer = card[command] ?? "6D00";
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(fromHex(answer));
  }

  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- as in the contract
  async startTransaction(transaction: () => Promise<SmartCardDisposition | undefined | void>): Promise<void> {
    this.#context.calls.push(`${this.#reader} begin`);
    const disposition = (await transaction()) ?? "leave";
    this.#context.calls.push(`${this.#reader} end ${disposition}`);
  }

  status(): Promise<SmartCardConnectionStatus> {
    return Promise.resolve({ readerName: this.#reader, state: "t1" });
  }

  control(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(0));
  }

  getAttribute(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(0));
  }

  setAttribute(): Promise<void> {
    return Promise.resolve();
  }

  disconnect(disposition: SmartCardDisposition = "leave"): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#ended = true;
    this.#context.openConnections--;
    this.#context.calls.push(`${this.#reader} disconnect ${disposition}`);
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }
}
