import { IoctlOpenError } from "@cardwire/core";
import { openCcidReader } from "../reader/open-reader.ts";
import type { CcidReader, CcidReaderOptions } from "../reader/reader.ts";
import { isCcidReaderError } from "../reader/reader-error.ts";
import type { UsbDeviceLike } from "../usb-device.ts";
import { SlotDevice } from "./slot-device.ts";
import { statusOf } from "./status-of.ts";

/** Told when the reader in a slot waits for the user's touch. */
export type TouchListener = (slot: number) => void;

/** A reader from its opening to its end. */
interface Session {
  readonly reader: Promise<CcidReader>;
  /** Slots that are open. */
  readonly slots: Set<SlotDevice>;
  /** Those who have a slot open, or are about to. */
  users: number;
  /** Why the reader is lost. */
  lost: Error | undefined;
}

/** One CCID interface whose slots are opened one by one: open from its first slot to its last. */
export class SharedReader {
  readonly #device: UsbDeviceLike;
  readonly #options: CcidReaderOptions;
  readonly #touch: TouchListener;
  #session: Session | undefined;
  /** A reader that is on its way out is not opened again before it is. */
  #closed: Promise<void> = Promise.resolve();

  constructor(device: UsbDeviceLike, options: CcidReaderOptions, touch: TouchListener) {
    this.#device = device;
    this.#options = options;
    this.#touch = touch;
  }

  /** Opens a slot. @throws IoctlOpenError whose cause says why the reader cannot be had. */
  async openSlot(index: number, path: string): Promise<SlotDevice> {
    const session = (this.#session ??= this.#begin());
    session.users++;
    try {
      const reader = await session.reader;
      // between its opening and this moment
      if (session.lost !== undefined) throw session.lost;
      const slot = reader.slots[index];
      if (slot === undefined)
        throw new IoctlOpenError(`the reader has no slot ${index}`, { status: statusOf(undefined), path });
      const device = new SlotDevice(reader, slot, () => {
        session.slots.delete(device);
        return this.#leave(session);
      });
      session.slots.add(device);
      return device;
    } catch (error) {
      await this.#leave(session);
      if (!isCcidReaderError(error)) throw error;
      throw new IoctlOpenError(error.message, { status: statusOf(error), path, cause: error });
    }
  }

  #begin(): Session {
    const session: Session = {
      reader: this.#open((reader, error) => {
        session.lost = error;
        this.#end(session, reader.close());
        for (const slot of [...session.slots]) slot.lost();
      }),
      slots: new Set(),
      users: 0,
      lost: undefined,
    };
    // the next one tries again
    session.reader.catch(() => {
      this.#end(session, Promise.resolve());
    });
    return session;
  }

  async #open(lost: (reader: CcidReader, error: Error) => void): Promise<CcidReader> {
    await this.#closed;
    const reader = await openCcidReader(this.#device, this.#options);
    reader.onLost((error) => {
      lost(reader, error);
    });
    for (const slot of reader.slots)
      slot.onWaitingForTouch(() => {
        this.#touch(slot.index);
      });
    return reader;
  }

  /** Once, for each session. */
  #end(session: Session, closed: Promise<void>): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#closed = closed;
  }

  async #leave(session: Session): Promise<void> {
    if (--session.users > 0) return;
    const closed = session.reader.then((reader) => reader.close()).catch(() => undefined);
    this.#end(session, closed);
    await closed;
  }
}
