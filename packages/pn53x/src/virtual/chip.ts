import { concatBytes, crcOnAir, insertParity, isFormatError, type RfFrame, runDialogue } from "@cardwire/core";
import { activateTypeA, type IsoDepLink, linkOfAts, linkOfProtocolInfo } from "@cardwire/iso-dep";
import {
  CIU,
  CRC_ENABLED,
  FRAMING,
  FRAMING_MASK,
  PARITY_DISABLED,
  RX_LAST_BITS_MASK,
  TX_LAST_BITS_MASK,
} from "../chip/registers.ts";
import { type Pn53xCommand } from "../command/command.ts";
import { InCommunicateThru, InDataExchange, InDeselect, InRelease, InSelect } from "../command/exchange.ts";
import {
  Diagnose,
  type FirmwareVersion,
  GetFirmwareVersion,
  GetGeneralStatus,
  PARAMETER_FLAG,
  PowerDown,
  ReadGPIO,
  ReadRegister,
  SAMConfiguration,
  SetParameters,
  SetSerialBaudRate,
  WriteGPIO,
  WriteRegister,
} from "../command/general.ts";
import { InListPassiveTarget, type ListedTarget, type ListPassiveTargetRequest } from "../command/passive-target.ts";
import { RF_ITEM, RFConfiguration, timeoutUsOf } from "../command/rf-configuration.ts";
import { FRAME_IDENTIFIER, MAX_FRAME_DATA_BYTES } from "../frame/frame.ts";
import { Pn53xStatus } from "../status.ts";
import { StepwiseAir, type VirtualAir } from "./air.ts";
import { cut, dataExchange } from "./data-exchange.ts";
import { listFirst, registersOf } from "./listing.ts";
import { RegisterFile, type TransmittedByte } from "./register-file.ts";
import { STATUS_OF } from "./statuses.ts";

/** Which chip it is. */
export interface VirtualPn53xOptions {
  /** "PN532" with firmware 1.6 unless given. */
  readonly chip?: "PN532" | "PN533";
}

/** A PN53x without hardware. */
export interface VirtualPn53x {
  /**
   * Runs a command. One at a time.
   *
   * @param command from D4 on.
   * @returns the answer from D5 on, or 7F alone where a chip sends an error frame; nothing when it was cancelled.
   */
  execute(command: Uint8Array): Promise<Uint8Array | undefined>;
  /** What an ACK from the host does: ends a command that waits for a card. */
  cancel(): void;
}

const FIRMWARE: Readonly<Record<"PN532" | "PN533", FirmwareVersion>> = {
  PN532: { ic: 0x32, version: 1, revision: 6, support: 7 },
  PN533: { ic: 0x33, version: 2, revision: 7, support: 7 },
};

/** D5, code and status before the data of an answer. */
const ANSWER_HEAD_BYTES = 3;
const MOST_DATA_BYTES = MAX_FRAME_DATA_BYTES - ANSWER_HEAD_BYTES;

const FOR_EVER = 0xff;
/** FSDI of the chip's own RATS: frames of 64 bytes. */
const RATS_FSDI = 5;

const SYNTAX_ERROR = Uint8Array.of(FRAME_IDENTIFIER.ERROR);
const NO_BYTES = new Uint8Array(0);

/** Makes a chip with an antenna in the field. Its cards are those of the field. */
export function createVirtualPn53x(air: VirtualAir, options: VirtualPn53xOptions = {}): VirtualPn53x {
  return new Chip(air, options.chip ?? "PN532");
}

type Handler = (parameters: Uint8Array) => Promise<Uint8Array | undefined> | Uint8Array;

