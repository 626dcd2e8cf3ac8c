import { copyBytes, equalBytes, type SmartCardCallOptions } from "@cardwire/core";
import { encodeNdefMessage, parseNdefMessage } from "../model/message.ts";
import { NdefTagError } from "./ndef-tag-error.ts";
import type { NdefTag, NdefTagState, NdefTagType, NdefWriteOptions } from "./ndef-tag.ts";

/** A formatted tag's NDEF, as far as it has been read. */
export interface NdefArea {
  readonly version: string;
  /** `undefined` where the place for a message is there, but none has been made in it yet. */
  readonly message: Uint8Array | undefined;
  /** A write was begun and not ended. */
  readonly isInterrupted?: boolean;
  readonly capacityBytes: number;
  readonly readAccess: NdefTagState["readAccess"];
  readonly writeAccess: NdefTagState["writeAccess"];
}

/** What a tag family has to know so that {@link createNdefTag} can do the rest. Everything runs within `run`. */
export interface NdefTagDriver<Area extends NdefArea> {
  readonly type: NdefTagType;
  /** True where `write` reads back what it writes, so that nobody else has to. */
  readonly verifies?: boolean;
  /** Runs one call after another, in the queue of the tag's helper. */
  run<Result>(work: (signal?: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Reads up to the end of the message; `undefined` of a tag that is not formatted. */
  open(signal?: AbortSignal): Promise<Area | undefined>;
  /** Writes a message that fits: length zeroed first, written last. */
  write(area: Area, message: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Prepares a tag that is not formatted. What makes it count as formatted is written last. */
  format(signal?: AbortSignal): Promise<void>;
  /** Says that the tag is read-only, and then sets its locks, where it has some. May be called again to go on. */
  makeReadOnly(area: Area, signal?: AbortSignal): Promise<void>;
}

/** NDEF on a tag, of what its family knows: the rules and sentences that are the same for all. */
export function createNdefTag<Area extends NdefArea>(driver: NdefTagDriver<Area>): NdefTag {
  return new DrivenNdefTag(driver);
}

const NO_AREA = { messageBytes: 0, capacityBytes: 0, readAccess: "open", writeAccess: "open" } as const;

class DrivenNdefTag<Area extends NdefArea> implements NdefTag {
  readonly type: NdefTagType;
  readonly #driver: NdefTagDriver<Area>;

  constructor(driver: NdefTagDriver<Area>) {
    this.type = driver.type;
    this.#driver = driver;
  }

  state({ signal }: SmartCardCallOptions = {}): Promise<NdefTagState> {
    return this.#driver.run(async (within): Promise<NdefTagState> => {
      const { type } = this;
      const area = await this.#driver.open(within);
      if (area === undefined) return { type, status: "unformatted", ...NO_AREA };
      const { version, message, isInterrupted, capacityBytes, readAccess, writeAccess } = area;
      const messageBytes = message?.length ?? 0;
      const status = isInterrupted === true ? "interrupted" : messageBytes === 0 ? "empty" : "message";
      return { type, status, version, messageBytes, capacityBytes, readAccess, writeAccess };
    }, signal);
  }

  async read(options?: SmartCardCallOptions): Promise<ReturnType<typeof parseNdefMessage> | undefined> {
    const bytes = await this.readBytes(options);
    return bytes && parseNdefMessage(bytes);
  }

  readBytes({ signal }: SmartCardCallOptions = {}): Promise<Uint8Array | undefined> {
    return this.#driver.run(async (within) => (await this.#readable(within))?.message, signal);
  }

  write(message: Parameters<NdefTag["write"]>[0], options?: NdefWriteOptions): Promise<void> {
    // what has no form is refused before the tag is asked
    return Promise.resolve().then(() => this.writeBytes(encodeNdefMessage(message), options));
  }

  writeBytes(message: Uint8Array, { signal, verify = true }: NdefWriteOptions = {}): Promise<void> {
    const bytes = copyBytes(message);
    return this.#driver.run(async (within) => {
      const area = await this.#writable(within);
      if (bytes.length > area.capacityBytes)
        throw new NdefTagError(
          "TOO_SMALL",
          `the message has ${bytes.length} bytes, and the tag holds ${area.capacityBytes}`,
          { messageBytes: bytes.length, capacityBytes: area.capacityBytes },
        );
      await this.#driver.write(area, bytes, within);
      if (verify && this.#driver.verifies !== true) await this.#verify(bytes, within);
    }, signal);
  }

  format({ signal }: SmartCardCallOptions = {}): Promise<void> {
    return this.#driver.run(async (within) => {
      const area = await this.#driver.open(within);
      if (area === undefined) await this.#driver.format(within);
      else {
        requireOpen(area);
        if (area.message?.length !== 0) await this.#driver.write(area, new Uint8Array(0), within);
      }
      await this.#verify(new Uint8Array(0), within);
    }, signal);
  }

  makeReadOnly({ signal }: SmartCardCallOptions = {}): Promise<void> {
    return this.#driver.run(async (within) => {
      const area = await this.#readable(within);
      if (area === undefined) throw notFormatted();
      if (area.isInterrupted === true)
        throw new NdefTagError("NOT_LOCKABLE", "a write was begun and not ended: the message has to be written first");
      parseNdefMessage(area.message ?? new Uint8Array(0));
      await this.#driver.makeReadOnly(area, within);
    }, signal);
  }

  async #readable(signal?: AbortSignal): Promise<Area | undefined> {
    const area = await this.#driver.open(signal);
    if (area?.readAccess === "protected")
      throw new NdefTagError("PROTECTED", "the tag's NDEF cannot be read without its password or key");
    return area;
  }

  async #writable(signal?: AbortSignal): Promise<Area> {
    const area = await this.#driver.open(signal);
    if (area === undefined) throw notFormatted();
    requireOpen(area);
    return area;
  }

  async #verify(message: Uint8Array, signal?: AbortSignal): Promise<void> {
    const now = await this.#driver.open(signal);
    // a protected area cannot be compared, and was written by whoever has its key
    if (now?.readAccess === "protected") return;
    if (now?.message === undefined || now.isInterrupted === true || !equalBytes(now.message, message))
      throw new NdefTagError(
        "NOT_WRITTEN",
        "what was read back is not what was written: try again, or use another tag",
      );
  }
}

function requireOpen({ readAccess, writeAccess }: NdefArea): void {
  if (writeAccess === "read-only") throw new NdefTagError("READ_ONLY", "the tag is read-only, and stays so");
  // where the message cannot be read, its place cannot be found
  if (writeAccess === "protected" || readAccess === "protected")
    throw new NdefTagError("PROTECTED", "the tag's NDEF cannot be written without its password or key");
}

function notFormatted(): NdefTagError {
  return new NdefTagError("NOT_FORMATTED", "the tag is not formatted for NDEF: format it first");
}
