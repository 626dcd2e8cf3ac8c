import { abortReason, type Clock, delay, SerialQueue, untilAborted } from "@cardwire/core";
import type { CcidEndpoint } from "../descriptor/configuration.ts";
import { abortRequest } from "../messages/class-request.ts";
import { type CcidCommand, encodeCommand } from "../messages/command-message.ts";
import { ccidCommand } from "../messages/commands.ts";
import { ANSWERED_BY, type ResponseName } from "../messages/message-types.ts";
import { type CcidResponse, parseResponse } from "../messages/response-message.ts";
import { SLOT_ERROR } from "../messages/slot-error.ts";
import type { UsbDeviceLike, UsbInResult, UsbOutResult } from "../usb-device.ts";
import type { CcidChannel, ChannelListener, CommandOptions } from "./channel.ts";
import { listenForChanges } from "./change-listener.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { CcidReaderError, isCcidReaderError } from "./reader-error.ts";
import { within } from "./time-limit.ts";
import { usbFailure } from "./usb-failure.ts";

/** What a bulk channel works with. */
export interface BulkChannelOptions {
  readonly device: UsbDeviceLike;
  readonly interfaceNumber: number;
  readonly bulkIn: CcidEndpoint;
  readonly bulkOut: CcidEndpoint;
  readonly interruptIn: CcidEndpoint | undefined;
  readonly slots: number;
  /** How many slots may have a command under way. */
  readonly busySlots: number;
  /** An answer may carry the number of the command before (ACR122U). */
  readonly lateSequence: boolean;
  readonly clock: Clock;
  readonly listener: ChannelListener;
}

/** A command that has been sent and not been answered. */
interface Waiter {
  readonly sequence: number;
  readonly answer: ResponseName;
  readonly timeoutMs: number;
  readonly onTimeExtension: CommandOptions["onTimeExtension"];
  cancelTimer: () => void;
  resolve(response: CcidResponse): void;
  reject(error: Error): void;
}

const ABORT_TIMEOUT_MS = 1_000;
const ABORT_ATTEMPTS = 2;
/** Commands in a row on which nothing comes, nor on their ABORT, before the connection is given up. */
const MOST_SILENCES = 2;
/** What the reader does by itself, and from a beginning each time. */
const REPEATABLE: readonly CcidCommand["name"][] = ["GetSlotStatus", "IccPowerOn", "IccPowerOff", "GetParameters"];
const BUSY_RETRIES = 10;
const BUSY_PAUSE_MS = 50;
/** Transfers that may fail in a row before the connection is given up. */
const MOST_FAILURES = 3;
/** Empty reads in a row that are taken at once: a reader that sends nothing else must not keep the host busy. */
const MOST_EMPTY_READS = 8;
const EMPTY_READ_PAUSE_MS = 5;
/** An extended response in one message is longer than some readers announce. */
const LONGEST_RESPONSE = 10 + 65_538;

/** Commands and answers over bulk endpoints, notifications over the interrupt endpoint. */
export class BulkChannel implements CcidChannel {
  readonly #options: BulkChannelOptions;
  readonly #queues: readonly SerialQueue[];
  readonly #waiters = new Map<number, Waiter>();
  readonly #assembler: MessageAssembler;
  readonly #closing = new AbortController();
  #sequence: number;
  #reading = false;
  #failures = 0;
  /** Commands in a row on which nothing came at all, nor on their ABORT. */
  #silences = 0;
  /** Something has come. Before, it is for whoever opens the reader to find out whether anything does. */
  #hasAnswered = false;
  #failure: Error | undefined;

  constructor(options: BulkChannelOptions) {
    this.#options = options;
    // answers to an earlier session's commands may still be in the reader: other numbers tell them from this one's
    this.#sequence = options.clock.now() & 0xff;
    this.#assembler = new MessageAssembler(options.bulkIn.packetSize, LONGEST_RESPONSE);
    // a limit between one and all slots is kept as one: the reader says how many, not which
    const parallel = options.busySlots === options.slots ? options.slots : 1;
    this.#queues = Array.from({ length: parallel }, () => new SerialQueue());
  }

