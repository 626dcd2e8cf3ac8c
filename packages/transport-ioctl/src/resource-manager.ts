import { type Clock, delay, invalidStateError, SerialQueue, type SmartCardContext, systemClock } from "@cardwire/core";
import { SCARD, smartCardErrorFromCode } from "@cardwire/ioctl";
import { IoctlContext } from "./context.ts";
import { deviceProvider, type IoctlDeviceProvider, type IoctlDevices } from "./devices.ts";
import { type Patience, Reader, type ReaderHost } from "./reader.ts";
import { UNKNOWN_READER, type ReaderSnapshot } from "./reader-flags.ts";
import type { ReaderIdentity } from "./start-up.ts";

/** What a resource manager works with. */
export interface IoctlManagerOptions extends Partial<Patience> {
  /** The reader devices. */
  readonly devices: IoctlDevices;
  /** The host's own unless given. */
  readonly clock?: Clock;
}

/** Windows: an I/O control that is not answered for 150 s makes a reader defective (event 619). */
const IOCTL_LIMIT_MS = 150_000;
/** Windows: a transaction in which nothing happens for 5 s ends with a reset. */
const TRANSACTION_IDLE_LIMIT_MS = 5_000;
/** Windows: CardDisconnectPowerDownDelay. */
const POWER_DOWN_DELAY_MS = 10_000;
/** A reader that takes longer than this to start is listed when it has. */
const LONGEST_START_MS = 5_000;

/**
 * The resource manager of Windows, as far as a reader device sees it: starts readers, watches for cards, and shares both
 * among contexts. A device can be opened by one manager only, for its handle is exclusive.
 */
export interface IoctlResourceManager {
  /** A context that shares the readers with the others of this manager. Does nothing until it is used. */
  establishContext(): SmartCardContext;
  /** Closes all contexts and all devices. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a resource manager. It opens no device before one of its contexts is asked for something. */
export function createIoctlResourceManager(options: IoctlManagerOptions): IoctlResourceManager {
  return new ResourceManager(options);
}

/** What contexts need of their manager. */
export class ResourceManager implements IoctlResourceManager, ReaderHost {
  readonly clock: Clock;
  readonly ioctlLimitMs: number;
  readonly transactionIdleLimitMs: number;
  readonly powerDownDelayMs: number;
  readonly #provider: Required<IoctlDeviceProvider>;
  readonly #readers = new Map<string, Reader>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #listeners = new Set<() => void>();
  readonly #contexts = new Set<IoctlContext>();
  readonly #closing = new AbortController();
  /** One list at a time: an older one must not be taken for the newer. */
  readonly #scans = new SerialQueue();
  #names = new Map<string, Reader>();
  #ready: Promise<void> | undefined;
  #unsubscribe: (() => void) | undefined;
  #rescanWaits = false;
  #failure: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: IoctlManagerOptions) {
    this.#provider = deviceProvider(options.devices);
    this.clock = options.clock ?? systemClock;
    this.ioctlLimitMs = options.ioctlLimitMs ?? IOCTL_LIMIT_MS;
    this.transactionIdleLimitMs = options.transactionIdleLimitMs ?? TRANSACTION_IDLE_LIMIT_MS;
    this.powerDownDelayMs = options.powerDownDelayMs ?? POWER_DOWN_DELAY_MS;
  }

  establishContext(): SmartCardContext {
    const context = new IoctlContext(this, () => this.#contexts.delete(context));
    if (this.#closed !== undefined) void context.close();
    else this.#contexts.add(context);
    return context;
  }

  /**
   * Resolves when the readers that are there have been started. Rejects with "no-service" when the devices cannot be
   * listed; the next call tries again.
   */
  ready(): Promise<void> {
    this.#ready ??= this.#start().catch((error: unknown) => {
      throw this.#fail(error);
    });
    return this.#ready;
  }

  /** Why there are no readers, while their devices cannot be listed. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get readerNames(): string[] {
    return [...this.#names.keys()];
  }

  reader(name: string): Reader | undefined {
    return this.#names.get(name);
  }

  snapshot(name: string): ReaderSnapshot {
    return this.#names.get(name)?.snapshot ?? UNKNOWN_READER;
  }

  /** Calls back after every change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // --- ReaderHost

  changed(): void {
    const names = new Map<string, Reader>();
    for (const reader of this.#readers.values()) if (reader.name !== undefined) names.set(reader.name, reader);
    this.#names = names;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The number that the reader asks for, or the next that is free: two readers of a kind both ask for 0. */
  nameReader({ kind, unit }: ReaderIdentity): string {
    const taken = new Set([...this.#readers.values()].map(({ name }) => name));
    let number = unit;
    while (taken.has(`${kind} ${number}`)) number++;
    return `${kind} ${number}`;
  }

  // --- the devices

  async #start(): Promise<void> {
    // first, so that nothing is missed between list and subscription
    this.#unsubscribe ??= this.#provider.subscribe(() => {
      void this.#rescan();
    });
    await this.#scans.run(() => this.#scan());
    const started = Promise.all(Array.from(this.#readers.values(), (reader) => reader.started));
    const limit = new AbortController();
    const tooLong = delay(this.clock, LONGEST_START_MS, limit.signal).catch(() => undefined);
    await Promise.race([started, tooLong]);
    limit.abort();
  }

  /** The provider says that something is different. One scan will see everything that is said before it begins. */
  async #rescan(): Promise<void> {
    if (this.#rescanWaits) return;
    this.#rescanWaits = true;
    try {
      await this.#scans.run(() => {
        this.#rescanWaits = false;
        return this.#scan();
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  async #scan(): Promise<void> {
    const listed = new Map((await this.#provider.listInterfaces()).map((device) => [device.path, device]));
    if (this.#closing.signal.aborted) return;
    this.#failure = undefined;
    for (const [path, reader] of this.#readers) {
      if (listed.has(path)) continue;
      this.#readers.delete(path);
      this.#leave(reader);
    }
    for (const [path, device] of listed) {
      const reader = this.#readers.get(path);
      if (reader === undefined) this.#readers.set(path, new Reader(device, this));
      else reader.relisted(device);
    }
    this.changed();
  }

  /** Without its devices a resource manager is no service: its readers are gone until they can be listed again. */
  #fail(error: unknown): Error {
    this.#failure = smartCardErrorFromCode(SCARD.E_NO_SERVICE, { command: "list the reader devices", cause: error });
    this.#ready = undefined;
    this.#leaveAll();
    return this.#failure;
  }

  #leaveAll(): void {
    for (const reader of this.#readers.values()) this.#leave(reader);
    this.#readers.clear();
    this.changed();
  }

  #leave(reader: Reader): void {
    const left = reader.close().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort(invalidStateError("the resource manager is closed"));
    this.#unsubscribe?.();
    await Promise.all(Array.from(this.#contexts, (context) => context.close()));
    this.#leaveAll();
    await Promise.all(this.#leaving);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
