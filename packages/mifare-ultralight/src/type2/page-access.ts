import { requireSuccess } from "@cardwire/apdu";
import { readBinary, updateBinary } from "@cardwire/apdu/pcsc";
import { isTagAccessError, type TagAccess } from "@cardwire/storage-card/tag-access";
import type { PageAddress } from "../products.ts";
import { PAGE_BYTES, READ_BYTES, Type2Command } from "../rf-commands.ts";
import { readAnswer, type Type2Answer } from "./answers.ts";
import { Type2Error } from "./type2-error.ts";

/** Pages that a READ gives. */
export const READ_PAGES: number = READ_BYTES / PAGE_BYTES;
const SECTOR_PAGES = 0x100;

/** Pages of a tag, read and written in whichever way the reader has. One command after the other. */
export class PageAccess {
  readonly access: TagAccess;
  /** The longest answer to FAST_READ that is asked for, in pages. */
  readonly #fastPages: number;
  #sector = 0;

  constructor(access: TagAccess, maxReplyBytes: number) {
    this.access = access;
    this.#fastPages = Math.max(1, Math.floor(maxReplyBytes / PAGE_BYTES));
  }

  /** Sends a frame. A tag that did not take it has fallen out of its state, and is selected again. */
  async ask(frame: Uint8Array, signal?: AbortSignal): Promise<Type2Answer> {
    const answer = readAnswer(await this.access.exchange(frame, signal === undefined ? {} : { signal }));
    if (answer.kind === "nak" || answer.kind === "silence") await this.reselect(signal);
    return answer;
  }

  async reselect(signal?: AbortSignal): Promise<void> {
    this.#sector = 0;
    await this.access.reselect(signal);
  }

  /** Sends a frame whose answer has `length` bytes. @throws Type2Error */
  async askBytes(name: string, frame: Uint8Array, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const answer = await this.ask(frame, signal);
    if (answer.kind === "bytes" && answer.data.length === length) return answer.data;
    throw failed(name, answer);
  }

  /** Sends a frame whose answer is ACK. @throws Type2Error */
  async askAck(name: string, frame: Uint8Array, signal?: AbortSignal): Promise<void> {
    const answer = await this.ask(frame, signal);
    if (answer.kind !== "ack") throw failed(name, answer);
  }

  /** READ of four pages, fewer where the reader gives no more. @throws StatusWordError, Type2Error */
  async readFour(address: PageAddress, signal?: AbortSignal): Promise<Uint8Array> {
    if (address >= SECTOR_PAGES) {
      await this.#select(address, signal);
      return this.askBytes("READ", Uint8Array.of(Type2Command.READ, address & 0xff), READ_BYTES, signal);
    }
    await this.#select(address, signal);
    const { dialect } = this.access;
    const ne = dialect.read.ultralightLength;
    const data = requireSuccess(await this.access.transmit(readBinary({ address, ne }, dialect), signal));
    if (data.length === READ_BYTES || data.length === PAGE_BYTES) return data;
    throw new Type2Error("UNEXPECTED_ANSWER", `READ BINARY gave ${data.length} bytes`);
  }

  /** Reads pages of one sector with READ. */
  async readSlowly(first: PageAddress, last: PageAddress, signal?: AbortSignal): Promise<Uint8Array> {
    const pages = new Uint8Array((last - first + 1) * PAGE_BYTES);
    for (let address = first; address <= last;) {
      const data = await this.readFour(address, signal);
      const at = (address - first) * PAGE_BYTES;
      pages.set(data.subarray(0, Math.min(data.length, pages.length - at)), at);
      address += data.length / PAGE_BYTES;
    }
    return pages;
  }

  /** Reads pages of one sector with FAST_READ, as many at once as fit an answer. @throws Type2Error, TagAccessError */
  async readFast(first: PageAddress, last: PageAddress, signal?: AbortSignal): Promise<Uint8Array> {
    const pages = new Uint8Array((last - first + 1) * PAGE_BYTES);
    await this.access.together(async () => {
      await this.#select(first, signal);
      for (let address = first; address <= last; address += this.#fastPages) {
        const end = Math.min(address + this.#fastPages - 1, last);
        const frame = Uint8Array.of(Type2Command.FAST_READ, address & 0xff, end & 0xff);
        const data = await this.askBytes("FAST_READ", frame, (end - address + 1) * PAGE_BYTES, signal);
        pages.set(data, (address - first) * PAGE_BYTES);
      }
    }, signal);
    return pages;
  }

  /** Writes one page. @throws StatusWordError, Type2Error */
  async writePage(address: PageAddress, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#select(address, signal);
    if (address >= SECTOR_PAGES) {
      await this.askAck("WRITE", Uint8Array.of(Type2Command.WRITE, address & 0xff, ...data), signal);
      return;
    }
    requireSuccess(await this.access.transmit(updateBinary({ address, data }, this.access.dialect), signal));
  }

  /** SECTOR_SELECT: an ACK, then silence for a sector that is there (NFC Forum Type 2 section 4.5). */
  async #select(address: PageAddress, signal?: AbortSignal): Promise<void> {
    const sector = Math.floor(address / SECTOR_PAGES);
    if (sector === this.#sector) return;
    await this.access.together(async () => {
      await this.askAck("SECTOR_SELECT", Uint8Array.of(Type2Command.SECTOR_SELECT, 0xff), signal);
      await this.access.send(Uint8Array.of(sector, 0, 0, 0), signal === undefined ? {} : { signal });
    }, signal);
    this.#sector = sector;
  }

  /** Whether this error says that the reader cannot do frames at all. */
  static isWithoutFrames(error: unknown): boolean {
    return isTagAccessError(error, "NO_RAW_ACCESS");
  }
}

/** The error for an answer that was not the hoped-for one. */
export function failed(name: string, answer: Type2Answer): Type2Error {
  switch (answer.kind) {
    case "nak":
      return new Type2Error("NAK", `${name}: the tag answered NAK`);
    case "silence":
      return new Type2Error("NO_ANSWER", `${name}: the tag did not answer`);
    case "ack":
      return new Type2Error("UNEXPECTED_ANSWER", `${name}: the tag answered ACK`);
    case "bytes":
      return new Type2Error("UNEXPECTED_ANSWER", `${name}: the tag answered ${answer.data.length} bytes`);
  }
}
