import {
  concatBytes,
  crcOnAir,
  delay,
  equalBytes,
  type NfcAType1Target,
  removeParity,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
} from "@cardwire/core";
import { CIU, CIU_COMMAND, FLUSH_FIFO, PARITY_DISABLED } from "../chip/registers.ts";
import { TYPE1_COMMAND, TYPE1_FIRMWARE_BYTES } from "../activation/type1-commands.ts";
import type { RegisterWrite } from "../command/general.ts";
import { isPn53xError } from "../pn53x-error.ts";
import { readRegisters, writeRegisters } from "./framing.ts";
import { failure, frameReply } from "./replies.ts";
import type { ChipSession } from "./session.ts";

const UID_BYTES = 4;
const BLOCKS_IN_SEGMENT = 16;
const READ8_REPLY_BYTES = 9;

/** Command bits of a Type 1 frame's first byte; the others have eight (Type 1 Tag specification 1.2, section 4.3). */
const COMMAND_BITS = 0x07;

/** ManualRCV: the delay of the field's modulation stays as the firmware has it. */
const MANUAL_RCV_DEFAULT = 0x20;

/** How long the tag writes before it answers, in milliseconds; the longest of Topaz. */
const WRITE_MS: Readonly<Record<number, number>> = { [TYPE1_COMMAND.WRITE_E8]: 8, [TYPE1_COMMAND.WRITE_NE8]: 4 };
const READ_MS = 2;

/**
 * Frames to a Type 1 tag. The chip's firmware knows RID, RALL and the commands for single bytes, and adds UID and CRC
 * by itself; the others are sent by its registers, byte by byte, because each byte of a Type 1 frame is a frame of its own.
 */
export class Type1Air {
  readonly #session: ChipSession;
  readonly #beforeCommand: () => Promise<void>;
  /** An ACR122U does not let RID through: there RALL, which begins with the same bytes, stands for it. */
  #hasRid = true;

  /** @param beforeCommand leaves the registers as the firmware wants them. */
  constructor(session: ChipSession, beforeCommand: () => Promise<void>) {
    this.#session = session;
    this.#beforeCommand = beforeCommand;
  }

  /** HR0 HR1 UID0–3. */
  async identify(timeoutUs: number): Promise<Uint8Array | RfFailure> {
    await this.#beforeCommand();
    if (this.#hasRid) {
      try {
        const rid = await this.#session.exchange(Uint8Array.of(TYPE1_COMMAND.RID, 0, 0, 0, 0, 0, 0), timeoutUs);
        if (rid instanceof Uint8Array && rid.length === 2 + UID_BYTES) return rid;
      } catch (error) {
        if (!isPn53xError(error) || (error.code !== "CHIP_STATUS" && error.code !== "SYNTAX")) throw error;
      }
    }
    const all = await this.#session.exchange(Uint8Array.of(TYPE1_COMMAND.RALL), timeoutUs);
    if (!(all instanceof Uint8Array)) return all;
    if (all.length < 2 + UID_BYTES) return failure("framing");
    this.#hasRid = false;
    return all.slice(0, 2 + UID_BYTES);
  }

  async exchange(frame: RfFrame, target: NfcAType1Target): Promise<RfFrameReply | RfFailure> {
    const { data, timeoutUs } = frame;
    const flags = [frame.transmitCrc, frame.receiveCrc, frame.transmitParity, frame.receiveParity];
    if ((frame.lastBits ?? 8) !== 8 || flags.includes(false) || data.length < 1) return failure("unsupported");
    if (data[0] === TYPE1_COMMAND.RID) return reply(await this.identify(timeoutUs));
    // the firmware would put the right UID in the place of a wrong one
    if (!equalBytes(data.subarray(-UID_BYTES), target.uid.subarray(0, UID_BYTES))) return failure("timeout");
    const [command = 0] = data;
    const taken = TYPE1_FIRMWARE_BYTES[command];
    if (taken === undefined)
      return command === TYPE1_COMMAND.RSEG ? this.#readSegment(data) : reply(await this.#byRegisters(data));
    const answer = await this.#byFirmware(data.subarray(0, taken), timeoutUs);
    return taken === 1 ? reply(answer) : addressed(data, answer);
  }

