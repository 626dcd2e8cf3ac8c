import { type ApduChannel, createApduChannel, requireSuccess } from "@cardwire/apdu";
import { concatBytes, fromHex } from "@cardwire/core";
import { parseType4Container, type Type4Container } from "@cardwire/iso-dep";
import type { Tap } from "cardwire";

const NDEF_APPLICATION = "D2760000850101";
const CONTAINER_FILE = 0xe103;
const OK = 0x9000;
const INS = { select: 0xa4, read: 0xb0, update: 0xd6 } as const;
/** The commands' offset has 15 bits. */
const MOST_FILE_BYTES = 0x8000;
const MOST_PER_COMMAND = 0xff;

/** The files of a Type 4 tag's NDEF application (NFC Forum Type 4 Tag specification, section 5). */
export class Type4FileAccess {
  readonly #channel: ApduChannel;
  readonly #signal: AbortSignal;

  constructor(tap: Tap, signal: AbortSignal) {
    this.#channel = createApduChannel((command, options) =>
      tap.connection.transmit(command, { signal: options.signal ?? signal }),
    );
    this.#signal = signal;
  }

  /** The capability container, as bytes and in words; `undefined` for a card without an NDEF application. */
  async readContainer(): Promise<{ readonly bytes: Uint8Array; readonly container: Type4Container } | undefined> {
    const { sw } = await this.#send(INS.select, 0x04, 0x00, fromHex(NDEF_APPLICATION), 256);
    if (sw !== OK || !(await this.#select(CONTAINER_FILE))) return undefined;
    const head = await this.#read(0, 15);
    const length = ((head[0] ?? 0) << 8) | (head[1] ?? 0);
    const bytes = length > head.length ? concatBytes(head, await this.#read(head.length, length - head.length)) : head;
    const container = parseType4Container(bytes);
    return container && { bytes, container };
  }

  /** A whole file, as far as the commands reach. */
  async readFile({ fileId, fileBytes, maxReadBytes }: Type4Container): Promise<Uint8Array> {
    requireSuccess(await this.#send(INS.select, 0x00, 0x0c, idBytes(fileId)));
    const parts: Uint8Array[] = [];
    const most = Math.min(maxReadBytes, MOST_PER_COMMAND);
    const length = Math.min(fileBytes, MOST_FILE_BYTES);
    for (let at = 0; at < length; at += most) {
      this.#signal.throwIfAborted();
      parts.push(await this.#read(at, Math.min(most, length - at)));
    }
    return concatBytes(...parts);
  }

  /** Writes into a file, no more than one command takes. */
  async write({ fileId }: Type4Container, offset: number, data: Uint8Array): Promise<void> {
    requireSuccess(await this.#send(INS.select, 0x00, 0x0c, idBytes(fileId)));
    requireSuccess(await this.#send(INS.update, offset >> 8, offset & 0xff, data));
  }

  async #select(fileId: number): Promise<boolean> {
    return (await this.#send(INS.select, 0x00, 0x0c, idBytes(fileId))).sw === OK;
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    return requireSuccess(await this.#send(INS.read, offset >> 8, offset & 0xff, undefined, length)).slice();
  }

  #send(ins: number, p1: number, p2: number, data?: Uint8Array, ne?: number): ReturnType<ApduChannel["transmit"]> {
    const command = { cla: 0x00, ins, p1, p2, ...(data && { data }), ...(ne !== undefined && { ne }) };
    return this.#channel.transmit(command, { signal: this.#signal });
  }
}

function idBytes(fileId: number): Uint8Array {
  return Uint8Array.of(fileId >> 8, fileId & 0xff);
}
