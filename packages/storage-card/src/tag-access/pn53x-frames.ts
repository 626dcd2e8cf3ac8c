import { encodeCommandApdu, type ResponseApdu } from "@cardwire/apdu";
import { concatBytes, toHex } from "@cardwire/core";
import { ObjectError } from "../session/run-objects.ts";
import { StatusWord } from "../status-word.ts";
import type { RawFrames, Transmit } from "./raw-frames.ts";
import type { FrameOptions, FrameReply } from "./tag-access.ts";
import { TagAccessError } from "./tag-access-error.ts";

/** Direction bytes and codes of PN53x commands (PN532 user manual chapter 7). */
const TO_CHIP = 0xd4;
const FROM_CHIP = 0xd5;
const IN_COMMUNICATE_THRU = 0x42;
const IN_LIST_PASSIVE_TARGET = 0x4a;
const TYPE_A_106 = 0x00;
const TIMEOUT = 0x01;
const ERROR_MASK = 0x3f;

/** Frames by InCommunicateThru of the PN53x behind `FF 00 00 00` (ACR122U API, direct transmit). */
export class Pn53xFrames implements RawFrames {
  readonly #transmit: Transmit;

  constructor(transmit: Transmit) {
    this.#transmit = transmit;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  async exchange(frame: Uint8Array, { signal }: FrameOptions): Promise<FrameReply> {
    const answer = await this.#command(IN_COMMUNICATE_THRU, frame, signal);
    const status = (answer[0] ?? 0) & ERROR_MASK;
    if (status === 0) return { kind: "frame", data: answer.slice(1), lastBits: 8 };
    return {
      kind: "failure",
      statusWord: status === TIMEOUT ? ObjectError.ICC_DID_NOT_RESPOND : StatusWord.UNKNOWN_FAILURE,
    };
  }

  async send(frame: Uint8Array, options: FrameOptions): Promise<void> {
    const reply = await this.exchange(frame, options);
    if (reply.kind === "frame") throw new TagAccessError("READER_REFUSED", "the tag answered where silence was due");
  }

  async reselect(signal?: AbortSignal): Promise<void> {
    await this.#command(IN_LIST_PASSIVE_TARGET, Uint8Array.of(1, TYPE_A_106), signal);
  }

  async #command(code: number, data: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const apdu = encodeCommandApdu({
      cla: 0xff,
      ins: 0x00,
      p1: 0x00,
      p2: 0x00,
      data: concatBytes(Uint8Array.of(TO_CHIP, code), data),
    });
    const response: ResponseApdu = await this.#transmit(apdu, signal);
    const answer = response.data;
    if (response.sw === StatusWord.OK && answer[0] === FROM_CHIP && answer[1] === code + 1) return answer.slice(2);
    throw new TagAccessError(
      "READER_REFUSED",
      `direct transmit refused: ${toHex(answer)} ${toHex(Uint8Array.of(response.sw >> 8, response.sw & 0xff))}`,
    );
  }
}
