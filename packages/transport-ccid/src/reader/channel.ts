import type { CcidCommand } from "../messages/command-message.ts";
import type { CcidResponse } from "../messages/response-message.ts";

/** How to wait for a command. */
export interface CommandOptions {
  /** How long the reader may take without a sign of life, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborting takes the command back: the reader is told, and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the reader asks for more time, with the multiplier that it gives. */
  readonly onTimeExtension?: ((multiplier: number) => void) | undefined;
}

/** What a channel tells by itself. */
export interface ChannelListener {
  /** A card has come or gone. */
  slotChanged(slot: number, present: boolean): void;
  /** Nothing will be told of cards any more: the reader has to be asked. */
  silent(): void;
  /** The reader is no longer to be reached. */
  lost(error: Error): void;
}

/** The way on which the commands of one reader go: bulk messages, or the control transfers of a token. */
export interface CcidChannel {
  /**
   * Sends a command and gives its answer, whatever that says of success. Commands of one slot are queued.
   *
   * @throws CcidReaderError TIMEOUT, TRANSFER_FAILED, MALFORMED_RESPONSE, GONE or CLOSED; and the signal's reason.
   */
  command(slot: number, command: CcidCommand, options: CommandOptions): Promise<CcidResponse>;
  /** True when the reader tells by itself that cards come and go. */
  readonly notifies: boolean;
  /** Starts to listen for what the reader tells by itself. */
  listen(): void;
  /** Rejects all that is under way. Touches the device no more, transfers that are pending excepted. */
  close(error: Error): void;
}
