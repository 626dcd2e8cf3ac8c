import { type Clock, delay, type IoctlDevice, type IoctlDeviceInterface, untilAborted } from "@cardwire/core";
import { DeviceLink } from "./device-link.ts";
import { monitorPresence, type MonitorEnd, type PresenceListener } from "./monitor.ts";
import { type ReaderIdentity, readIdentity } from "./start-up.ts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A device that is still being opened when nobody wants it any more is waited for so long. */
const LATE_OPEN_LIMIT_MS = 5_000;

/** Who uses a device. */
export interface DeviceUser extends PresenceListener {
  /** The device is open and has said who it is. */
  started(link: DeviceLink, identity: ReaderIdentity): void;
  /** The device that was started is no longer to be used. */
  lost(): void;
  /** The device cannot be had, for now, or did not say who it is. */
  failed(error: unknown): void;
}

/**
 * The life of one reader device: opens it, asks who it is, watches for cards. A device that cannot be had, or went away,
 * is tried again in growing intervals up to 30 s; one that fails too often or does not answer is defective, and left
 * alone.
 */
export class DeviceLife {
  /** The interface that is opened next. */
  device: IoctlDeviceInterface;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #user: DeviceUser;
  readonly #closing = new AbortController();
  readonly #started: Promise<void>;
  readonly #ended: Promise<void>;
  #setStarted: () => void = () => undefined;
  #link: DeviceLink | undefined;
  /** The end of a device that opened, or is to open, when nobody wanted it any more. */
  #late: Promise<void> | undefined;
  #inUse = false;

  /** @param limitMs how long an I/O control may stay unanswered. */
  constructor(device: IoctlDeviceInterface, clock: Clock, limitMs: number, user: DeviceUser) {
    this.device = device;
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#user = user;
    this.#started = new Promise((resolve) => (this.#setStarted = resolve));
    this.#ended = this.#run();
  }

  /** Resolves when the first attempt to start the device has succeeded or failed. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Ends it: the device is closed, one that is being opened too. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#link?.close();
    await this.#ended;
    if (this.#late === undefined) return;
    const done = new AbortController();
    const tooLong = delay(this.#clock, LATE_OPEN_LIMIT_MS, done.signal).catch(() => undefined);
    await Promise.race([this.#late, tooLong]);
    done.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let attempt = 0;
    while (!signal.aborted) {
      const end = await this.#session();
      this.#setStarted();
      if (end === "closed" || end === "defective") return;
      attempt = end === "gone" ? 0 : attempt + 1;
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** attempt, LONGEST_RETRY_MS);
      await delay(this.#clock, pauseMs, signal).catch(() => undefined);
    }
  }

  /** From opening the device to its end. */
  async #session(): Promise<MonitorEnd | "not-started"> {
    const { signal } = this.#closing;
    const session = { expired: false };
    let end: MonitorEnd | "not-started" = "not-started";
    try {
      const link = new DeviceLink(await this.#open(), this.#clock, this.#limitMs, () => {
        session.expired = true;
        void this.#takeOut();
      });
      this.#link = link;
      // closed in the moment in which it opened
      signal.throwIfAborted();
      const identity = await readIdentity(link);
      this.#inUse = true;
      this.#user.started(link, identity);
      this.#setStarted();
      end = await monitorPresence(link, this.#user, this.#clock, signal);
    } catch (error) {
      // not to be opened, or it did not say who it is: events 602 and 406 of Windows' smart-card service
      if (!signal.aborted) this.#user.failed(error);
    }
    await this.#takeOut();
    if (signal.aborted) return "closed";
    return session.expired ? "defective" : end;
  }

  /** One that opens after nobody wants it any more is closed again. */
  async #open(): Promise<IoctlDevice> {
    const { signal } = this.#closing;
    const opening = this.device.open();
    try {
      return await untilAborted(opening, signal);
    } catch (error) {
      if (signal.aborted) this.#late = opening.then((device) => device.close()).catch(() => undefined);
      throw error;
    }
  }

  async #takeOut(): Promise<void> {
    if (this.#inUse) {
      this.#inUse = false;
      this.#user.lost();
    }
    await this.#link?.close();
  }
}
