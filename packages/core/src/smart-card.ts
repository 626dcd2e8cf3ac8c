/**
 * The Web Smart Card API (WICG draft), as a contract for every transport: the same calls, the same strings, the same
 * dictionaries. What is added is marked "addition" and optional for a caller.
 */
import { type BytesSource } from "./bytes.ts";

/** The reader name whose `getStatusChange` waits for readers to come and go. */
export const PNP_NOTIFICATION = "\\\\?PnP?\\Notification";

export type SmartCardProtocol = "raw" | "t0" | "t1";
export type SmartCardAccessMode = "shared" | "exclusive" | "direct";
export type SmartCardDisposition = "leave" | "reset" | "unpower" | "eject";
export type SmartCardConnectionState =
  "absent" | "present" | "swallowed" | "powered" | "negotiable" | SmartCardProtocol;

/** What the caller believes of a reader. Every flag is false when absent. */
export interface SmartCardReaderStateFlagsIn {
  readonly unaware?: boolean;
  readonly ignore?: boolean;
  readonly unavailable?: boolean;
  readonly empty?: boolean;
  readonly present?: boolean;
  readonly exclusive?: boolean;
  readonly inuse?: boolean;
  readonly mute?: boolean;
  readonly unpowered?: boolean;
}

export interface SmartCardReaderStateIn {
  readonly readerName: string;
  readonly currentState: SmartCardReaderStateFlagsIn;
  /** Number of insertions and removals that the caller knows of. */
  readonly currentCount?: number;
}

/** What is so. Every flag is always there. */
export interface SmartCardReaderStateFlagsOut {
  readonly ignore: boolean;
  readonly changed: boolean;
  readonly unavailable: boolean;
  readonly unknown: boolean;
  readonly empty: boolean;
  readonly present: boolean;
  readonly exclusive: boolean;
  readonly inuse: boolean;
  readonly mute: boolean;
  readonly unpowered: boolean;
}

export interface SmartCardReaderStateOut {
  readonly readerName: string;
  readonly eventState: SmartCardReaderStateFlagsOut;
  /** Insertions and removals since the reader is known: the high word of PC/SC's state. */
  readonly eventCount: number;
  readonly answerToReset?: Uint8Array;
}

export interface SmartCardGetStatusChangeOptions {
  /** Milliseconds; absent waits for ever. */
  readonly timeout?: number;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface SmartCardConnectOptions {
  /** When absent, T=0 and T=1 for a card, none for a "direct" connection. Without any there is no shared or exclusive one. */
  readonly preferredProtocols?: readonly SmartCardProtocol[];
  /** Addition: gives up a connect that waits for another program's transaction. */
  readonly signal?: AbortSignal;
}

export interface SmartCardConnectResult {
  readonly connection: SmartCardConnection;
  readonly activeProtocol?: SmartCardProtocol;
}

export interface SmartCardTransmitOptions {
  /** The active protocol when absent. */
  readonly protocol?: SmartCardProtocol;
  /** Addition: gives up waiting. What the card was sent, it was sent. */
  readonly signal?: AbortSignal;
}

export interface SmartCardTransactionOptions {
  readonly signal?: AbortSignal;
}

export interface SmartCardConnectionStatus {
  readonly readerName: string;
  readonly state: SmartCardConnectionState;
  readonly answerToReset?: Uint8Array;
}

/** Addition: what an `AbortSignal` can be given to. */
export interface SmartCardCallOptions {
  readonly signal?: AbortSignal;
}

/**
 * One connection to one card. Once the card has been removed, or reset by somebody else, it is stale for ever: each
 * call rejects with the same {@link SmartCardError} ("removed-card" or "reset-card"). Calls of one connection are
 * queued and run in their order; none is lost, none gets the answer of another.
 */
export interface SmartCardConnection {
  /**
   * Idempotent. Commands that were sent before are answered before. Does not fail for a card that is gone already, or
   * for a reader.
   */
  disconnect(disposition?: SmartCardDisposition): Promise<void>;
  /** Sends a command APDU and gives the response APDU, SW1 SW2 included, up to 65,538 bytes. */
  transmit(sendBuffer: BytesSource, options?: SmartCardTransmitOptions): Promise<Uint8Array>;
  /**
   * Holds the reader for the time of the callback. The transaction ends with the disposition that the callback resolves
   * to, "leave" for undefined; with "reset" when it rejects, and this call rejects with the same reason. The commands of
   * other connections wait meanwhile. The signal ends the wait for the reader, not the transaction.
   */
  startTransaction(
    // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- the draft's callbacks may return nothing
    transaction: () => Promise<SmartCardDisposition | undefined | void>,
    options?: SmartCardTransactionOptions,
  ): Promise<void>;
  status(): Promise<SmartCardConnectionStatus>;
  control(controlCode: number, data: BytesSource, options?: SmartCardCallOptions): Promise<Uint8Array>;
  getAttribute(tag: number, options?: SmartCardCallOptions): Promise<Uint8Array>;
  setAttribute(tag: number, value: BytesSource, options?: SmartCardCallOptions): Promise<void>;
  /** Addition: `disconnect("leave")`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What happened at the machine's readers. */
export type SmartCardEvent =
  | { readonly type: "reader-attached" | "reader-detached"; readonly readerName: string }
  | {
      readonly type: "card-inserted";
      readonly readerName: string;
      readonly answerToReset: Uint8Array;
      readonly eventCount: number;
    }
  | { readonly type: "card-removed"; readonly readerName: string; readonly eventCount: number }
  /** The resource manager (pcscd, the Windows service) went away or came back. Its readers were detached before. */
  | { readonly type: "service-lost" | "service-restored" };

export interface SmartCardWatchOptions {
  /** Aborting ends the iteration without an error. */
  readonly signal?: AbortSignal;
}

/** The readers of one resource manager. */
export interface SmartCardContext {
  /** An empty array when there are none. */
  listReaders(): Promise<string[]>;
  /**
   * Resolves as soon as the state of one of the readers differs from what the caller believes: one of its flags, or its
   * count where one is given. Readers are reported in the order in which they were asked for. A state without any flag
   * counts as unaware, and is answered at once; so are no readers, and readers that are all to be ignored.
   *
   * The pseudo reader {@link PNP_NOTIFICATION} has the number of readers for its count: `currentCount` is the number
   * that the caller knows of, and the number at the time of the call when absent.
   *
   * Rejects with "unknown-reader" for a name that is not listed; a reader that is detached during the wait is reported
   * as unknown and unavailable. Rejects with a SmartCardOtherError of SCARD_E_TIMEOUT (8010000A) when `timeout` is over.
   */
  getStatusChange(
    readerStates: readonly SmartCardReaderStateIn[],
    options?: SmartCardGetStatusChangeOptions,
  ): Promise<SmartCardReaderStateOut[]>;
  connect(
    readerName: string,
    accessMode: SmartCardAccessMode,
    options?: SmartCardConnectOptions,
  ): Promise<SmartCardConnectResult>;
  /** Addition: what comes and goes, beginning with what is already there. */
  watch(options?: SmartCardWatchOptions): AsyncIterableIterator<SmartCardEvent>;
  /**
   * Addition: ends every pending call and connection of this context, which reject with an InvalidStateError from then
   * on. Idempotent.
   */
  close(): Promise<void>;
  /** Addition: `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
