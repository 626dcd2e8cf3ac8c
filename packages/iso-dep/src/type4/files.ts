import { type ApduChannel, buildTlv, parseTlv, requireSuccess, type ResponseApdu } from "@cardwire/apdu";
import { concatBytes, fromHex } from "@cardwire/core";

/** Names of the NDEF application: of mapping version 2.0 and later, and of 1.0. */
const NDEF_APPLICATION = "D2760000850101";
const NDEF_APPLICATION_1_0 = "D2760000850100";
const OK = 0x9000;
const INS = { SELECT: 0xa4, READ: 0xb0, READ_ODO: 0xb1, UPDATE: 0xd6, UPDATE_ODO: 0xd7 } as const;
/** P2 of SELECT: no answer data. */
const NO_DATA = 0x0c;
/** Where P1 P2 of READ and UPDATE BINARY stop being an offset. */
const FIRST_FAR_OFFSET = 0x8000;
/** What a short Lc, and a short Le that is not 00, can say. */
const MAX_SHORT = 0xff;
const OFFSET_OBJECT = 0x54;
const DATA_OBJECT = 0x53;
/** Offset data object: tag, length and three bytes. */
const OFFSET_OBJECT_BYTES = 5;
/** Tag and length of a data object of up to 255 bytes. */
const DATA_HEAD_BYTES = 3;

/** The commands of the mapping (NFC Forum Type 4 Tag specification, section 5.4; ISO/IEC 7816-4 section 11.3). */
export class Type4Files {
  readonly #channel: ApduChannel;

  constructor(channel: ApduChannel) {
    this.#channel = channel;
  }

  /** Sends a command, whatever its status word. */
  send(
    ins: number,
    p1p2: number,
    data?: Uint8Array,
    ne?: number,
    signal?: AbortSignal,
    cla = 0x00,
  ): Promise<ResponseApdu> {
    return this.#channel.transmit(
      { cla, ins, p1: p1p2 >> 8, p2: p1p2 & 0xff, ...(data && { data }), ...(ne !== undefined && { ne }) },
      signal && { signal },
    );
  }

  /** Selects the NDEF application; gives its mapping version, `undefined` where there is none. */
  async selectNdef(signal?: AbortSignal): Promise<1 | 2 | undefined> {
    const name = fromHex(NDEF_APPLICATION);
    // some cards want the command with Le, others without
    for (const ne of [256, undefined]) if ((await this.send(INS.SELECT, 0x0400, name, ne, signal)).sw === OK) return 2;
    const old = await this.send(INS.SELECT, 0x0400, fromHex(NDEF_APPLICATION_1_0), undefined, signal);
    return old.sw === OK ? 1 : undefined;
  }

  /** Selects a file by its identifier. False where it is not there. */
  async select(fileId: number, version: 1 | 2, signal?: AbortSignal): Promise<boolean> {
    const id = Uint8Array.of(fileId >> 8, fileId & 0xff);
    const { sw } = await this.send(INS.SELECT, version === 1 ? 0 : NO_DATA, id, undefined, signal);
    return sw === OK;
  }

  /** Reads `length` bytes of the selected file. @throws StatusWordError */
  async read(offset: number, length: number, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    const most = Math.min(maxBytes, MAX_SHORT);
    for (let at = offset; at < offset + length;) {
      signal?.throwIfAborted();
      const left = offset + length - at;
      const part =
        at < FIRST_FAR_OFFSET
          ? requireSuccess(await this.send(INS.READ, at, undefined, Math.min(left, most), signal))
          : await this.#readFar(at, Math.min(left, most - DATA_HEAD_BYTES), signal);
      if (part.length === 0) break;
      parts.push(part.slice(0, left));
      at += part.length;
    }
    return concatBytes(...parts);
  }

  /** Writes into the selected file. @throws StatusWordError */
  async write(offset: number, data: Uint8Array, maxBytes: number, signal?: AbortSignal): Promise<void> {
    const most = Math.min(maxBytes, MAX_SHORT);
    for (let at = 0; at < data.length;) {
      signal?.throwIfAborted();
      const address = offset + at;
      const isFar = address >= FIRST_FAR_OFFSET;
      const room = isFar ? Math.max(1, most - OFFSET_OBJECT_BYTES - DATA_HEAD_BYTES) : most;
      const part = data.subarray(at, at + room);
      requireSuccess(
        isFar
          ? await this.send(
              INS.UPDATE_ODO,
              0,
              concatBytes(offsetObject(address), buildTlv([{ tag: DATA_OBJECT, value: part }])),
              undefined,
              signal,
            )
          : await this.send(INS.UPDATE, address, part, undefined, signal),
      );
      at += part.length;
    }
  }

  async #readFar(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const ne = Math.min(MAX_SHORT, length + DATA_HEAD_BYTES);
    const data = requireSuccess(await this.send(INS.READ_ODO, 0, offsetObject(offset), ne, signal));
    return parseTlv(data).find(({ tag }) => tag === DATA_OBJECT)?.value ?? new Uint8Array(0);
  }
}

function offsetObject(offset: number): Uint8Array {
  return Uint8Array.of(OFFSET_OBJECT, 3, offset >> 16, (offset >> 8) & 0xff, offset & 0xff);
}