  get notifies(): boolean {
    return this.#options.interruptIn !== undefined;
  }

  command(slot: number, command: CcidCommand, options: CommandOptions): Promise<CcidResponse> {
    const queue = this.#queues[slot % this.#queues.length] ?? this.#queues[0];
    if (this.#failure !== undefined || queue === undefined)
      return Promise.reject(this.#failure ?? new CcidReaderError("CLOSED", "the reader has no slots"));
    return new Promise((resolve, reject) => {
      queue
        .run(async () => {
          const answering = this.#exchangeWhenReady(slot, command, options);
          // the caller knows at once; the slot is made usable again before its next command
          answering.then(resolve, reject);
          await answering.catch((error: unknown) => this.#recover(slot, error, options.signal));
        }, options.signal)
        .catch(reject);
    });
  }

  async #recover(slot: number, error: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (this.#ended()) return;
    const unanswered = isCcidReaderError(error, "TIMEOUT") || isCcidReaderError(error, "TRANSFER_FAILED");
    if (!unanswered && signal?.aborted !== true) return;
    const isReady = await this.#abort(slot, unanswered ? ABORT_ATTEMPTS : 1);
    if (isReady || !unanswered || !this.#hasAnswered || this.#ended()) return;
    // not a byte, twice: whatever the reader waits for, it has to be opened anew
    if (++this.#silences >= MOST_SILENCES)
      this.#fail(new CcidReaderError("GONE", "the reader does not answer any more", { cause: error }));
  }

  /**
   * Sends a command again that the reader did not look at: it has more busy slots than it can have, or it waits for the
   * other half of an ABORT, maybe of an earlier session's.
   */
  async #exchangeWhenReady(slot: number, command: CcidCommand, options: CommandOptions): Promise<CcidResponse> {
    let aborted = false;
    for (let attempt = 0; ; attempt++) {
      const response = await this.#exchange(slot, command, options);
      if (response.commandStatus !== "failed") return response;
      if (response.error === SLOT_ERROR.CMD_ABORTED && !aborted) {
        aborted = true;
        // what a card has to do with, its caller has to begin anew: it may be the middle of something
        if (!(await this.#abort(slot, ABORT_ATTEMPTS)) || !REPEATABLE.includes(command.name)) return response;
      } else if (response.error === SLOT_ERROR.CMD_SLOT_BUSY && attempt < BUSY_RETRIES)
        await delay(this.#options.clock, BUSY_PAUSE_MS, options.signal);
      else return response;
    }
  }

  #exchange(
    slot: number,
    command: CcidCommand,
    options: CommandOptions,
    sequence: number = this.#nextSequence(),
  ): Promise<CcidResponse> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { clock } = this.#options;
    const { timeoutMs, signal, onTimeExtension } = options;
    const bytes = encodeCommand(command, slot, sequence);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        if (signal !== undefined) waiter.reject(abortReason(signal));
      };
      const waiter: Waiter = {
        sequence,
        answer: ANSWERED_BY[command.name],
        timeoutMs,
        onTimeExtension,
        cancelTimer: () => undefined,
        resolve: (response) => {
          if (this.#leave(slot, waiter)) resolve(response);
          signal?.removeEventListener("abort", abort);
        },
        reject: (error) => {
          if (this.#leave(slot, waiter)) reject(error);
          signal?.removeEventListener("abort", abort);
        },
      };
      this.#waiters.set(slot, waiter);
      this.#arm(slot, waiter, timeoutMs, command.name, clock);
      signal?.addEventListener("abort", abort, { once: true });
      void this.#send(bytes, waiter);
      this.#read();
    });
  }

  /** False for one that has left already. */
  #leave(slot: number, waiter: Waiter): boolean {
    if (this.#waiters.get(slot) !== waiter) return false;
    this.#waiters.delete(slot);
    waiter.cancelTimer();
    return true;
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    return sequence;
  }

  #arm(slot: number, waiter: Waiter, timeoutMs: number, name: string, clock: Clock): void {
    waiter.cancelTimer();
    waiter.cancelTimer = clock.schedule(timeoutMs, () => {
      // what came of the answer so far is of no use to the next one; it may be no answer at all, and name any slot
      this.#assembler.resetUnless((other) => other !== slot && this.#waiters.has(other));
      waiter.reject(new CcidReaderError("TIMEOUT", `${name} was not answered within ${timeoutMs} ms`));
    });
  }

  async #send(bytes: Uint8Array<ArrayBuffer>, waiter: Waiter): Promise<void> {
    const { device, bulkOut } = this.#options;
    try {
      const { status, bytesWritten } = await device.transferOut(bulkOut.endpointNumber, bytes);
      if (status === "stall") {
        await device.clearHalt("out", bulkOut.endpointNumber);
        waiter.reject(new CcidReaderError("TRANSFER_FAILED", "the reader stalls its bulk-OUT endpoint"));
      } else if (bytesWritten !== undefined && bytesWritten !== bytes.length)
        waiter.reject(
          new CcidReaderError("TRANSFER_FAILED", `${bytesWritten} of ${bytes.length} bytes reached the reader`),
        );
    } catch (error) {
      this.#transferFailed(error);
    }
  }

  // --- bulk IN

  /** Reads as long as somebody waits for an answer. A read that is left over is the first of the next command. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    void this.#readLoop();
  }

  async #readLoop(): Promise<void> {
    let empty = 0;
    while (this.#waiters.size > 0 && !this.#ended()) {
      try {
        const result = await this.#options.device.transferIn(
          this.#options.bulkIn.endpointNumber,
          this.#assembler.nextReadLength,
        );
        if (this.#ended()) break;
        const data = await this.#dataOf(result);
        empty = data === undefined || data.length > 0 ? 0 : empty + 1;
        if (empty > MOST_EMPTY_READS)
          await delay(this.#options.clock, EMPTY_READ_PAUSE_MS, this.#closing.signal).catch(() => undefined);
        if (data === undefined) continue;
        this.#failures = 0;
        if (data.length > 0) {
          this.#silences = 0;
          this.#hasAnswered = true;
        }
        const message = this.#assembler.push(data);
        if (message !== undefined) this.#dispatch(message);
      } catch (error) {
        this.#transferFailed(error);
      }
    }
    this.#reading = false;
  }

  /** `undefined` for a read that brought nothing but its end. */
  async #dataOf({ status, data }: UsbInResult): Promise<Uint8Array | undefined> {
    if (status === "stall") {
      await this.#options.device.clearHalt("in", this.#options.bulkIn.endpointNumber);
      this.#unsettle(new CcidReaderError("TRANSFER_FAILED", "the reader stalls its bulk-IN endpoint"));
      return undefined;
    }
    if (status === "babble") {
      this.#unsettle(new CcidReaderError("TRANSFER_FAILED", "the reader sent more than was asked for"));
      return undefined;
    }
    return data === undefined ? new Uint8Array(0) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  /** The answer that somebody waits for is lost. */
  #unsettle(error: CcidReaderError): void {
    this.#assembler.reset();
    if (++this.#failures >= MOST_FAILURES * 2) this.#fail(error);
    for (const waiter of [...this.#waiters.values()]) waiter.reject(error);
  }

  #dispatch(message: Uint8Array): void {
    let response: CcidResponse;
    try {
      response = parseResponse(message);
    } catch {
      return;
    }
    const waiter = this.#waiters.get(response.slot);
    // a frame with another number is the late answer to a command that was given up, or a double
    if (waiter === undefined || !this.#isMine(response.sequence, waiter.sequence)) return;
    if (response.commandStatus === "time-extension") {
      const multiplier = response.error === 0 || response.error === 0xff ? 1 : response.error;
      this.#arm(response.slot, waiter, waiter.timeoutMs * multiplier, response.name, this.#options.clock);
      waiter.onTimeExtension?.(response.error);
      return;
    }
    const refused = response.name === "SlotStatus" && response.commandStatus === "failed";
    if (response.name === waiter.answer || refused) waiter.resolve(response);
    else
      waiter.reject(
        new CcidReaderError(
          "MALFORMED_RESPONSE",
          `the reader answers with ${response.name} instead of ${waiter.answer}`,
        ),
      );
  }

  #isMine(sequence: number, wanted: number): boolean {
    return sequence === wanted || (this.#options.lateSequence && sequence === ((wanted - 1) & 0xff));
  }

  // --- failures

  /** A question that is asked anew after every wait. */
  #ended(): boolean {
    return this.#failure !== undefined;
  }

  #transferFailed(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const gone = usbFailure(cause) === "gone";
    if (gone || ++this.#failures >= MOST_FAILURES)
      this.#fail(new CcidReaderError("GONE", "the reader was unplugged, or its USB connection is lost", { cause }));
    else {
      this.#assembler.reset();
      const error = new CcidReaderError("TRANSFER_FAILED", "a USB transfer failed", { cause });
      for (const waiter of [...this.#waiters.values()]) waiter.reject(error);
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.close(error);
    this.#options.listener.lost(error);
  }

  close(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#closing.abort(error);
    for (const queue of this.#queues) queue.close(error);
    for (const waiter of [...this.#waiters.values()]) waiter.reject(error);
  }

  /**
   * Makes a slot usable again whose command was given up: the class request and the message ABORT with the same number,
   * then everything is dropped until the message is answered (USB CCID 1.1, section 5.3.1). A reader that has only one of
   * both answers every command with CMD_ABORTED until it has the other, so both are sent whatever becomes of the first;
   * and both again if need be, for the rest of an answer that was broken off may have swallowed the end.
   *
   * @returns false when the reader was asked, and has not answered. One that does not know the request keeps its slot as
   *   it is; what it still sends is told by its number.
   */
  async #abort(slot: number, attempts: number): Promise<boolean> {
    for (let attempt = 0; attempt < attempts && !this.#ended(); attempt++) {
      const sequence = this.#nextSequence();
      if ((await this.#requestAbort(slot, sequence)) === "stall") return true;
      try {
        await this.#exchange(slot, ccidCommand.abort(), { timeoutMs: ABORT_TIMEOUT_MS }, sequence);
        return true;
      } catch {
        // once more, or the next command will tell
      }
    }
    return false;
  }

  async #requestAbort(slot: number, sequence: number): Promise<UsbOutResult["status"]> {
    const { device, interfaceNumber, clock } = this.#options;
    const tooLong = (): Error => new CcidReaderError("TIMEOUT", "the request ABORT does not end");
    const request = device.controlTransferOut(abortRequest(interfaceNumber, slot, sequence));
    const ended = within(clock, ABORT_TIMEOUT_MS, tooLong, request);
    return untilAborted(ended, this.#closing.signal).then(
      ({ status }) => status,
      () => undefined,
    );
  }

  // --- interrupt IN

  listen(): void {
    const { device, interruptIn, slots, clock, listener } = this.#options;
    if (interruptIn === undefined) return;
    const slotChanged = (slot: number, present: boolean): void => {
      listener.slotChanged(slot, present);
    };
    const listening = listenForChanges(
      { device, endpoint: interruptIn, slots, clock, slotChanged },
      this.#closing.signal,
    );
    void listening.then((gone) => {
      if (this.#ended()) return;
      if (gone === undefined) listener.silent();
      else this.#transferFailed(gone);
    });
  }
}