class Chip implements VirtualPn53x {
  readonly #air: StepwiseAir;
  readonly #type: "PN532" | "PN533";
  readonly #registers = new RegisterFile();
  readonly #handlers: ReadonlyMap<number, Handler>;
  #flags: number = PARAMETER_FLAG.AUTOMATIC_ATR_RES | PARAMETER_FLAG.AUTOMATIC_RATS;
  #timeoutCode = 0x0a;
  #activationRetries = FOR_EVER;
  #listed: ListedTarget | undefined;
  #link: IsoDepLink | undefined;
  #lastError = 0;
  #sentPart: Uint8Array = NO_BYTES;
  #unsentPart: Uint8Array = NO_BYTES;
  #waiting: AbortController | undefined;

  constructor(air: VirtualAir, type: "PN532" | "PN533") {
    this.#air = new StepwiseAir(air);
    this.#type = type;
    this.#handlers = new Map(this.#commands());
  }

  async execute(command: Uint8Array): Promise<Uint8Array | undefined> {
    const [identifier, code] = command;
    const handler = code === undefined ? undefined : this.#handlers.get(code);
    if (identifier !== FRAME_IDENTIFIER.COMMAND || code === undefined || handler === undefined)
      return SYNTAX_ERROR.slice();
    try {
      const answer = await handler(command.subarray(2));
      return answer && concatBytes(Uint8Array.of(FRAME_IDENTIFIER.ANSWER, code + 1), answer);
    } catch (error) {
      if (isFormatError(error)) return SYNTAX_ERROR.slice();
      throw error;
    }
  }

  cancel(): void {
    this.#waiting?.abort();
  }

