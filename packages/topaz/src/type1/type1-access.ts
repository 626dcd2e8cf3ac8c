import { encodeCommandApdu, requireSuccess } from "@cardwire/apdu";
import { ACR122U_DIALECT, readBinary, updateBinary } from "@cardwire/apdu/pcsc";
import { concatBytes, equalBytes } from "@cardwire/core";
import {
  createTagAccess,
  type TagAccess,
  type TagAccessOptions,
  type TagConnection,
} from "@cardwire/storage-card/tag-access";
import { byteAddress, TYPE1_COMMAND } from "../commands.ts";
import { addressedFrame, type Frame, ridFrame } from "../frames.ts";
import { BLOCK_BYTES, SEGMENT_BYTES, STATIC_BYTES } from "../layout.ts";
import { Type1Error } from "./type1-error.ts";

const UID_BYTES = 4;
const HEADER_BYTES = 2;
/** InDataExchange with target 1, and how its answer begins: it knows the framing of Type 1 tags (PN532 user manual, 7.3.8). */
const IN_DATA_EXCHANGE: readonly number[] = [0xd4, 0x40, 0x01];
const DATA_EXCHANGED: readonly number[] = [0xd5, 0x41, 0x00];

/** What RID tells. */
export interface Type1Header {
  readonly hr0: number;
  readonly hr1: number;
  /** UID0–3. */
  readonly uid: Uint8Array;
}

/**
 * The commands of a Type 1 tag, in whichever way the reader has: READ and UPDATE BINARY as Windows defines them, frames
 * through the transparent session for what those lack, or the PN53x behind `FF 00 00 00`. One command after the other.
 */
export class Type1Access {
  readonly #access: TagAccess;
  readonly #throughPn53x: boolean;
  #uid: Uint8Array | undefined;

  constructor(connection: TagConnection, options: TagAccessOptions) {
    this.#access = createTagAccess(connection, options);
    this.#throughPn53x =
      options.raw === "pn53x" || (options.raw === undefined && options.dialect?.name === ACR122U_DIALECT.name);
  }

  /** True where the reader's chip has no commands for blocks of eight bytes. */
  get hasBytesOnly(): boolean {
    return this.#throughPn53x;
  }

