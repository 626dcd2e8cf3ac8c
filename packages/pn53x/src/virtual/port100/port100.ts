import { concatBytes, isFormatError, type RfFailureReason } from "@cardwire/core";
import { FRAMING } from "../../chip/registers.ts";
import type { Port100Command } from "../../port100/command.ts";
import { type Port100CommAnswer, type Port100CommRequest, Port100Commands } from "../../port100/commands.ts";
import { PORT100_FRAME_IDENTIFIER, PORT100_FRAMES } from "../../port100/frame.ts";
import {
  PORT100_PROTOCOL,
  PORT100_PROTOCOL_DEFAULTS,
  PORT100_RF,
  type Port100Protocol,
  type Port100ProtocolKey,
} from "../../port100/settings.ts";
import { PORT100_COMM_STATUS, PORT100_STATUS } from "../../port100/status.ts";
import type { VirtualAir } from "../air.ts";
import type { VirtualFrameChip } from "../frame-port.ts";
import { CardAir } from "./card-air.ts";

/** A Port-100 without hardware. */
export interface VirtualPort100 extends VirtualFrameChip {
  /**
   * Runs a command. One at a time.
   *
   * @param command from D6 on.
   * @returns the answer from D7 on; nothing to what is no command.
   */
  execute(command: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Makes a chip with an antenna in the field. Its cards are those of the field. */
export function createVirtualPort100(air: VirtualAir): VirtualPort100 {
  return new Chip(air);
}

const COMM_STATUS_OF: Readonly<Record<RfFailureReason, number>> = {
  timeout: PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR,
  crc: PORT100_COMM_STATUS.CRC_ERROR,
  parity: PORT100_COMM_STATUS.PARITY_ERROR,
  framing: PORT100_COMM_STATUS.PROTOCOL_ERROR,
  collision: PORT100_COMM_STATUS.COLLISION_ERROR,
  authentication: PORT100_COMM_STATUS.CRYPTO1_ERROR,
  "link-lost": PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR,
  overflow: PORT100_COMM_STATUS.OVERFLOW_ERROR,
  unsupported: PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR,
};

const SUCCESS = { status: PORT100_STATUS.SUCCESS };
const REFUSED = { status: PORT100_STATUS.PARAMETER_ERROR };
const COMMAND_TYPES = [0, 1];

/** TgSetRF: a setting, and a speed for each of 106A, 212F, 424F, 212A, 424A. */
const TARGET_SETTING = 0x08;
const TARGET_SPEEDS = { first: 0x0b, last: 0x0f } as const;
const TARGET_PROTOCOL_KEYS = 3;

/** What TgCommRF begins with when nobody has come. */
const NOBODY_CAME = Uint8Array.of(0x00, 0x00, 0x00);

class Chip implements VirtualPort100 {
  readonly frames: typeof PORT100_FRAMES = PORT100_FRAMES;
  readonly #air: CardAir;
  readonly #handlers: ReadonlyMap<number, (parameters: Uint8Array) => Promise<Uint8Array>>;
  #framing: number | undefined;
  #protocol: Port100Protocol = PORT100_PROTOCOL_DEFAULTS;

  constructor(air: VirtualAir) {
    this.#air = new CardAir(air);
    const on = <Request, Answer>(
      command: Port100Command<Request, Answer>,
      handle: (request: Request) => Answer | Promise<Answer>,
    ): [number, (parameters: Uint8Array) => Promise<Uint8Array>] => [
      command.code,
      async (parameters) => command.encodeAnswer(await handle(command.decodeRequest(parameters))),
    ];
    this.#handlers = new Map([
      on(Port100Commands.GetCommandType, () => ({ types: COMMAND_TYPES })),
      on(Port100Commands.SetCommandType, ({ type }) => (COMMAND_TYPES.includes(type) ? SUCCESS : REFUSED)),
      on(Port100Commands.ResetDevice, async () => {
        this.#framing = undefined;
        this.#protocol = PORT100_PROTOCOL_DEFAULTS;
        await this.#air.switchField(false);
        return undefined;
      }),
      on(Port100Commands.GetFirmwareVersion, () => ({ major: 0x01, minor: 0x11 })),
      on(Port100Commands.GetPDDataVersion, () => ({ major: 0x01, minor: 0x00 })),
      on(Port100Commands.SwitchRF, async (request) => {
        await this.#air.switchField(request.on);
        return SUCCESS;
      }),
      on(Port100Commands.InSetRF, async ({ transmit, receive }) => {
        // both ways may have rates of their own
        const known = Object.entries(PORT100_RF).find(([, value]) => isSame(value.transmit, transmit));
        if (known === undefined || !Object.values(PORT100_RF).some((value) => isSame(value.receive, receive)))
          return REFUSED;
        this.#framing = known[0].endsWith("A") ? FRAMING.A : known[0].endsWith("B") ? FRAMING.B : FRAMING.F;
        // programs switch the field off before they look for cards, and never on
        await this.#air.switchField(true);
        return SUCCESS;
      }),
      on(Port100Commands.InSetProtocol, ({ settings }) => {
        const changed: Partial<Record<Port100ProtocolKey, number>> = {};
        for (const [code, value] of settings) {
          const key = protocolKey(code);
          if (key === undefined) return REFUSED;
          changed[key] = value;
        }
        this.#protocol = { ...this.#protocol, ...changed };
        return SUCCESS;
      }),
      on(Port100Commands.InCommRF, (request) => this.#communicate(request)),
      on(Port100Commands.TgSetRF, ({ setting, speed }) =>
        setting === TARGET_SETTING && speed >= TARGET_SPEEDS.first && speed <= TARGET_SPEEDS.last ? SUCCESS : REFUSED,
      ),
      on(Port100Commands.TgSetProtocol, ({ settings }) =>
        settings.every(([key]) => key < TARGET_PROTOCOL_KEYS) ? SUCCESS : REFUSED,
      ),
      on(Port100Commands.TgSetAuto, () => SUCCESS),
      // there never is an initiator, and nobody is waited for
      on(Port100Commands.TgCommRF, () => ({
        head: NOBODY_CAME.slice(),
        status: PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR,
        data: new Uint8Array(0),
      })),
    ]);
  }

  async execute(command: Uint8Array): Promise<Uint8Array | undefined> {
    const [identifier, code] = command;
    if (identifier !== PORT100_FRAME_IDENTIFIER.COMMAND || code === undefined) return undefined;
    const head = Uint8Array.of(PORT100_FRAME_IDENTIFIER.ANSWER, (code + 1) % 0x100);
    try {
      const handler = this.#handlers.get(code);
      // what the chip makes of a command that it does not know has not been recorded; this is the status that there is for it
      if (handler === undefined) return concatBytes(head, Uint8Array.of(PORT100_STATUS.COMMANDTYPE_ERROR));
      return concatBytes(head, await handler(command.subarray(2)));
    } catch (error) {
      if (!isFormatError(error)) throw error;
      return concatBytes(head, Uint8Array.of(PORT100_STATUS.PARAMETER_ERROR));
    }
  }

  cancel(): void {
    // nothing that the chip does here waits for a card
  }

  async #communicate({ timeout, data }: Port100CommRequest): Promise<Port100CommAnswer> {
    if (this.#framing === undefined || !this.#air.isOn) return nothing(PORT100_COMM_STATUS.RF_OFF_ERROR);
    const { ADD_CRC, CHECK_CRC, ADD_PARITY, VALID_BITS, TYPE1_FRAME } = this.#protocol;
    const isType1 = TYPE1_FRAME !== 0;
    const isShort = VALID_BITS !== 8;
    // a whole byte of type A without its parity bit is understood by no card but one of type 1
    if (this.#framing === FRAMING.A && !isType1 && !isShort && ADD_PARITY === 0)
      return nothing(PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR);
    const reply = await this.#air.frame(
      {
        kind: "frame",
        data,
        lastBits: VALID_BITS,
        // bits of a byte that is not whole have no CRC, and neither has the answer to them
        transmitCrc: ADD_CRC !== 0 || isShort,
        receiveCrc: CHECK_CRC !== 0 || isShort,
        timeoutUs: timeout * 100,
      },
      this.#framing,
      isType1,
    );
    if (reply.kind === "done") return nothing(PORT100_COMM_STATUS.RECEIVE_TIMEOUT_ERROR);
    if (reply.kind === "failure") return nothing(COMM_STATUS_OF[reply.reason]);
    // four bits have no CRC: to a chip that checks it, it is wrong
    if (CHECK_CRC !== 0 && reply.lastBits !== 8) return nothing(PORT100_COMM_STATUS.CRC_ERROR);
    return { status: 0, lastBits: reply.lastBits, data: reply.data };
  }
}

function nothing(status: number): Port100CommAnswer {
  return { status, data: new Uint8Array(0) };
}

function isSame(one: readonly [number, number], other: readonly [number, number]): boolean {
  return one[0] === other[0] && one[1] === other[1];
}

function protocolKey(code: number): Port100ProtocolKey | undefined {
  for (const [name, value] of Object.entries(PORT100_PROTOCOL)) if (value === code) return name as Port100ProtocolKey;
  return undefined;
}
