import {
  type BytesSource,
  ConnectionTransactions,
  copyBytes,
  invalidStateError,
  isSmartCardError,
  type IoctlResult,
  SerialQueue,
  type SmartCardCallOptions,
  type SmartCardConnection,
  type SmartCardConnectionStatus,
  type SmartCardDisposition,
  type SmartCardProtocol,
  type SmartCardTransactionOptions,
  type SmartCardTransmitOptions,
  untilAborted,
} from "@cardwire/core";
import {
  attributeName,
  encodeGetAttributeInput,
  encodeSetAttributeInput,
  encodeTransmitInput,
  IOCTL_SMARTCARD,
  NTSTATUS,
  parseTransmitOutput,
} from "@cardwire/ioctl";
import type { LimitedCaller } from "./call-limit.ts";
import type { Card } from "./card.ts";
import type { DeviceLink } from "./device-link.ts";
import { describeTransmit, knownError, scardError, statusError } from "./errors.ts";
import { managerAttribute } from "./manager-attributes.ts";
import { protocolBit, protocolOf } from "./protocol.ts";
import type { Reader } from "./reader.ts";

/**
 * Room for the longest response: 65,538 bytes after the 8 of the PCI header, and 2 to spare, as pcsc-lite has it
 * (MAX_BUFFER_SIZE_EXTENDED). A response that does not fit would be lost after the card has acted.
 */
const LONGEST_OUTPUT_BYTES = 65_548;
const ATTRIBUTE_BYTES = 4_096;

/** The command that is under way. */
interface Exchange {
  readonly input: Uint8Array;
  resolve(response: Uint8Array): void;
  reject(error: unknown): void;
}

export class IoctlConnection implements SmartCardConnection {
  readonly readerName: string;
  /** The card that this connection is to; `undefined` for a direct connection without a protocol. */
  readonly card: Card | undefined;
  /** Told once, when the connection has ended. */
  onEnded: (() => void) | undefined;
  /** How many operations there have been, so that one can see whether there are any. */
  operations = 0;
  readonly #reader: Reader;
  readonly #link: DeviceLink;
  readonly #protocol: SmartCardProtocol | undefined;
  readonly #protocolBit: number;
  readonly #queue = new SerialQueue();
  readonly #transactions: ConnectionTransactions;
  readonly #limited: LimitedCaller = { sinceTick: undefined };
  #exchange: Exchange | undefined;
  /** Why calls are refused, once they are. */
  #refusal: Error | undefined;
  #disconnecting: Promise<void> | undefined;

