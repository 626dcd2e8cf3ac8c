import { concatBytes, isFormatError, runDialogue } from "@cardwire/core";
import { activateTypeA, type IsoDepLink, linkOfAts, linkOfProtocolInfo } from "@cardwire/iso-dep";
import { CIU, FRAMING } from "../chip/registers.ts";
import { type AutoPollRequest, InAutoPoll } from "../command/auto-poll.ts";
import { InATR, InPSL } from "../command/dep-initiator.ts";
import { InCommunicateThru, InDataExchange, InDeselect, InRelease, InSelect } from "../command/exchange.ts";
import {
  Diagnose,
  type FirmwareVersion,
  GetFirmwareVersion,
  GetGeneralStatus,
  PARAMETER_FLAG,
  PowerDown,
  ReadRegister,
  SAMConfiguration,
  SetParameters,
  SetSerialBaudRate,
  WriteRegister,
} from "../command/general.ts";
import { ReadGPIO, WriteGPIO } from "../command/gpio.ts";
import { InListPassiveTarget, type ListedTarget, type ListPassiveTargetRequest } from "../command/passive-target.ts";
import { RF_ITEM, RFConfiguration, RFRegulationTest, timeoutUsOf } from "../command/rf-configuration.ts";
import { FRAME_IDENTIFIER } from "../frame/frame.ts";
import { Pn53xStatus } from "../status.ts";
import { framesOnly, StepwiseAir, type VirtualAir } from "./air.ts";
import { cut, dataExchange } from "./data-exchange.ts";
import { autoPollSearch, isOfAutoPollType, leftBehind, listFirst, registersOf, requireListable } from "./listing.ts";
import { diagnose } from "./diagnose.ts";
import { type Handler, handler } from "./handler.ts";
import { Patience } from "./patience.ts";
import { peerlessHandlers } from "./peerless.ts";
import { pn533Handlers } from "./pn533.ts";
import { RegisterFile, type TransmittedByte } from "./register-file.ts";
import { communicateThru, exchangeSingleBytes, MOST_DATA_BYTES } from "./thru.ts";

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

const FOR_EVER = 0xff;
/** FSDI of the chip's own RATS: frames of 64 bytes. */
const RATS_FSDI = 5;

/** TxControl: TX1 and TX2. */
const ANTENNA_DRIVERS_ON = 0x03;

const SYNTAX_ERROR = Uint8Array.of(FRAME_IDENTIFIER.ERROR);
const NO_BYTES = new Uint8Array(0);

/** Makes a chip with an antenna in the field. Its cards are those of the field. */
export function createVirtualPn53x(air: VirtualAir, options: VirtualPn53xOptions = {}): VirtualPn53x {
  return new Chip(air, options.chip ?? "PN532");
}

class Chip implements VirtualPn53x {
  readonly #air: StepwiseAir;
  readonly #type: "PN532" | "PN533";
  readonly #registers = new RegisterFile();
  readonly #handlers: ReadonlyMap<number, Handler>;
  #flags: number = PARAMETER_FLAG.AUTOMATIC_ATR_RES | PARAMETER_FLAG.AUTOMATIC_RATS;
  #timeoutCode = 0x0a;
  #atrRetries = FOR_EVER;
  #activationRetries = FOR_EVER;
  #listed: ListedTarget | undefined;
  #link: IsoDepLink | undefined;
  #lastError = 0;
  #sentPart: Uint8Array = NO_BYTES;
  #unsentPart: Uint8Array = NO_BYTES;
  readonly #patience = new Patience();

  constructor(air: VirtualAir, type: "PN532" | "PN533") {
    this.#air = new StepwiseAir(air);
    this.#type = type;
    this.#handlers = new Map(this.#commands());
  }

  async execute(command: Uint8Array): Promise<Uint8Array | undefined> {
    const [identifier, code] = command;
    if (identifier !== FRAME_IDENTIFIER.COMMAND || code === undefined) return SYNTAX_ERROR.slice();
    const run = this.#handlers.get(code);
    if (run === undefined) return SYNTAX_ERROR.slice();
    this.#patience.renew();
    try {
      const answer = await run(command.subarray(2));
      return answer && concatBytes(Uint8Array.of(FRAME_IDENTIFIER.ANSWER, code + 1), answer);
    } catch (error) {
      if (isFormatError(error)) return SYNTAX_ERROR.slice();
      throw error;
    }
  }