  #commands(): [number, Handler][] {
    const on = <Request, Answer>(
      command: Pn53xCommand<Request, Answer>,
      handle: (request: Request) => Answer | Promise<Answer>,
    ): [number, Handler] => [
      command.code,
      async (parameters) => command.encodeAnswer(await handle(command.decodeRequest(parameters))),
    ];
    const status = this.#type === "PN533" ? { status: 0 } : {};
    return [
      // the line test gives back what it was given
      [Diagnose.code, (parameters) => (parameters[0] === 0 ? parameters.slice() : Uint8Array.of(0))],
      on(GetFirmwareVersion, () => FIRMWARE[this.#type]),
      on(GetGeneralStatus, () => ({ error: this.#lastError, field: 0, targets: this.#targetStates(), sam: 0 })),
      on(ReadRegister, ({ addresses }) => ({
        ...status,
        values: Uint8Array.from(addresses, (address) => this.#registers.read(address)),
      })),
      on(WriteRegister, async ({ writes }) => {
        for (const [address, value] of writes) {
          const transmitted = this.#registers.write(address, value);
          if (transmitted !== undefined) await this.#receiveInto(transmitted);
        }
        return status;
      }),
      on(ReadGPIO, () => ({ p3: 0x3f, p7: 0x06, i0i1: 0x00 })),
      on(WriteGPIO, () => undefined),
      on(SetSerialBaudRate, () => undefined),
      on(SetParameters, ({ flags }) => void (this.#flags = flags)),
      on(SAMConfiguration, () => undefined),
      on(PowerDown, () => ({ status: 0 })),
      on(RFConfiguration, ({ item, data }) => this.#configure(item, data)),
      [InListPassiveTarget.code, (parameters) => this.#list(InListPassiveTarget.decodeRequest(parameters))],
      on(InDataExchange, async ({ target, more, data }) => this.#dataExchange(target, more === true, data)),
      on(InCommunicateThru, ({ data }) => this.#thru(data)),
      on(InDeselect, ({ target }) => this.#targetStatus(target)),
      on(InSelect, ({ target }) => this.#targetStatus(target)),
      on(InRelease, () => {
        this.#forget();
        return { status: 0 };
      }),
    ];
  }

  #targetStates(): { target: number; receiveRate: number; transmitRate: number; type: number }[] {
    const listed = this.#listed;
    if (listed === undefined) return [];
    const rate = ((this.#registers.read(CIU.RX_MODE) >> 4) & 7) % 3;
    const type = listed.kind === "f" ? 0x10 : listed.kind === "jewel" ? 0x02 : 0x00;
    return [{ target: listed.target, receiveRate: rate, transmitRate: rate, type }];
  }

  #targetStatus(target: number): { readonly status: number } {
    return { status: target === 0 || target === this.#listed?.target ? Pn53xStatus.OK : Pn53xStatus.CONTEXT };
  }

  #forget(): void {
    this.#listed = this.#link = undefined;
    this.#sentPart = this.#unsentPart = NO_BYTES;
  }

  async #configure(item: number, data: Uint8Array): Promise<undefined> {
    if (item === RF_ITEM.FIELD) await this.#air.switchField(((data[0] ?? 0) & 1) !== 0);
    else if (item === RF_ITEM.TIMINGS) this.#timeoutCode = data[2] ?? this.#timeoutCode;
    else if (item === RF_ITEM.MAX_RETRIES) this.#activationRetries = data[2] ?? this.#activationRetries;
  }

  async #list(request: ListPassiveTargetRequest): Promise<Uint8Array | undefined> {
    this.#forget();
    this.#registers.setFraming(...registersOf(request.modulation));
    for (;;) {
      const found = await this.#air.find();
      const listed = await listFirst(this.#air, found, request);
      if (listed !== undefined) {
        const target = listed.kind === "a" ? await this.#activated(listed) : listed;
        this.#listed = target;
        return InListPassiveTarget.encodeAnswer({ targets: [target] });
      }
      if (this.#activationRetries !== FOR_EVER) break;
      // the search for another kind of card has no end but the host's
      if (found.length > 0 || !(await this.#waitForCard())) return undefined;
    }
    // whatever is there was only asked whether it is of this kind
    await this.#air.wake();
    return InListPassiveTarget.encodeAnswer({ targets: [] });
  }

  /** False when the host has had enough. */
  async #waitForCard(): Promise<boolean> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    try {
      await this.#air.wait(waiting.signal);
      return true;
    } catch (error) {
      if (error !== waiting.signal.reason) throw error;
      return false;
    } finally {
      this.#waiting = undefined;
    }
  }

  /** RATS by the chip, where it was told so. */
  async #activated(listed: ListedTarget & { kind: "a" }): Promise<ListedTarget> {
    if ((this.#flags & PARAMETER_FLAG.AUTOMATIC_RATS) === 0 || (listed.selRes & 0x20) === 0) return listed;
    const activation = this.#air.activation();
    if (activation?.technology === "nfc-a" && activation.ats !== undefined) {
      this.#link = linkOfAts(activation.ats);
      return { ...listed, ats: activation.ats.slice() };
    }
    const { nfcid1: uid, sensRes, selRes: sak } = listed;
    const target = { technology: "nfc-a", uid, atqa: Uint8Array.from(sensRes).reverse(), sak } as const;
    const outcome = await runDialogue(activateTypeA(target, { fsdi: RATS_FSDI }), {
      exchange: (frame) =>
        frame.kind === "frame"
          ? this.#air.frame(frame, FRAMING.A)
          : ({ kind: "failure", reason: "unsupported" } as const),
    });
    if (outcome.kind === "failure" || outcome.target.ats === undefined) return listed;
    this.#link = outcome.link;
    return { ...listed, ats: outcome.target.ats };
  }

  async #dataExchange(
    target: number,
    more: boolean,
    data: Uint8Array,
  ): Promise<{ readonly status: number; readonly more?: boolean; readonly data: Uint8Array }> {
    const listed = this.#listed;
    if (listed === undefined || target !== listed.target) return { status: Pn53xStatus.CONTEXT, data: NO_BYTES };
    if (this.#unsentPart.length > 0 && data.length === 0) return this.#part(this.#unsentPart);
    this.#unsentPart = NO_BYTES;
    const whole = concatBytes(this.#sentPart, data);
    this.#sentPart = more ? whole : NO_BYTES;
    if (more) return { status: Pn53xStatus.OK, data: NO_BYTES };
    if (listed.kind === "b") this.#link ??= linkOfProtocolInfo(listed.atqb.slice(9), { cid: 1 });
    const { status, data: answer } = await dataExchange(
      { air: this.#air, target: listed, timeoutUs: timeoutUsOf(this.#timeoutCode), link: this.#link },
      whole,
    );
    this.#lastError = status;
    return status === Pn53xStatus.OK ? this.#part(answer) : { status, data: NO_BYTES };
  }

  #part(data: Uint8Array): { readonly status: number; readonly more: boolean; readonly data: Uint8Array } {
    const [head, rest] = cut(data, MOST_DATA_BYTES);
    this.#unsentPart = rest;
    return { status: Pn53xStatus.OK, more: rest.length > 0, data: head };
  }

  async #thru(data: Uint8Array): Promise<{ readonly status: number; readonly data: Uint8Array }> {
    const registers = this.#registers;
    const txMode = registers.read(CIU.TX_MODE);
    const checksCrc = (registers.read(CIU.RX_MODE) & CRC_ENABLED) !== 0;
    const rawParity = (registers.read(CIU.MANUAL_RCV) & PARITY_DISABLED) !== 0;
    const lastBits = registers.read(CIU.BIT_FRAMING) & TX_LAST_BITS_MASK || 8;
    // bits of a byte that is not whole have no CRC, and neither has the answer to them (ATQA)
    const isShort = !rawParity && lastBits !== 8;
    const frame: RfFrame = {
      kind: "frame",
      data,
      lastBits,
      transmitCrc: (txMode & CRC_ENABLED) !== 0 || isShort,
      receiveCrc: checksCrc || isShort,
      transmitParity: !rawParity,
      receiveParity: !rawParity,
      timeoutUs: timeoutUsOf(this.#timeoutCode),
    };
    const reply = await this.#air.frame(frame, txMode & FRAMING_MASK);
    if (reply.kind === "done") return { status: Pn53xStatus.TIMEOUT, data: NO_BYTES };
    if (reply.kind === "failure") return this.#noData(STATUS_OF[reply.reason]);
    registers.set(CIU.CONTROL, reply.lastBits & RX_LAST_BITS_MASK);
    // four bits have no CRC: to who checks it, it is wrong
    if (checksCrc && !rawParity && reply.lastBits !== 8) return this.#noData(Pn53xStatus.CRC);
    if (reply.data.length > MOST_DATA_BYTES) return this.#noData(Pn53xStatus.RF_OVERFLOW);
    return { status: Pn53xStatus.OK, data: reply.data };
  }

  #noData(status: number): { readonly status: number; readonly data: Uint8Array } {
    this.#lastError = status;
    return { status, data: NO_BYTES };
  }

  /** A frame of single bytes, sent by the CIU's own commands: one to a Type 1 tag. Its answer is put into the FIFO. */
  async #receiveInto(transmitted: readonly TransmittedByte[]): Promise<void> {
    const isType1 = transmitted.length > 3 && transmitted.every(({ bits }, index) => bits === (index === 0 ? 7 : 8));
    if (!isType1 || this.#listed?.kind !== "jewel") return;
    const bytes = Uint8Array.from(transmitted, ({ value }) => value);
    const data = bytes.slice(0, -2);
    const [first, second] = crcOnAir(data, "nfc-a-type1");
    if (bytes.at(-2) !== first || bytes.at(-1) !== second) return;
    const timeoutUs = timeoutUsOf(this.#timeoutCode);
    const reply = await this.#air.frame({ kind: "frame", data, timeoutUs }, FRAMING.A);
    if (reply.kind !== "frame") return;
    const answer = concatBytes(reply.data, Uint8Array.from(crcOnAir(reply.data, "nfc-a-type1")));
    const rawParity = (this.#registers.read(CIU.MANUAL_RCV) & PARITY_DISABLED) !== 0;
    this.#registers.received(rawParity ? insertParity(answer).data : answer);
  }
}
