import { concatBytes, isFormatError, runDialogue } from "@cardwire/core";
import { activateTypeA, type IsoDepLink, linkOfAts, linkOfProtocolInfo } from "@cardwire/iso-dep";
import { CIU, FRAMING } from "../chip/registers.ts";
import { type AutoPollRequest, InAutoPoll } from "../command/auto-poll.ts";
import type { Pn53xCommand } from "../command/command.ts";
import { InCommunicateThru, InDataExchange, InDeselect, InRelease, InSelect } from "../command/exchange.ts";
import {
  Diagnose,
  type DiagnoseRequest,
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
import { FRAME_IDENTIFIER } from "../frame/frame.ts";
import { Pn53xStatus } from "../status.ts";
import { framesOnly, StepwiseAir, type VirtualAir } from "./air.ts";
import { cut, dataExchange } from "./data-exchange.ts";
import { autoPollSearch, listFirst, registersOf } from "./listing.ts";
import { PEERLESS_ANSWERS } from "./peerless.ts";
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

/** Diagnose: is the card in ISO-DEP there? */
const PRESENCE_TEST = 0x06;

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
    if (identifier !== FRAME_IDENTIFIER.COMMAND || code === undefined) return SYNTAX_ERROR.slice();
    const handler = this.#handlers.get(code);
    if (handler === undefined && !PEERLESS_ANSWERS.has(code)) return SYNTAX_ERROR.slice();
    try {
      const answer = await (handler === undefined ? this.#withoutPeer(code) : handler(command.subarray(2)));
      return answer && concatBytes(Uint8Array.of(FRAME_IDENTIFIER.ANSWER, code + 1), answer);
    } catch (error) {
      if (isFormatError(error)) return SYNTAX_ERROR.slice();
      throw error;
    }
  }

  async #withoutPeer(code: number): Promise<Uint8Array | undefined> {
    const answer = PEERLESS_ANSWERS.get(code);
    if (answer === undefined) await this.#waitForHost();
    return answer;
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
      on(Diagnose, (request) => this.#diagnose(request)),
      on(GetFirmwareVersion, () => FIRMWARE[this.#type]),
      on(GetGeneralStatus, () => ({ error: this.#lastError, field: 0, targets: this.#targetStates(), sam: 0x80 })),
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
      [InAutoPoll.code, (parameters) => this.#autoPoll(InAutoPoll.decodeRequest(parameters))],
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
    for (;;) {
      const listed = await this.#search(request);
      if (listed !== undefined) return InListPassiveTarget.encodeAnswer({ targets: [listed] });
      if (this.#activationRetries !== FOR_EVER) return InListPassiveTarget.encodeAnswer({ targets: [] });
      // a search without end is ended by the host, and a card of another kind does not end it
      if (this.#air.targets.length > 0 ? !(await this.#waitForHost()) : !(await this.#waitForCard())) return undefined;
    }
  }

  /** One search. What is there and is of another kind is left awake and unselected. */
  async #search(request: ListPassiveTargetRequest): Promise<ListedTarget | undefined> {
    this.#forget();
    this.#registers.setFraming(...registersOf(request.modulation));
    const listed = await listFirst(this.#air, await this.#air.find(), request);
    if (listed === undefined) await this.#air.wake();
    else this.#listed = listed.kind === "a" ? await this.#activated(listed) : listed;
    return this.#listed;
  }

  async #autoPoll({ count, types }: AutoPollRequest): Promise<Uint8Array | undefined> {
    for (;;) {
      for (const type of types) {
        const request = autoPollSearch(type);
        const listed = request && (await this.#search({ ...request, maxTargets: 1 }));
        if (listed === undefined) continue;
        const data = InListPassiveTarget.encodeAnswer({ targets: [listed] }).slice(1);
        return InAutoPoll.encodeAnswer({ targets: [{ type, data }] });
      }
      if (count !== FOR_EVER) return InAutoPoll.encodeAnswer({ targets: [] });
      if (!(await this.#waitForCard())) return undefined;
    }
  }

  /** Test 6: whether a card in ISO-DEP is still there. */
  async #diagnose({ test, parameters }: DiagnoseRequest): Promise<Uint8Array> {
    // the line test gives back what it was given
    if (test === 0) return concatBytes(Uint8Array.of(0), parameters ?? NO_BYTES);
    if (test !== PRESENCE_TEST) return Uint8Array.of(0);
    if (this.#link === undefined) return Uint8Array.of(Pn53xStatus.CONTEXT);
    const framing = this.#listed?.kind === "b" ? FRAMING.B : FRAMING.A;
    const isThere = await runDialogue(this.#link.checkPresence(), framesOnly(this.#air, framing));
    return Uint8Array.of(isThere ? Pn53xStatus.OK : Pn53xStatus.TIMEOUT);
  }

  /** Resolves to false when the host has had enough. */
  #waitForHost(): Promise<boolean> {
    const waiting = new AbortController();
    this.#waiting = waiting;
    return new Promise((resolve) => {
      waiting.signal.addEventListener("abort", () => resolve(false), { once: true });
    });
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