  async #byFirmware(data: Uint8Array, timeoutUs: number): Promise<Uint8Array | RfFailure> {
    await this.#beforeCommand();
    return this.#session.exchange(data, timeoutUs);
  }

  /** The FIFO holds 64 bytes, and a segment 128: its blocks are read one by one. */
  async #readSegment(data: Uint8Array): Promise<RfFrameReply | RfFailure> {
    const segment = data[1] ?? 0;
    const parts: Uint8Array[] = [Uint8Array.of(segment)];
    for (let index = 0; index < BLOCKS_IN_SEGMENT; index++) {
      const block = ((segment >> 4) * BLOCKS_IN_SEGMENT + index) & 0xff;
      const answer = await this.#byRegisters(concatBytes(Uint8Array.of(TYPE1_COMMAND.READ8, block), data.subarray(2)));
      if (!(answer instanceof Uint8Array)) return answer;
      if (answer.length !== READ8_REPLY_BYTES) return failure("framing");
      parts.push(answer.subarray(1));
    }
    return frameReply(concatBytes(...parts));
  }

  async #byRegisters(frame: Uint8Array): Promise<Uint8Array | RfFailure> {
    const session = this.#session;
    await this.#beforeCommand();
    const command = frame[0] ?? 0;
    const rest = [...frame.subarray(1), ...crcOnAir(frame, "nfc-a-type1")];
    const writes: RegisterWrite[] = [
      [CIU.FIFO_LEVEL, FLUSH_FIFO],
      [CIU.FIFO_DATA, command],
      [CIU.BIT_FRAMING, COMMAND_BITS],
      [CIU.COMMAND, CIU_COMMAND.TRANSMIT],
      [CIU.BIT_FRAMING, 0x00],
      // bytes of their own have no parity bit between them
      [CIU.MANUAL_RCV, MANUAL_RCV_DEFAULT | PARITY_DISABLED],
    ];
    for (const byte of rest)
      writes.push([CIU.FIFO_DATA, byte], [CIU.COMMAND, CIU_COMMAND.TRANSMIT], [CIU.COMMAND, CIU_COMMAND.NO_CHANGE]);
    writes.push([CIU.COMMAND, CIU_COMMAND.RECEIVE]);
    await writeRegisters(session, writes);
    await delay(session.clock, WRITE_MS[command] ?? READ_MS);
    await writeRegisters(session, [[CIU.MANUAL_RCV, MANUAL_RCV_DEFAULT]]);
    const [level = 0] = await readRegisters(session, [CIU.FIFO_LEVEL]);
    if (level === 0) return failure("timeout");
    const fifo = await readRegisters(session, Array<number>(level & 0x7f).fill(CIU.FIFO_DATA));
    return bytesOfReply(fifo);
  }
}

/** Takes parity bits and CRC off what the FIFO holds: groups of nine bits, and a rest of the last byte that is none. */
function bytesOfReply(fifo: Uint8Array): Uint8Array | RfFailure {
  const bits = Math.floor((fifo.length * 8) / 9) * 9;
  const groups = fifo.subarray(0, Math.ceil(bits / 8));
  const bytes = removeParity(groups, bits % 8 === 0 ? 8 : bits % 8)?.data;
  if (bytes === undefined) return failure("parity");
  const end = bytes.length - 2;
  if (end < 1) return failure("framing");
  const [first, second] = crcOnAir(bytes.subarray(0, end), "nfc-a-type1");
  return bytes[end] === first && bytes[end + 1] === second ? bytes.slice(0, end) : failure("crc");
}

function reply(answer: Uint8Array | RfFailure): RfFrameReply | RfFailure {
  return answer instanceof Uint8Array ? frameReply(answer) : answer;
}

/** The firmware keeps the address, with which the tag's answer begins, to itself. */
function addressed(command: Uint8Array, answer: Uint8Array | RfFailure): RfFrameReply | RfFailure {
  if (!(answer instanceof Uint8Array)) return answer;
  return frameReply(answer.length === 1 ? concatBytes(command.subarray(1, 2), answer) : answer);
}
