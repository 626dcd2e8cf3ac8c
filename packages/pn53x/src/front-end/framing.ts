import {
  concatBytes,
  crcOnAir,
  insertParity,
  removeParity,
  type RfDialogue,
  type RfFailure,
  type RfFrame,
  type RfFrameReply,
  type RfTarget,
  runDialogue,
} from "@cardwire/core";
import {
  CIU,
  CRC_ENABLED,
  FORCE_100_ASK,
  FRAMING,
  FRAMING_MASK,
  PARITY_DISABLED,
  RX_LAST_BITS_MASK,
  TX_LAST_BITS_MASK,
} from "../chip/registers.ts";
import { ReadRegister, type RegisterWrite, WriteRegister } from "../command/general.ts";
import { statusError } from "../pn53x-error.ts";
import type { ChipSession } from "./session.ts";
import { failure, frameReply } from "./replies.ts";

/** A technology whose frames go through InCommunicateThru. */
export type FramedTechnology = Exclude<RfTarget["technology"], "nfc-v" | "nfc-a-type1">;

const REGISTERS = [CIU.TX_MODE, CIU.RX_MODE, CIU.TX_AUTO, CIU.MANUAL_RCV, CIU.BIT_FRAMING] as const;
type Registers = readonly [txMode: number, rxMode: number, txAuto: number, manualRcv: number, bitFraming: number];

/** What a frame wants of the registers. */
interface Form {
  readonly technology: FramedTechnology;
  readonly transmitCrc: boolean;
  readonly receiveCrc: boolean;
  readonly rawParity: boolean;
  readonly lastBits: number;
}

/** The registers for a form, with everything else as it stands. A search that found nobody leaves them to chance. */
function formed([txMode, rxMode, txAuto, manualRcv, bitFraming]: Registers, form: Form): Registers {
  const { technology, transmitCrc, receiveCrc, rawParity, lastBits } = form;
  const framing = technology === "nfc-a" ? FRAMING.A : technology === "nfc-f" ? FRAMING.F : FRAMING.B;
  const kept = ~(CRC_ENABLED | FRAMING_MASK);
  return [
    (txMode & kept) | framing | (transmitCrc ? CRC_ENABLED : 0),
    (rxMode & kept) | framing | (receiveCrc ? CRC_ENABLED : 0),
    (txAuto & ~FORCE_100_ASK) | (technology === "nfc-a" ? FORCE_100_ASK : 0),
    (manualRcv & ~PARITY_DISABLED) | (rawParity ? PARITY_DISABLED : 0),
    (bitFraming & ~TX_LAST_BITS_MASK) | (lastBits & TX_LAST_BITS_MASK),
  ];
}

/** A frame whose CRC alone is two bytes, and has nothing that it could be the CRC of. */
const CRC_BYTES = 2;

/**
 * Forms frames by the chip's registers. What is written there is remembered; {@link Framing.forget} is for commands by
 * which the chip's firmware writes them itself.
 */
export class Framing {
  readonly #session: ChipSession;
  #registers: Registers | undefined;
  #technology: FramedTechnology | undefined;

  constructor(session: ChipSession) {
    this.#session = session;
  }

  /** The firmware has written the registers, or will. */
  forget(): void {
    this.#registers = undefined;
  }

  /** Leaves the registers as the firmware's own commands expect them. */
  async restore(): Promise<void> {
    const before = this.#registers;
    if (before !== undefined && this.#technology !== undefined)
      await this.#write(
        before,
        formed(before, {
          technology: this.#technology,
          transmitCrc: true,
          receiveCrc: true,
          rawParity: false,
          lastBits: 8,
        }),
      );
    this.forget();
  }

  /** A conversation of frames with a tag of a technology. */
  async run<Result>(dialogue: RfDialogue<Result>, technology: FramedTechnology): Promise<Result> {
    return runDialogue(dialogue, {
      exchange: (request) => (request.kind === "frame" ? this.exchange(request, technology) : failure("unsupported")),
    });
  }

  /** A frame to the tag, and what comes back. */
  exchange(frame: RfFrame, technology: FramedTechnology): Promise<RfFrameReply | RfFailure> {
    return technology === "nfc-a" ? this.#exchangeA(frame) : this.#exchangeOther(frame, technology);
  }