  cancel(): void {
    this.#patience.end();
  }

  #commands(): [number, Handler][] {
    const status = this.#type === "PN533" ? { status: 0 } : {};
    return [
      handler(Diagnose, (request) =>
        diagnose(request, { presence: () => this.#presence(), inVain: () => this.#patience.inVain() }),
      ),
      handler(GetFirmwareVersion, () => FIRMWARE[this.#type]),
      handler(GetGeneralStatus, () => ({ error: this.#lastError, field: 0, targets: this.#targetStates(), sam: 0x80 })),
      handler(ReadRegister, ({ addresses }) => ({
        ...status,
        values: Uint8Array.from(addresses, (address) => this.#readRegister(address)),
      })),
      handler(WriteRegister, async ({ writes }) => {
        for (const [address, value] of writes) {
          const transmitted = this.#registers.write(address, value);
          if (transmitted !== undefined) await this.#receiveInto(transmitted);
        }
        return status;
      }),
      handler(ReadGPIO, () => ({ ...status, p3: 0x3f, p7: 0x06, i0i1: 0x00 })),
      handler(WriteGPIO, () => status),
      handler(SetSerialBaudRate, () => undefined),
      handler(SetParameters, ({ flags }) => void (this.#flags = flags)),
      handler(RFConfiguration, ({ item, data }) => this.#configure(item, data)),
      [InListPassiveTarget.code, (parameters) => this.#list(InListPassiveTarget.decodeRequest(parameters))],
      handler(RFRegulationTest, () => this.#patience.inVain()),
      handler(InDataExchange, async ({ target, more, data }) => this.#dataExchange(target, more === true, data)),
      handler(InCommunicateThru, ({ data }) => this.#thru(data)),
      handler(InDeselect, ({ target }) => this.#targetStatus(target)),
      handler(InSelect, ({ target }) => this.#targetStatus(target)),
      handler(InRelease, () => {
        this.#forget();
        return { status: 0 };
      }),
      handler(InATR, ({ target }) => this.#activate(target)),
      handler(InPSL, ({ target, initiatorRate, targetRate }) => this.#changeRate(target, initiatorRate + targetRate)),
      ...peerlessHandlers({
        triesForEver: (active) => (active ? this.#atrRetries : this.#activationRetries) === FOR_EVER,
        inVain: () => this.#patience.inVain(),
      }),
      ...(this.#type === "PN533" ? pn533Handlers() : this.#pn532Commands()),
    ];
  }

  /** What a PN533 has not. */
  #pn532Commands(): [number, Handler][] {
    return [
      handler(SAMConfiguration, () => undefined),
      handler(PowerDown, () => ({ status: 0 })),
      [InAutoPoll.code, (parameters) => this.#autoPoll(InAutoPoll.decodeRequest(parameters))],
    ];
  }

  #readRegister(address: number): number {
    const value = this.#registers.read(address);
    // both drivers of the antenna are on when the field is
    return address === CIU.TX_CONTROL && this.#air.isOn ? value | ANTENNA_DRIVERS_ON : value;
  }

  /** RATS for a card that was listed without; there is no other target to activate. */
  async #activate(target: number): Promise<{ readonly status: number; readonly atrRes: Uint8Array }> {
    const listed = this.#listed;
    if (listed?.kind !== "a" || listed.target !== target) return { status: Pn53xStatus.CONTEXT, atrRes: NO_BYTES };
    const activated = await this.#rats(listed);
    this.#listed = activated;
    return activated.ats === undefined
      ? { status: Pn53xStatus.TIMEOUT, atrRes: NO_BYTES }
      : { status: Pn53xStatus.OK, atrRes: activated.ats };
  }

  /** Cards are met at 106 kbit/s, and stay there. */
  #changeRate(target: number, rates: number): { readonly status: number } {
    if (this.#link === undefined || this.#listed?.target !== target) return { status: Pn53xStatus.CONTEXT };
    return { status: rates === 0 ? Pn53xStatus.OK : Pn53xStatus.NOT_ALLOWED };
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
    else if (item === RF_ITEM.MAX_RETRIES) {
      this.#atrRetries = data[0] ?? this.#atrRetries;
      this.#activationRetries = data[2] ?? this.#activationRetries;
    }
  }

  async #list(request: ListPassiveTargetRequest): Promise<Uint8Array | undefined> {
    requireListable(request, this.#type);
    for (;;) {
      const listed = await this.#search(request);
      if (listed !== undefined) return InListPassiveTarget.encodeAnswer({ targets: [listed] });
      if (this.#activationRetries !== FOR_EVER) return InListPassiveTarget.encodeAnswer({ targets: [] });
      if (!(await this.#waitForCard())) return undefined;
    }
  }

  /** One search. What is there and is of another kind is left awake and unselected. */
  async #search(request: ListPassiveTargetRequest): Promise<ListedTarget | undefined> {
    this.#forget();
    this.#registers.setFraming(...registersOf(request.modulation));
    const targets = await this.#air.find();
    const listed = await listFirst(this.#air, targets, request);
    this.#registers.leave(leftBehind(request.modulation, targets));
    if (listed === undefined) await this.#air.wake();
    else this.#listed = listed.kind === "a" ? await this.#activated(listed) : listed;
    return this.#listed;
  }

  async #autoPoll({ count, types }: AutoPollRequest): Promise<Uint8Array | undefined> {
    for (;;) {
      for (const type of types) {
        const request = autoPollSearch(type);
        const listed = request && (await this.#search({ ...request, maxTargets: 1 }));
        if (listed === undefined || !isOfAutoPollType(listed, type)) continue;
        const data = InListPassiveTarget.encodeAnswer({ targets: [listed] }).slice(1);
        return InAutoPoll.encodeAnswer({ targets: [{ type, data }] });
      }
      if (count !== FOR_EVER) return InAutoPoll.encodeAnswer({ targets: [] });
      if (!(await this.#waitForCard())) return undefined;
    }
  }

  /** Diagnose: whether the card in ISO-DEP is there. */
  async #presence(): Promise<Uint8Array> {
    if (this.#link === undefined) return Uint8Array.of(Pn53xStatus.CONTEXT);
    const framing = this.#listed?.kind === "b" ? FRAMING.B : FRAMING.A;
    const isThere = await runDialogue(this.#link.checkPresence(), framesOnly(this.#air, framing));
    return Uint8Array.of(isThere ? Pn53xStatus.OK : Pn53xStatus.TIMEOUT);
  }

  /** False when the host has had enough, who also ends what a card of another kind would not. */
  async #waitForCard(): Promise<boolean> {
    const { signal } = this.#patience;
    if (this.#air.targets.length > 0) await this.#patience.ended();
    if (signal.aborted) return false;
    try {
      await this.#air.wait(signal);
      return true;
    } catch (error) {
      if (error !== signal.reason) throw error;
      return false;
    }
  }

  /** RATS by the chip, where it was told so. */
  async #activated(listed: ListedTarget & { kind: "a" }): Promise<ListedTarget> {
    if ((this.#flags & PARAMETER_FLAG.AUTOMATIC_RATS) === 0) return listed;
    return this.#rats(listed);
  }

  async #rats(listed: ListedTarget & { kind: "a" }): Promise<ListedTarget & { kind: "a" }> {
    if ((listed.selRes & 0x20) === 0) return listed;
    const activation = this.#air.activation();
    if (activation?.technology === "nfc-a" && activation.ats !== undefined) {
      this.#link = linkOfAts(activation.ats);
      return { ...listed, ats: activation.ats.slice() };
    }
    const { nfcid1: uid, sensRes, selRes: sak } = listed;
    const target = { technology: "nfc-a", uid, atqa: Uint8Array.from(sensRes).reverse(), sak } as const;
    const outcome = await runDialogue(activateTypeA(target, { fsdi: RATS_FSDI }), framesOnly(this.#air, FRAMING.A));
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
    if (listed?.target !== target) return { status: Pn53xStatus.CONTEXT, data: NO_BYTES };
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
    const answer = await communicateThru(this.#air, this.#registers, data, timeoutUsOf(this.#timeoutCode));
    this.#lastError = answer.status;
    return answer;
  }

  async #receiveInto(transmitted: readonly TransmittedByte[]): Promise<void> {
    if (this.#listed?.kind === "jewel")
      await exchangeSingleBytes(this.#air, this.#registers, transmitted, timeoutUsOf(this.#timeoutCode));
  }
}
