import type { ResponseApdu } from "@cardwire/apdu";
import {
  endSessionObject,
  manageSession,
  type ReaderDialect,
  startSessionObject,
  switchProtocol,
  timerObject,
  transceiveObject,
  transmitObject,
  transparentExchange,
  versionObject,
  WINDOWS_NFC_DIALECT,
} from "@cardwire/apdu/pcsc";
import { toHex } from "@cardwire/core";
import { ObjectError } from "../session/run-objects.ts";
import { StatusWord } from "../status-word.ts";
import { FRAME_TIMEOUT_US, type RawFrames, type Transmit } from "./raw-frames.ts";
import { parseSessionAnswer, type SessionAnswer } from "./session-answer.ts";
import type { FrameOptions, FrameReply } from "./tag-access.ts";
import { TagAccessError } from "./tag-access-error.ts";

/** Status words with which a reader says that it has no transparent session. */
const UNKNOWN_COMMAND: readonly number[] = [
  StatusWord.FUNCTION_NOT_SUPPORTED,
  StatusWord.INSTRUCTION_NOT_SUPPORTED,
  0x6e00,
  StatusWord.CLASS_NOT_SUPPORTED,
  StatusWord.WRONG_P1P2,
  StatusWord.NO_INFORMATION,
];

function word(statusWord: number): string {
  return toHex(Uint8Array.of(statusWord >> 8, statusWord & 0xff));
}

/** Frames through the transparent session (PC/SC part 3 supplement 2). */
export class SessionFrames implements RawFrames {
  readonly #transmit: Transmit;
  #dialect: ReaderDialect;
  #depth = 0;

  constructor(transmit: Transmit, dialect: ReaderDialect) {
    this.#transmit = transmit;
    this.#dialect = dialect;
  }

  async begin(signal?: AbortSignal): Promise<void> {
    if (this.#depth === 0) {
      // the version is asked for because its place in the answer tells Windows' driver from the others
      let answer = await this.#ask(manageSession([versionObject(), startSessionObject()], this.#dialect), signal);
      if (answer.statusWord !== StatusWord.OK)
        answer = await this.#ask(manageSession([startSessionObject()], this.#dialect), signal);
      if (answer.statusWord !== StatusWord.OK)
        throw new TagAccessError("READER_REFUSED", `no transparent session: ${word(answer.statusWord)}`);
      if (answer.isWindows) this.#dialect = { ...WINDOWS_NFC_DIALECT, name: this.#dialect.name };
    }
    this.#depth++;
  }

  async end(): Promise<void> {
    // once the last one has left; a signal that gave up the work does not give up the session
    if (--this.#depth === 0) await this.#ask(manageSession([endSessionObject()], this.#dialect));
  }

  async exchange(frame: Uint8Array, { timeoutUs = FRAME_TIMEOUT_US, signal }: FrameOptions): Promise<FrameReply> {
    const objects = [...this.#timer(timeoutUs), transceiveObject(frame)];
    const { statusWord, data, lastBits } = await this.#ask(transparentExchange(objects, this.#dialect), signal);
    if (statusWord !== StatusWord.OK) return { kind: "failure", statusWord };
    return { kind: "frame", data: data ?? new Uint8Array(0), lastBits };
  }

  async send(frame: Uint8Array, options: FrameOptions): Promise<void> {
    if (this.#dialect.session?.objects?.includes(transmitObject(frame).tag) === false) {
      // the silence that is hoped for is then a failure
      const reply = await this.exchange(frame, options);
      if (reply.kind === "frame") throw new TagAccessError("READER_REFUSED", "the tag answered where silence was due");
      return;
    }
    const { statusWord } = await this.#ask(transparentExchange([transmitObject(frame)], this.#dialect), options.signal);
    if (statusWord !== StatusWord.OK) throw new TagAccessError("READER_REFUSED", `frame not sent: ${word(statusWord)}`);
  }

  async reselect(signal?: AbortSignal): Promise<void> {
    const response = await this.#transmit(switchProtocol("iso14443-a", 3, this.#dialect), signal);
    // Windows' driver answers a bare status word
    const answered = response.sw === StatusWord.OK && response.data.length > 0;
    const statusWord = answered ? parseSessionAnswer(response.data).statusWord : response.sw;
    if (statusWord === StatusWord.OK || statusWord === ObjectError.ICC_DID_NOT_RESPOND) return;
    throw new TagAccessError("READER_REFUSED", `the tag is not selected again: ${word(statusWord)}`);
  }

  /** Windows' driver reads the time from the wrong place, and has half a second anyway. */
  #timer(timeoutUs: number): ReturnType<typeof timerObject>[] {
    return this.#dialect.session?.defaultTimeoutUs === WINDOWS_NFC_DIALECT.session?.defaultTimeoutUs
      ? []
      : [timerObject(timeoutUs)];
  }

  async #ask(command: Uint8Array, signal?: AbortSignal): Promise<SessionAnswer> {
    const response: ResponseApdu = await this.#transmit(command, signal);
    if (response.sw === StatusWord.OK) return parseSessionAnswer(response.data);
    throw new TagAccessError(
      UNKNOWN_COMMAND.includes(response.sw) ? "NO_RAW_ACCESS" : "READER_REFUSED",
      `${this.#dialect.name}: transparent session refused with ${word(response.sw)}`,
    );
  }
}
