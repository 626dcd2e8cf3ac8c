import { type Clock, concatBytes, delay, SerialQueue } from "@cardwire/core";
import type { CcidCommand } from "../messages/command-message.ts";
import { ANSWERED_BY } from "../messages/message-types.ts";
import type { CcidResponse, IccStatus } from "../messages/response-message.ts";
import { SLOT_ERROR } from "../messages/slot-error.ts";
import type { UsbControlSetup, UsbDeviceLike } from "../usb-device.ts";
import type { CcidChannel, ChannelListener, CommandOptions } from "./channel.ts";
import { CcidReaderError, isCcidReaderError } from "./reader-error.ts";
import { within } from "./time-limit.ts";
import { usbFailure } from "./usb-failure.ts";

/** What a token's channel works with. */
export interface TokenChannelOptions {
  readonly device: UsbDeviceLike;
  readonly interfaceNumber: number;
  readonly version: "a" | "b";
  readonly clock: Clock;
  readonly listener: ChannelListener;
}

/** Class requests of ICCD tokens (USB ICCD 1.0, sections 4 and 5; facts from libccid). */
const REQUEST = {
  POWER_ON: 0x62,
  POWER_OFF: 0x63,
  XFR_BLOCK: 0x65,
  DATA_BLOCK: 0x6f,
  /** Version B. */
  SLOT_STATUS: 0x81,
  /** Version A. */
  GET_ICC_STATUS: 0xa0,
} as const;

/** What version A answers to GET_ICC_STATUS. */
const STATUS_A = { DATA_PHASE: 0x10, STATUS_WORD: 0x20, BUSY: 0x40, MUTE: 0x80 } as const;
/** bResponseType of version B. */
const RESPONSE_B = { STATUS: 0x40, POLLING: 0x80 } as const;

const POLL_MS = 10;
/** The most that one control transfer carries. */
const LONGEST_TRANSFER = 0x1000;
const NOTHING = new Uint8Array(0);

/** When a token must have given a sign of life. */
interface Deadline {
  atMs: number;
  readonly timeoutMs: number;
}

/** What became of a command before it is dressed as a message. */
interface Outcome {
  readonly status?: "done" | "failed";
  readonly error?: number;
  readonly data?: Uint8Array;
  readonly chain?: number;
}

const NOT_SUPPORTED: Outcome = { status: "failed", error: SLOT_ERROR.CMD_NOT_SUPPORTED };
const MUTE: Outcome = { status: "failed", error: SLOT_ERROR.ICC_MUTE };

/** The commands of a reader as the control transfers of an ICCD token, which has one card for ever. */
export class TokenChannel implements CcidChannel {
  readonly notifies = true;
  readonly #options: TokenChannelOptions;
  readonly #queue = new SerialQueue();
  #powered = false;
  #failure: Error | undefined;

  constructor(options: TokenChannelOptions) {
    this.#options = options;
  }

  listen(): void {
    // a token's card neither comes nor goes
  }

  close(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#queue.close(error);
  }