  /** Types B and F: whole bytes, no parity, and a CRC that the chip can make and check. */
  async #exchangeOther(frame: RfFrame, technology: FramedTechnology): Promise<RfFrameReply | RfFailure> {
    if ((frame.lastBits ?? 8) !== 8) return failure("unsupported");
    await this.#set({
      technology,
      transmitCrc: frame.transmitCrc !== false,
      receiveCrc: frame.receiveCrc !== false,
      rawParity: false,
      lastBits: 8,
    });
    const answer = await this.#session.thru(frame.data, frame.timeoutUs);
    return answer instanceof Uint8Array ? frameReply(answer) : answer;
  }

  /**
   * Type A. The chip does not check the CRC of what it receives: it would take the four bits of an ACK for a wrong one.
   * Where parity is somebody else's business, it makes none of the CRC either.
   */
  async #exchangeA(frame: RfFrame): Promise<RfFrameReply | RfFailure> {
    const isRaw = frame.transmitParity === false || frame.receiveParity === false;
    const isShort = (frame.lastBits ?? 8) !== 8;
    const sent = isRaw ? withParity(frame) : { data: frame.data, lastBits: frame.lastBits ?? 8 };
    if (sent === undefined) return failure("unsupported");
    await this.#set({
      technology: "nfc-a",
      transmitCrc: !isRaw && !isShort && frame.transmitCrc !== false,
      receiveCrc: false,
      rawParity: isRaw,
      lastBits: sent.lastBits,
    });
    const answer = await this.#session.thru(sent.data, frame.timeoutUs);
    if (!(answer instanceof Uint8Array)) return answer;
    if (answer.length === 0) return failure("framing");
    // the answer to a short frame (ATQA) has no CRC, whatever the dialogue thinks
    const hasCrc = frame.receiveCrc !== false && !isShort;
    if (!isRaw) return this.#receivedA(answer, hasCrc);
    const lastBits = await this.#lastBits();
    const bare = removeParity(answer, lastBits);
    if (bare === undefined) return frame.receiveParity === false ? frameReply(answer, lastBits) : failure("parity");
    const reply =
      bare.lastBits === 8
        ? withoutCrc(bare.data, hasCrc && bare.data.length > 1)
        : frameReply(bare.data, bare.lastBits);
    if (reply.kind === "failure" || frame.receiveParity !== false || reply.lastBits !== 8) return reply;
    const bits = insertParity(reply.data);
    return frameReply(bits.data, bits.lastBits);
  }

  async #receivedA(answer: Uint8Array, hasCrc: boolean): Promise<RfFrameReply | RfFailure> {
    // with a CRC no whole byte comes alone
    if (answer.length === 1) return frameReply(answer, hasCrc ? 4 : await this.#lastBits());
    return withoutCrc(answer, hasCrc);
  }

  async #lastBits(): Promise<number> {
    const [control = 0] = await this.#read([CIU.CONTROL]);
    return control & RX_LAST_BITS_MASK || 8;
  }

  async #set(form: Form): Promise<void> {
    const before = (this.#registers ??= await this.#readAll());
    this.#technology = form.technology;
    await this.#write(before, formed(before, form));
  }

  async #readAll(): Promise<Registers> {
    const [txMode = 0, rxMode = 0, txAuto = 0, manualRcv = 0, bitFraming = 0] = await this.#read(REGISTERS);
    return [txMode, rxMode, txAuto, manualRcv, bitFraming];
  }

  /** Writes what differs, in one command. */
  async #write(before: Registers, after: Registers): Promise<void> {
    const writes: RegisterWrite[] = [];
    REGISTERS.forEach((address, index) => {
      const value = after[index];
      if (value !== undefined && value !== before[index]) writes.push([address, value]);
    });
    if (writes.length === 0) return;
    this.#registers = undefined;
    await writeRegisters(this.#session, writes);
    this.#registers = after;
  }

  #read(addresses: readonly number[]): Promise<Uint8Array> {
    return readRegisters(this.#session, addresses);
  }
}

/** @throws Pn53xError CHIP_STATUS from a chip that gives a status. */
export async function readRegisters({ chip }: ChipSession, addresses: readonly number[]): Promise<Uint8Array> {
  const { status = 0, values } = await chip.run(ReadRegister, { addresses });
  if (status !== 0) throw statusError(ReadRegister.name, status);
  return values;
}

/** @throws Pn53xError CHIP_STATUS from a chip that gives a status. */
export async function writeRegisters({ chip }: ChipSession, writes: readonly RegisterWrite[]): Promise<void> {
  const { status = 0 } = await chip.run(WriteRegister, { writes });
  if (status !== 0) throw statusError(WriteRegister.name, status);
}

/** Data, CRC and parity bits as they stand on the air. `undefined` where the CRC cannot be made of the bits given. */
function withParity(frame: RfFrame): { readonly data: Uint8Array; readonly lastBits: number } | undefined {
  const lastBits = frame.lastBits ?? 8;
  const isShort = frame.data.length === 1 && lastBits < 8;
  const needsCrc = frame.transmitCrc !== false && !isShort;
  if (frame.transmitParity === false && !needsCrc) return { data: frame.data, lastBits };
  const bare = frame.transmitParity === false ? removeParity(frame.data, lastBits) : { data: frame.data, lastBits };
  if (bare === undefined) return undefined;
  if (bare.lastBits !== 8) return bare;
  return insertParity(needsCrc ? concatBytes(bare.data, Uint8Array.from(crcOnAir(bare.data, "nfc-a"))) : bare.data);
}

/** Takes the CRC off an answer of type A, where it has one. */
export function withoutCrc(data: Uint8Array, hasCrc: boolean): RfFrameReply | RfFailure {
  if (!hasCrc) return frameReply(data);
  const end = data.length - CRC_BYTES;
  if (end < 1) return failure("crc");
  const bytes = data.slice(0, end);
  const [first, second] = crcOnAir(bytes, "nfc-a");
  return data[end] === first && data[end + 1] === second ? frameReply(bytes) : failure("crc");
}
