import { concatBytes, toHex } from "@cardwire/core";
import type { TagAccess } from "@cardwire/storage-card/tag-access";
import { ISO15693_ERROR, MANUFACTURER, REQUEST_FLAG } from "./commands.ts";
import { Type5Error } from "./type5-error.ts";

const OK = 0x9000;
/** What a write may take inside the tag, in microseconds (ISO/IEC 15693-3 section 9.3), with the reader's own share. */
export const WRITE_TIMEOUT_US = 50_000;

/** Requests to a tag and its answers, by frames or by pseudo-APDUs; and the UID, which requests are made with. */
export class Type5Link {
  readonly access: TagAccess;
  #uid: Uint8Array | undefined;

  constructor(access: TagAccess) {
    this.access = access;
  }

  /** 8 bytes, least significant first. Asked once. */
  async readUid(signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#uid !== undefined) return this.#uid;
    const { data, sw } = await this.access.transmit(Uint8Array.of(0xff, 0xca, 0, 0, 0), signal);
    if (sw !== OK || data.length !== 8) throw new Type5Error("NO_ANSWER", "GET DATA gave no UID", { errorCode: sw });
    // some readers give it most significant first
    this.#uid = data[7] === 0xe0 ? data.slice() : data.slice().reverse();
    return this.#uid;
  }

  /** Sends a request and gives what follows the flags of the answer. */
  async request(request: Uint8Array, signal?: AbortSignal, timeoutUs?: number): Promise<Uint8Array> {
    return (await this.exchange(request, signal, timeoutUs)).subarray(1);
  }

  /** Sends a request and gives the answer with its flags, which report no error. */
  async exchange(request: Uint8Array, signal?: AbortSignal, timeoutUs?: number): Promise<Uint8Array> {
    const reply = await this.access.exchange(request, {
      ...(timeoutUs === undefined ? {} : { timeoutUs }),
      ...(signal === undefined ? {} : { signal }),
    });
    const what = `command ${(request[1] ?? 0).toString(16)}`;
    if (reply.kind === "failure")
      throw new Type5Error("NO_ANSWER", `no answer to ${what}`, { errorCode: reply.statusWord });
    const [flags, errorCode] = reply.data;
    if (flags === undefined) throw new Type5Error("NO_ANSWER", `an empty answer to ${what}`);
    if ((flags & 1) !== 0)
      throw new Type5Error(
        "TAG_ERROR",
        `${what} refused with error ${toHex(reply.data.subarray(1))}`,
        errorCode === undefined ? {} : { errorCode },
      );
    return reply.data;
  }

  /** Sends an APDU to the reader, for a block. */
  async pseudoApdu(apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const { data, sw } = await this.access.transmit(apdu, signal);
    if (sw === OK) return data;
    throw new Type5Error("TAG_ERROR", `the reader answered ${sw.toString(16)}`, { errorCode: sw });
  }

  /** Sends a command that changes the tag, without a block number. */
  async change(command: number, parameters: readonly number[], signal?: AbortSignal): Promise<void> {
    const request = Uint8Array.of(REQUEST_FLAG.HIGH_DATA_RATE, command, ...parameters);
    await this.request(request, signal, WRITE_TIMEOUT_US);
  }

  /** Sends a command of NXP's own. */
  custom(command: number, parameters: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const head = Uint8Array.of(REQUEST_FLAG.HIGH_DATA_RATE, command, MANUFACTURER.NXP);
    return this.request(concatBytes(head, parameters), signal, WRITE_TIMEOUT_US);
  }
}

/** The tag said no, or nothing: it is there, and does not have or give what was asked for. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Type5Error && (error.code === "TAG_ERROR" || error.code === "NO_ANSWER");
}

/** The tag does not know the command. */
export function isUnknownCommand(error: unknown): boolean {
  return (
    error instanceof Type5Error &&
    error.code === "TAG_ERROR" &&
    (error.errorCode === ISO15693_ERROR.NOT_SUPPORTED || error.errorCode === ISO15693_ERROR.NOT_RECOGNISED)
  );
}