  command(slot: number, command: CcidCommand, options: CommandOptions): Promise<CcidResponse> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#queue.run(async () => {
      const { timeoutMs } = options;
      const until: Deadline = { atMs: this.#options.clock.now() + timeoutMs, timeoutMs };
      try {
        return this.#message(slot, command, await this.#perform(command, until, options.signal));
      } catch (error) {
        throw this.#known(error);
      }
    }, options.signal);
  }

  #message(slot: number, { name }: CcidCommand, outcome: Outcome): CcidResponse {
    const { status = "done", error = 0, data = NOTHING, chain = 0 } = outcome;
    const iccStatus: IccStatus = this.#powered ? "active" : "inactive";
    const answer = ANSWERED_BY[name];
    return { name: answer, slot, sequence: 0, iccStatus, commandStatus: status, error, byte9: chain, data };
  }

  #known(error: unknown): unknown {
    if (this.#failure !== undefined) return this.#failure;
    if (isCcidReaderError(error)) return error;
    if (usbFailure(error) !== "gone")
      return new CcidReaderError("TRANSFER_FAILED", "a control transfer to the token failed", { cause: error });
    const gone = new CcidReaderError("GONE", "the token was unplugged", { cause: error });
    this.close(gone);
    this.#options.listener.lost(gone);
    return gone;
  }

  async #perform(command: CcidCommand, until: Deadline, signal: AbortSignal | undefined): Promise<Outcome> {
    const versionA = this.#options.version === "a";
    switch (command.name) {
      case "GetSlotStatus":
        return {};
      case "IccPowerOff":
        this.#powered = false;
        await this.#out(REQUEST.POWER_OFF, 0, NOTHING, until);
        return {};
      case "IccPowerOn": {
        let outcome: Outcome;
        if (versionA) outcome = { data: await this.#in(REQUEST.POWER_ON, LONGEST_TRANSFER, until) };
        else {
          await this.#out(REQUEST.POWER_ON, 1, NOTHING, until);
          outcome = await this.#answerB(until, signal);
        }
        this.#powered = outcome.status !== "failed";
        return outcome;
      }
      case "XfrBlock": {
        const data = command.data ?? NOTHING;
        if (versionA) return this.#exchangeA(data, until, signal);
        await this.#out(REQUEST.XFR_BLOCK, (command.byte8 ?? 0) << 8, data, until);
        return this.#answerB(until, signal);
      }
      default:
        return NOT_SUPPORTED;
    }
  }

  // --- version A: a TPDU of T=0 in its parts

  async #exchangeA(tpdu: Uint8Array, until: Deadline, signal: AbortSignal | undefined): Promise<Outcome> {
    const header = new Uint8Array(5);
    header.set(tpdu.subarray(0, 5));
    await this.#out(REQUEST.XFR_BLOCK, 0, header, until);
    let received: Uint8Array = NOTHING;
    let status = await this.#statusA(until, signal);
    if (status === STATUS_A.DATA_PHASE) {
      if (tpdu.length > 5) await this.#out(REQUEST.XFR_BLOCK, 0, tpdu.subarray(5), until);
      else received = await this.#in(REQUEST.DATA_BLOCK, (header[4] ?? 0) || 256, until);
      status = await this.#statusA(until, signal);
    }
    if (status !== STATUS_A.STATUS_WORD) return MUTE;
    return { data: concatBytes(received, await this.#in(REQUEST.DATA_BLOCK, 2, until)) };
  }

  async #statusA(until: Deadline, signal: AbortSignal | undefined): Promise<number> {
    for (;;) {
      const [status = STATUS_A.MUTE] = await this.#in(REQUEST.GET_ICC_STATUS, 1, until);
      if (status !== STATUS_A.BUSY) return status;
      await this.#pause(POLL_MS, until, signal);
    }
  }

  // --- version B

  async #answerB(until: Deadline, signal: AbortSignal | undefined): Promise<Outcome> {
    for (;;) {
      const answer = await this.#in(REQUEST.DATA_BLOCK, LONGEST_TRANSFER, until);
      const [type = RESPONSE_B.STATUS] = answer;
      if (type === RESPONSE_B.POLLING) {
        const units = (answer[1] ?? 0) | ((answer[2] ?? 0) << 8);
        await this.#pause(Math.max(units, 1) * POLL_MS, until, signal);
      } else if (type === RESPONSE_B.STATUS) {
        const failed = (answer[1] ?? 0) >> 6 === 1 || answer.length < 2;
        return failed ? { status: "failed", error: answer[2] ?? SLOT_ERROR.ICC_MUTE } : {};
      } else return { data: answer.subarray(1), chain: type };
    }
  }

  // --- control transfers

  #setup(request: number, value: number): UsbControlSetup {
    return { requestType: "class", recipient: "interface", request, value, index: this.#options.interfaceNumber };
  }

  async #out(request: number, value: number, data: Uint8Array, until: Deadline): Promise<void> {
    const { device } = this.#options;
    const { status } = await this.#limited(
      device.controlTransferOut(this.#setup(request, value), new Uint8Array(data)),
      until,
    );
    if (status === "stall") throw new CcidReaderError("TRANSFER_FAILED", "the token refuses the request");
  }

  async #in(request: number, length: number, until: Deadline): Promise<Uint8Array> {
    const { device } = this.#options;
    const { status, data } = await this.#limited(device.controlTransferIn(this.#setup(request, 0), length), until);
    if (status === "stall") throw new CcidReaderError("TRANSFER_FAILED", "the token refuses the request");
    return data === undefined ? NOTHING : new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }

  #limited<Value>(transfer: Promise<Value>, until: Deadline): Promise<Value> {
    return within(this.#options.clock, Math.max(until.atMs - this.#options.clock.now(), 0), tooLong, transfer);
  }

  /** A token that says that it is busy gets its time anew, as a reader does that asks for more. */
  async #pause(pauseMs: number, until: Deadline, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#options;
    await delay(clock, pauseMs, signal);
    until.atMs = clock.now() + until.timeoutMs;
  }
}

function tooLong(): CcidReaderError {
  return new CcidReaderError("TIMEOUT", "the token did not answer in time");
}
