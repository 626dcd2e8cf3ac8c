/** How long to wait, and when to give up. */
export interface Pn53xExchangeOptions {
  /** The time for the chip's answer, from the moment the command has been sent. */
  readonly timeoutMs?: number;
  /** Aborting rejects with its reason; a chip that can be told so ends the command. */
  readonly signal?: AbortSignal;
}

/** How bytes reach a chip: a command goes in, its answer comes out. Exchanges queue. */
export interface Pn53xPipe {
  /** For messages and traces, such as "ACR122U207". */
  readonly name: string;
  /** The longest command and the longest answer in bytes, from the frame identifier (D4, D5) on. */
  readonly maxCommandBytes: number;
  readonly maxAnswerBytes: number;
  /**
   * @param command from D4 on.
   * @returns the answer from D5 on, which nobody has looked at yet.
   * @throws Pn53xError SYNTAX, NO_ANSWER, CHIP_SILENT, PROTOCOL or CLOSED; the signal's reason.
   */
  exchange(command: Uint8Array, options?: Pn53xExchangeOptions): Promise<Uint8Array>;
  /** Lets go of the device. Idempotent; what is under way rejects with CLOSED. */
  close(): Promise<void>;
}

/** Where nobody said how long a chip may take. */
export const DEFAULT_TIMEOUT_MS = 1000;
