import type { Clock } from "@cardwire/core";
import type { ReaderPlan } from "../descriptor/plan.ts";
import type { CcidCommand } from "../messages/command-message.ts";
import type { CcidResponse, IccStatus } from "../messages/response-message.ts";
import { describeSlotError, SLOT_ERROR } from "../messages/slot-error.ts";
import type { CcidChannel, CommandOptions } from "./channel.ts";
import { CcidReaderError } from "./reader-error.ts";

/** What a slot's user may want to know while a command runs. */
export interface SlotCallOptions {
  /** Aborting takes the command back from the reader; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a command is sent. */
interface LinkOptions extends SlotCallOptions {
  /** The time is the caller's own: it holds for slow readers too. */
  readonly exact?: boolean;
}

/** One slot's end of the reader's channel: commands whose failures are errors. */
export class SlotLink {
  readonly slot: number;
  readonly plan: ReaderPlan;
  readonly clock: Clock;
  /** Told what each answer says of the card. */
  onIccStatus: (status: IccStatus) => void = () => undefined;
  /** Told when the reader asks for more time: the card works on, or the user is to touch it. */
  onTimeExtension: (multiplier: number) => void = () => undefined;
  readonly #channel: CcidChannel;
  readonly #extended = (multiplier: number): void => {
    this.onTimeExtension(multiplier);
  };

  constructor(slot: number, plan: ReaderPlan, channel: CcidChannel, clock: Clock) {
    this.slot = slot;
    this.plan = plan;
    this.clock = clock;
    this.#channel = channel;
  }

  /** Sends a command and gives its answer, whatever that says of success. */
  async ask(command: CcidCommand, timeoutMs: number, options: LinkOptions = {}): Promise<CcidResponse> {
    const { timeoutFactor, minTimeoutMs } = this.plan;
    const limits: CommandOptions = {
      timeoutMs: options.exact === true ? timeoutMs : Math.max(timeoutMs * timeoutFactor, minTimeoutMs),
      signal: options.signal,
      onTimeExtension: this.#extended,
    };
    const response = await this.#channel.command(this.slot, command, limits);
    this.onIccStatus(response.iccStatus);
    return response;
  }

  /**
   * Sends a command and gives its answer.
   *
   * @throws CcidReaderError NO_CARD, CARD_MUTE or COMMAND_FAILED when it failed, and whatever the channel rejects with.
   */
  async command(command: CcidCommand, timeoutMs: number, options?: LinkOptions): Promise<CcidResponse> {
    const response = await this.ask(command, timeoutMs, options);
    if (hasFailed(response)) throw commandError(command, response);
    return response;
  }
}

/** Failed, or as the ACR122U says it: done, nothing there, and bError FE. */
export function hasFailed({ name, commandStatus, error, data }: CcidResponse): boolean {
  if (commandStatus !== "done") return true;
  return name === "DataBlock" && data.length === 0 && error === SLOT_ERROR.ICC_MUTE;
}

/** The error of a command that failed. */
export function commandError(command: CcidCommand, { iccStatus, error }: CcidResponse): CcidReaderError {
  const details = { slotError: error };
  if (error === SLOT_ERROR.ICC_MUTE)
    return iccStatus === "absent"
      ? new CcidReaderError("NO_CARD", "there is no card in the slot", details)
      : new CcidReaderError("CARD_MUTE", "the card does not answer", details);
  return new CcidReaderError("COMMAND_FAILED", `${command.name} failed: ${describeSlotError(error)}`, details);
}
