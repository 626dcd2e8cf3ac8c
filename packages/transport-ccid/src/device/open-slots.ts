import { IoctlOpenError } from "@cardwire/core";
import { openCcidReader } from "../reader/open-reader.ts";
import type { CcidReader, CcidReaderOptions } from "../reader/reader.ts";
import { isCcidReaderError } from "../reader/reader-error.ts";
import type { UsbDeviceLike } from "../usb-device.ts";
import { SlotDevice } from "./slot-device.ts";
import { statusOf } from "./status-of.ts";

/** Told when the reader in a slot waits for the user's touch. */
export type TouchListener = (slot: number) => void;

/** One CCID interface whose slots are opened one by one: open from its first slot to its last. */
export class SharedReader {
  readonly #device: UsbDeviceLike;
  readonly #options: CcidReaderOptions;
  readonly #touch: TouchListener;
  readonly #open = new Set<SlotDevice>();
  #reader: Promise<CcidReader> | undefined;
  #users = 0;
  /** A reader that is on its way out is not opened again before it is. */
  #closing: Promise<void> = Promise.resolve();

  constructor(device: UsbDeviceLike, options: CcidReaderOptions, touch: TouchListener) {
    this.#device = device;
    this.#options = options;
    this.#touch = touch;
  }

  /** Opens a slot. @throws IoctlOpenError whose cause says why the reader cannot be had. */
  async openSlot(index: number, path: string): Promise<SlotDevice> {
    this.#users++;
    try {
      const reader = await this.#join();
      const slot = reader.slots[index];
      if (slot === undefined)
        throw new IoctlOpenError(`the reader has no slot ${index}`, { status: statusOf(undefined), path });
      const device = new SlotDevice(reader, slot, async () => {
        this.#open.delete(device);
        await this.#leave();
      });
      this.#open.add(device);
      return device;
    } catch (error) {
      await this.#leave();
      if (!isCcidReaderError(error)) throw error;
      throw new IoctlOpenError(error.message, { status: statusOf(error), path, cause: error });
    }
  }

  #join(): Promise<CcidReader> {
    if (this.#reader === undefined) {
      const opening = this.#openReader();
      this.#reader = opening;
      opening.catch(() => {
        if (this.#reader === opening) this.#reader = undefined;
      });
    }
    return this.#reader;
  }

  async #openReader(): Promise<CcidReader> {
    await this.#closing;
    const reader = await openCcidReader(this.#device, this.#options);
    reader.onLost(() => {
      this.#reader = undefined;
      for (const slot of [...this.#open]) slot.lost();
    });
    for (const slot of reader.slots)
      slot.onWaitingForTouch(() => {
        this.#touch(slot.index);
      });
    return reader;
  }

  async #leave(): Promise<void> {
    if (--this.#users > 0) return;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) return;
    this.#closing = reader.then((open) => open.close()).catch(() => undefined);
    await this.#closing;
  }
}