  constructor(reader: Reader, link: DeviceLink, readerName: string, card: Card | undefined) {
    this.readerName = readerName;
    this.card = card;
    this.#reader = reader;
    this.#link = link;
    link.limit.add(this.#limited);
    this.#protocol = card === undefined ? undefined : protocolOf(card.protocol);
    this.#protocolBit = card?.protocol ?? 0;
    this.#transactions = new ConnectionTransactions({
      begin: (signal) =>
        this.#refusal === undefined
          ? this.#queue.run(() => this.#reader.begin(this, signal), signal)
          : Promise.reject(this.#refusal),
      end: (disposition) =>
        this.#refusal === undefined
          ? this.#queue.run(() => this.#reader.finish(this, disposition))
          : Promise.reject(this.#refusal),
      operations: this.#queue,
    });
  }

  get activeProtocol(): SmartCardProtocol | undefined {
    return this.#protocol;
  }

  /** True while an operation runs or waits. */
  get busy(): boolean {
    return this.#queue.busy;
  }

  transmit(sendBuffer: BytesSource, options: SmartCardTransmitOptions = {}): Promise<Uint8Array> {
    const { protocol, signal } = options;
    let input: Uint8Array;
    try {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.#protocol === undefined)
        throw invalidStateError("a direct connection without a protocol has no card to transmit to", {
          readerName: this.readerName,
          command: "transmit",
        });
      if (protocol !== undefined && protocolBit(protocol) !== this.#protocolBit)
        throw scardError("E_PROTO_MISMATCH", this.readerName, "transmit");
      input = this.#transmitInput(sendBuffer);
    } catch (error) {
      return Promise.resolve().then(() => {
        throw error;
      });
    }
    this.operations++;
    const response = this.#queue.run(() => this.#sendWhenFree(input, signal), signal);
    return signal === undefined ? response : untilAborted(response, signal);
  }

  #transmitInput(sendBuffer: BytesSource): Uint8Array {
    const command = sendBuffer instanceof Uint8Array ? sendBuffer : copyBytes(sendBuffer);
    if (command.length === 0) throw scardError("E_INVALID_PARAMETER", this.readerName, "transmit without a command");
    return encodeTransmitInput(command, this.#protocolBit);
  }

  #sendWhenFree(input: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const { lock } = this.#reader;
    if (lock.isFreeFor(this)) return this.#send(input);
    return lock.whenFree(this, signal).then(() => this.#send(input));
  }

  #send(input: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#exchange = { input, resolve, reject };
      this.#link.limit.begin(this.#limited);
      this.#link.device
        .deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, LONGEST_OUTPUT_BYTES)
        .then(this.#answered, this.#broken);
    });
  }

  // one function for all commands: no closure per command but the queue's
  readonly #answered = ({ status, output }: IoctlResult): void => {
    const exchange = this.#endExchange();
    if (exchange === undefined) return;
    if (status !== NTSTATUS.SUCCESS) {
      exchange.reject(this.#failed(status, describeTransmit(exchange.input)));
      return;
    }
    try {
      exchange.resolve(parseTransmitOutput(output).response);
    } catch (error) {
      exchange.reject(knownError(error, this.readerName, describeTransmit(exchange.input)));
    }
  };

  readonly #broken = (error: unknown): void => {
    this.#endExchange()?.reject(knownError(error, this.readerName, "transmit"));
  };

  /** `undefined` when the connection has ended and told so before. */
  #endExchange(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#limited.sinceTick = undefined;
    return exchange;
  }

  /** The error for a status. One that says that the card is gone ends the connection. */
  #failed(status: number, command: string): Error {
    const error = statusError(status, this.readerName, command);
    if (this.card !== undefined && isSmartCardError(error, "removed-card")) this.end(error);
    return this.#refusal ?? error;
  }

  async startTransaction(
    transaction: Parameters<SmartCardConnection["startTransaction"]>[0],
    options?: SmartCardTransactionOptions,
  ): Promise<void> {
    await this.#transactions.run(transaction, options);
  }

  status(): Promise<SmartCardConnectionStatus> {
    return this.#run(async () => {
      const { readerName } = this;
      const state = await this.#reader.state(readerName);
      if (state === "absent" && this.card !== undefined) throw this.#failed(NTSTATUS.NO_MEDIA, "status");
      const answerToReset = this.card?.answerToReset ?? this.#reader.snapshot.answerToReset;
      return {
        readerName,
        state,
        ...(answerToReset === undefined ? undefined : { answerToReset: answerToReset.slice() }),
      };
    });
  }

  control(controlCode: number, data: BytesSource, options: SmartCardCallOptions = {}): Promise<Uint8Array> {
    const input = copyBytes(data);
    const command = `control ${controlCode.toString(16).toUpperCase().padStart(8, "0")}`;
    const { signal } = options;
    return this.#run(() => this.#call(controlCode, input, LONGEST_OUTPUT_BYTES, command, signal), signal);
  }

  getAttribute(tag: number, options: SmartCardCallOptions = {}): Promise<Uint8Array> {
    return this.#run(async () => {
      const own = managerAttribute(tag, this.readerName, this.#reader.path);
      if (own !== undefined) return own;
      const input = encodeGetAttributeInput(tag);
      return this.#call(IOCTL_SMARTCARD.GET_ATTRIBUTE, input, ATTRIBUTE_BYTES, describe("getAttribute", tag));
    }, options.signal);
  }

  setAttribute(tag: number, value: BytesSource, options: SmartCardCallOptions = {}): Promise<void> {
    const input = encodeSetAttributeInput(tag, copyBytes(value));
    return this.#run(async () => {
      await this.#call(IOCTL_SMARTCARD.SET_ATTRIBUTE, input, 0, describe("setAttribute", tag));
    }, options.signal);
  }

  disconnect(disposition: SmartCardDisposition = "leave"): Promise<void> {
    this.#disconnecting ??= this.#disconnect(disposition);
    return this.#disconnecting;
  }

  async #disconnect(disposition: SmartCardDisposition): Promise<void> {
    if (this.#refusal !== undefined) return;
    const { readerName } = this;
    this.#refusal = invalidStateError("the connection is disconnected", { readerName });
    const refusal = this.#refusal;
    // what was sent before goes before; what fails on the way is nothing that somebody who leaves could do anything about
    await this.#queue
      .run(async () => {
        if (disposition !== "leave") await this.#reader.lock.whenFree(this);
        await this.#reader.finish(this, disposition);
      })
      .catch(() => undefined);
    this.end(refusal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  /** The context is closed: as {@link end}, after a transaction that was held has been ended with a reset. */
  abandon(error: Error): Promise<void> {
    return this.#reader.abandon(this, error);
  }

  /** Ends the connection for good: what runs and waits rejects with this error, as does every later call. */
  end(error: Error): void {
    this.#refusal ??= error;
    this.#queue.close(this.#refusal);
    this.#exchange?.reject(this.#refusal);
    this.#exchange = undefined;
    this.#link.limit.delete(this.#limited);
    this.#reader.release(this, this.#refusal);
    this.onEnded?.();
    this.onEnded = undefined;
  }

  /** Runs an operation in its turn, when nobody else holds the reader. */
  #run<Value>(operation: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    this.operations++;
    const outcome = this.#queue.run(async () => {
      await this.#reader.lock.whenFree(this, signal);
      if (this.#refusal !== undefined) throw this.#refusal;
      return operation();
    }, signal);
    return untilAborted(outcome, signal);
  }

  async #call(
    code: number,
    input: Uint8Array,
    outputLength: number,
    command: string,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    let result: IoctlResult;
    try {
      result = await this.#link.call(code, input, outputLength, signal);
    } catch (error) {
      throw this.#refusal ?? knownError(error, this.readerName, command);
    }
    if (result.status !== NTSTATUS.SUCCESS) throw this.#failed(result.status, command);
    return new Uint8Array(result.output);
  }
}

function describe(call: string, tag: number): string {
  return `${call} ${attributeName(tag) ?? tag.toString(16).toUpperCase().padStart(8, "0")}`;
}
