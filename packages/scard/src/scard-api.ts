import { type PcscPlatform } from "@cardwire/ioctl";
import { type ScardThreads } from "./threads.ts";

/** SCARDCONTEXT or SCARDHANDLE: a number that only the resource manager understands. */
export type ScardHandle = bigint;

/** Where the implementations of the API differ in what their numbers mean. */
export interface ScardDialect {
  /** Whose codes, protocol bits and card states are spoken. */
  readonly platform: PcscPlatform;
  /** The protocols of a direct connection for which none is wanted: none, but macOS refuses that. */
  readonly directProtocols: number;
  /** Whether SCardCancel ends other calls than SCardGetStatusChange, as it does on Windows. */
  readonly cancelsCalls: boolean;
}

/** One SCARD_READERSTATE on its way in: szReader and dwCurrentState. */
export interface ScardReaderQuestion {
  readonly readerName: string;
  /** Bits of `SCARD_STATE`, and the count of events in the high word. */
  readonly currentState: number;
}

/** One SCARD_READERSTATE on its way out: dwEventState and rgbAtr. */
export interface ScardReaderAnswer {
  /** Bits of `SCARD_STATE`, and the count of events in the high word. */
  readonly eventState: number;
  /** Empty without a card, and for a mute one. */
  readonly answerToReset: Uint8Array;
}

/** What every function gives: its return value as an unsigned 32-bit code. Outputs count when it is 0 only. */
export interface ScardOutcome {
  readonly code: number;
}

/** Outcome of {@link ScardApi.connect} and {@link ScardApi.reconnect}. */
export interface ScardConnectOutcome extends ScardOutcome {
  readonly card: ScardHandle;
  /** dwActiveProtocol: one bit, or none. */
  readonly protocol: number;
}

/** Outcome of {@link ScardApi.status}. */
export interface ScardStatusOutcome extends ScardOutcome {
  /** dwState in the dialect's numbers. */
  readonly state: number;
  readonly protocol: number;
  readonly answerToReset: Uint8Array;
}

/** Outcome of what gives bytes. */
export interface ScardBytesOutcome extends ScardOutcome {
  /** The caller's own. */
  readonly bytes: Uint8Array;
}

/**
 * The functions of the PC/SC API, as winscard.dll, libpcsclite and PCSC.framework have them. An implementation knows how
 * they are called and nothing else: it keeps no state, waits for nothing and throws for no code.
 *
 * What gives a promise runs beside the event loop; several such calls may run at once. What gives a number returns at
 * once.
 */
export interface ScardApi {
  readonly dialect: ScardDialect;
  /** The threads that its calls run in, where somebody counts them; as if it had four of its own when absent. */
  readonly threads?: ScardThreads;
  establishContext(): Promise<ScardOutcome & { readonly context: ScardHandle }>;
  releaseContext(context: ScardHandle): Promise<ScardOutcome>;
  isValidContext(context: ScardHandle): Promise<ScardOutcome>;
  /** SCARD_E_NO_READERS_AVAILABLE without any. */
  listReaders(context: ScardHandle): Promise<ScardOutcome & { readonly readerNames: readonly string[] }>;
  /** The answers have the order of the questions. They are what was written whatever the code is. */
  getStatusChange(
    context: ScardHandle,
    timeoutMs: number,
    readers: readonly ScardReaderQuestion[],
  ): Promise<ScardOutcome & { readonly readers: readonly ScardReaderAnswer[] }>;
  cancel(context: ScardHandle): number;
  connect(
    context: ScardHandle,
    readerName: string,
    shareMode: number,
    preferredProtocols: number,
  ): Promise<ScardConnectOutcome>;
  reconnect(
    card: ScardHandle,
    shareMode: number,
    preferredProtocols: number,
    initialization: number,
  ): Promise<ScardOutcome & { readonly protocol: number }>;
  disconnect(card: ScardHandle, disposition: number): Promise<ScardOutcome>;
  status(card: ScardHandle): Promise<ScardStatusOutcome>;
  /** Receives into 65,548 bytes: MAX_BUFFER_SIZE_EXTENDED of pcsc-lite, more than any response APDU has. */
  transmit(card: ScardHandle, protocol: number, command: Uint8Array): Promise<ScardBytesOutcome>;
  beginTransaction(card: ScardHandle): Promise<ScardOutcome>;
  endTransaction(card: ScardHandle, disposition: number): Promise<ScardOutcome>;
  control(card: ScardHandle, controlCode: number, input: Uint8Array): Promise<ScardBytesOutcome>;
  getAttrib(card: ScardHandle, attributeId: number): Promise<ScardBytesOutcome>;
  setAttrib(card: ScardHandle, attributeId: number, value: Uint8Array): Promise<ScardOutcome>;
}
