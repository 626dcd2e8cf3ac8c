import { type Clock, delay, systemClock } from "@cardwire/core";
import type { CcidInterface } from "../descriptor/configuration.ts";
import type { ReaderPlan } from "../descriptor/plan.ts";
import type { UsbDeviceLike, UsbReaders } from "../usb-device.ts";
import { BulkChannel } from "./bulk-channel.ts";
import type { CcidChannel, ChannelListener } from "./channel.ts";
import { giveBack } from "./device-share.ts";
import { CcidReaderError, isCcidReaderError } from "./reader-error.ts";
import { CcidSlot, type T0Mode } from "./slot.ts";
import { SlotLink } from "./slot-link.ts";
import { within } from "./time-limit.ts";
import { READER_TIMEOUT_MS } from "./time-limits.ts";
import { TokenChannel } from "./token-channel.ts";

/** How to open a reader. */
export interface CcidReaderOptions {
  /** The interface that is the reader; the first CCID interface of the device when absent. */
  readonly interfaceNumber?: number | undefined;
  /** The host's own unless given. */
  readonly clock?: Clock | undefined;
  /** Which system this is: for the words of errors. */
  readonly platform?: UsbReaders["platform"];
  /**
   * At TPDU level, "apdu" maps every APDU to T=0 (case 4, wrong Le, extended lengths); "tpdu" hands on what it is given,
   * as libccid does. "apdu" when absent.
   */
  readonly t0?: T0Mode | undefined;
}

/** How often a reader is asked that does not tell by itself that cards come and go. */
const POLL_MS = 250;
/** The first answer of a reader may be lost: the toggles of an earlier user's endpoints are still in its memory. */
const FIRST_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;

/** A CCID reader that is open and claimed. */
export class CcidReader {
  readonly device: UsbDeviceLike;
  readonly interface: CcidInterface;
  readonly plan: ReaderPlan;
  readonly slots: readonly CcidSlot[];
  readonly #channel: CcidChannel;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #lost = new Set<(error: Error) => void>();
  /** What was notified before the first answer: a reader that may be silent is not asked about it. */
  readonly #early = new Map<number, boolean>();
  #hasAnswered = false;
  #lostBy: Error | undefined;
  #polling = false;
  #closed: Promise<void> | undefined;

  /** @internal */
  constructor(
    device: UsbDeviceLike,
    ccid: CcidInterface,
    plan: ReaderPlan,
    dataRatesBps: readonly number[],
    { clock = systemClock, t0 = "apdu" }: CcidReaderOptions,
  ) {
    this.device = device;
    this.interface = ccid;
    this.plan = plan;
    this.#clock = clock;
    this.#channel = makeChannel(device, ccid, plan, clock, {
      slotChanged: (slot, present) => {
        if (this.#hasAnswered) this.slots[slot]?.notified(present);
        else this.#early.set(slot, present);
      },
      silent: () => {
        this.#poll();
      },
      lost: (error) => {
        this.#lostBy = error;
        this.#end(error);
        for (const listener of [...this.#lost]) listener(error);
        void this.close();
      },
    });
    this.slots = Array.from(
      { length: plan.slots },
      (_, index) => new CcidSlot(new SlotLink(index, plan, this.#channel, clock), dataRatesBps, t0),
    );
  }

  /**
   * Calls back once when the reader is unplugged or its connection is lost, at once if it is already; the returned
   * function ends that.
   */
  onLost(listener: (error: Error) => void): () => void {
    if (this.#lostBy === undefined) this.#lost.add(listener);
    else listener(this.#lostBy);
    return () => this.#lost.delete(listener);
  }

  /**
   * Asks for the state of all slots, and begins to listen for changes.
   *
   * @internal
   */
  async start(): Promise<void> {
    this.#channel.listen();
    await this.#firstAnswer();
    this.#hasAnswered = true;
    for (const [slot, present] of this.#early) this.slots[slot]?.notified(present);
    for (const slot of this.slots.slice(1)) await slot.status();
    if (!this.#channel.notifies || this.plan.pollToo || this.device.losesNotifications === true) this.#poll();
  }

  async #firstAnswer(): Promise<void> {
    const [slot] = this.slots;
    for (let attempt = 1; slot !== undefined; attempt++)
      try {
        await slot.status(attempt < FIRST_ATTEMPTS ? READER_TIMEOUT_MS / 3 : READER_TIMEOUT_MS);
        return;
      } catch (error) {
        if (attempt === FIRST_ATTEMPTS || isCcidReaderError(error, "GONE")) throw error;
        await delay(this.#clock, FIRST_PAUSE_MS, this.#closing.signal);
        if (attempt === FIRST_ATTEMPTS - 1) await this.#startOver();
      }
  }

  /**
   * For a reader that an earlier user has left in the middle of a message, or with other toggles than the host's: its
   * endpoints begin anew, or all of it, unless there is something else in the device.
   */
  async #startOver(): Promise<void> {
    const { device, interface: ccid } = this;
    const alone = (device.configuration ?? device.configurations[0])?.interfaces.length === 1;
    try {
      if (alone && device.reset !== undefined) await this.#inTime(device.reset());
      if (ccid.bulkOut !== undefined) await this.#inTime(device.clearHalt("out", ccid.bulkOut.endpointNumber));
    } catch {
      // its last attempt will tell
    }
  }

  #inTime(call: Promise<void>): Promise<void> {
    const tooLong = (): Error => new CcidReaderError("TIMEOUT", "the device does not begin anew");
    return within(this.#clock, READER_TIMEOUT_MS, tooLong, call);
  }

  #poll(): void {
    if (this.#polling || this.plan.permanentCard) return;
    this.#polling = true;
    void this.#pollLoop();
  }

  async #pollLoop(): Promise<void> {
    const { signal } = this.#closing;
    try {
      for (;;) {
        await delay(this.#clock, POLL_MS, signal);
        for (const slot of this.slots) await slot.refresh().catch(() => undefined);
      }
    } catch {
      // closed
    }
  }

  #end(error: Error): void {
    this.#closing.abort(error);
    this.#channel.close(error);
    for (const slot of this.slots) slot.close(error);
  }

  /**
   * Ends all that is under way, gives the interface back and closes the device, unless another reader of it is open.
   * Idempotent, and never rejects: whatever the device says, nothing can be done about it.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#end(new CcidReaderError("CLOSED", "the reader is closed"));
    await giveBack(this.device, this.interface.interfaceNumber, this.#clock);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function makeChannel(
  device: UsbDeviceLike,
  ccid: CcidInterface,
  plan: ReaderPlan,
  clock: Clock,
  listener: ChannelListener,
): CcidChannel {
  const { interfaceNumber, transport, bulkIn, bulkOut, interruptIn } = ccid;
  const { slots, busySlots, lateSequence } = plan;
  if (bulkIn === undefined || bulkOut === undefined)
    return new TokenChannel({
      device,
      interfaceNumber,
      version: transport === "iccd-a" ? "a" : "b",
      clock,
      listener,
    });
  return new BulkChannel({
    device,
    interfaceNumber,
    bulkIn,
    bulkOut,
    interruptIn,
    slots,
    busySlots,
    lateSequence,
    clock,
    listener,
  });
}