  async identify(signal?: AbortSignal): Promise<Type1Header> {
    const answer = this.#throughPn53x
      ? await this.#exchange("RID", ridFrame(), HEADER_BYTES + UID_BYTES, signal)
      : await this.#readBinary(0, HEADER_BYTES + UID_BYTES, signal);
    const [hr0 = 0, hr1 = 0] = answer;
    this.#uid = answer.slice(HEADER_BYTES);
    return { hr0, hr1, uid: this.#uid.slice() };
  }

  /** Header ROM and the first 120 bytes. */
  async readStatic(signal?: AbortSignal): Promise<Type1Header & { readonly memory: Uint8Array }> {
    const length = HEADER_BYTES + STATIC_BYTES;
    const answer = this.#throughPn53x
      ? await this.#exchange(
          "RALL",
          addressedFrame(TYPE1_COMMAND.RALL, 0, new Uint8Array(1), await this.#ownUid(signal)),
          length,
          signal,
        )
      : await this.#readBinary(0, length, signal);
    const [hr0 = 0, hr1 = 0] = answer;
    const memory = answer.slice(HEADER_BYTES);
    this.#uid = memory.slice(0, UID_BYTES);
    return { hr0, hr1, uid: this.#uid.slice(), memory };
  }

  async readByte(address: number, signal?: AbortSignal): Promise<number> {
    const block = address >> 3;
    const byte = address & 7;
    const answer = this.#throughPn53x
      ? await this.#addressed(TYPE1_COMMAND.READ, byteAddress(block, byte), new Uint8Array(1), signal)
      : await this.#readBinary((block << 8) | byte, 1, signal);
    return answer[0] ?? 0;
  }

  async readBlock(block: number, signal?: AbortSignal): Promise<Uint8Array> {
    this.#refuseOnPn53x("READ8");
    return this.#readBinary(block << 8, BLOCK_BYTES, signal);
  }

  async readSegment(segment: number, signal?: AbortSignal): Promise<Uint8Array> {
    this.#refuseOnPn53x("RSEG");
    return this.#readBinary(segment, SEGMENT_BYTES, signal);
  }

  /** Writes one byte or a block of eight, whose bits are all cleared first. */
  async write(address: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const block = address >> 3;
    const byte = address & 7;
    if (this.#throughPn53x) {
      const answer = await this.#addressed(TYPE1_COMMAND.WRITE_E, byteAddress(block, byte), data, signal);
      if (!equalBytes(answer, data)) throw unexpected("WRITE-E", answer);
      return;
    }
    const command = updateBinary({ address: (block << 8) | byte, data }, this.#access.dialect);
    requireSuccess(await this.#access.transmit(command, signal));
  }

  /** Writes one byte or a block of eight without erasing it: bits are only set. @throws TagAccessError where the reader cannot. */
  async set(address: number, data: Uint8Array, signal?: AbortSignal): Promise<void> {
    const answer =
      data.length === 1
        ? await this.#addressed(TYPE1_COMMAND.WRITE_NE, address, data, signal)
        : await this.#addressed(TYPE1_COMMAND.WRITE_NE8, address >> 3, data, signal);
    if (data.some((byte, index) => ((answer[index] ?? 0) & byte) !== byte)) throw unexpected("WRITE-NE", answer);
  }

  async #ownUid(signal?: AbortSignal): Promise<Uint8Array> {
    return this.#uid ?? (await this.identify(signal)).uid;
  }

  async #readBinary(address: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    // RALL has the Le 00, which stands for 256
    const ne = length === HEADER_BYTES + STATIC_BYTES ? 256 : length;
    const command = readBinary({ address, ne }, this.#access.dialect);
    const data = requireSuccess(await this.#access.transmit(command, signal));
    if (data.length !== length) throw unexpected("READ BINARY", data);
    return data.slice();
  }

  /** Sends a frame with an address, which the tag gives back in front of its data. */
  async #addressed(command: number, address: number, data: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const frame = addressedFrame(command, address, data, await this.#ownUid(signal));
    const name = `command ${command.toString(16).toUpperCase().padStart(2, "0")}`;
    if (data.length > 1) this.#refuseOnPn53x(name);
    const answer = await this.#exchange(name, frame, undefined, signal);
    // Windows' driver takes the address off
    if (answer.length === data.length) return answer;
    if (answer.length === data.length + 1 && answer[0] === address) return answer.subarray(1);
    throw unexpected(name, answer);
  }

  async #exchange(name: string, frame: Frame, length: number | undefined, signal?: AbortSignal): Promise<Uint8Array> {
    let answer: Uint8Array;
    if (this.#throughPn53x) {
      const data = concatBytes(Uint8Array.from(IN_DATA_EXCHANGE), frame);
      const response = await this.#access.transmit(
        encodeCommandApdu({ cla: 0xff, ins: 0x00, p1: 0x00, p2: 0x00, data }),
        signal,
      );
      const head = requireSuccess(response).subarray(0, DATA_EXCHANGED.length);
      if (!equalBytes(head, Uint8Array.from(DATA_EXCHANGED)))
        throw new Type1Error("NO_ANSWER", `${name}: the tag did not answer`);
      answer = response.data.slice(DATA_EXCHANGED.length);
    } else {
      const reply = await this.#access.exchange(frame, signal === undefined ? {} : { signal });
      if (reply.kind === "failure") throw new Type1Error("NO_ANSWER", `${name}: the tag did not answer`);
      answer = reply.data;
    }
    if (length !== undefined && answer.length !== length) throw unexpected(name, answer);
    return answer;
  }

  /** A PN532 has no command of eight bytes for these tags, and no segment but the first (its user manual, 7.3.8). */
  #refuseOnPn53x(name: string): void {
    if (this.#throughPn53x)
      throw new Type1Error("NOT_SUPPORTED", `${name}: the reader's chip does not carry it to a Type 1 tag`);
  }
}

function unexpected(name: string, answer: Uint8Array): Type1Error {
  return new Type1Error("UNEXPECTED_ANSWER", `${name}: the tag answered ${answer.length} bytes`);
}
