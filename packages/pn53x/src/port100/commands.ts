import { concatBytes, FormatError } from "@cardwire/core";
import { Fields, requireByte, requireWord } from "../command/fields.ts";
import { type Port100Command, PORT100_COMMAND_CODE, type Port100CommandName } from "./command.ts";

/** An answer of a status alone, {@link PORT100_STATUS}. */
export interface Port100StatusAnswer {
  readonly status: number;
}

/** Modulation and rate in both directions, as {@link PORT100_RF} has them. */
export interface Port100RfSettings {
  readonly transmit: readonly [setting: number, speed: number];
  readonly receive: readonly [setting: number, speed: number];
}

/** Keys ({@link PORT100_PROTOCOL}) and values; what is not named stays as it is. */
export interface Port100ProtocolSettings {
  readonly settings: readonly (readonly [key: number, value: number])[];
}

/** A frame for the air. */
export interface Port100CommRequest {
  /** How long to wait for an answer, in units of 100 µs. */
  readonly timeout: number;
  readonly data: Uint8Array;
}

/** What came from the air. */
export interface Port100CommAnswer {
  /** 32 bits, {@link PORT100_COMM_STATUS}. */
  readonly status: number;
  /** Of a collision; no program is known to use it. */
  readonly collisionBits: number;
  readonly data: Uint8Array;
}

/** A version in two bytes. */
export interface Port100Version {
  readonly major: number;
  readonly minor: number;
}

const NO_BYTES = new Uint8Array(0);

const statusAnswer = {
  encodeAnswer: ({ status }: Port100StatusAnswer): Uint8Array => Uint8Array.of(requireByte(status, "status")),
  decodeAnswer(bytes: Uint8Array): Port100StatusAnswer {
    const fields = new Fields(bytes);
    const status = fields.byte("status");
    fields.end("answer");
    return { status };
  },
} as const;

/** How the carrier is modulated: the first setting before any frame. */
const InSetRF: Port100Command<Port100RfSettings, Port100StatusAnswer> = {
  name: "InSetRF",
  code: PORT100_COMMAND_CODE.InSetRF,
  encodeRequest: ({ transmit, receive }) =>
    Uint8Array.from([...transmit, ...receive], (value) => requireByte(value, "RF setting")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const transmit = [fields.byte("transmit setting"), fields.byte("transmit speed")] as const;
    const receive = [fields.byte("receive setting"), fields.byte("receive speed")] as const;
    fields.end("request");
    return { transmit, receive };
  },
  ...statusAnswer,
};

/** How frames are formed. */
const InSetProtocol: Port100Command<Port100ProtocolSettings, Port100StatusAnswer> = {
  name: "InSetProtocol",
  code: PORT100_COMMAND_CODE.InSetProtocol,
  encodeRequest: ({ settings }) => Uint8Array.from(settings.flat(), (value) => requireByte(value, "protocol setting")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const settings: [key: number, value: number][] = [];
    while (fields.left > 0) settings.push([fields.byte("key"), fields.byte("value")]);
    return { settings };
  },
  ...statusAnswer,
};

/** Sends a frame and waits for one. */
const InCommRF: Port100Command<Port100CommRequest, Port100CommAnswer> = {
  name: "InCommRF",
  code: PORT100_COMMAND_CODE.InCommRF,
  encodeRequest({ timeout, data }) {
    requireWord(timeout, "timeout");
    return concatBytes(Uint8Array.of(timeout % 0x100, timeout >> 8), data);
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const timeout = fields.byte("timeout") | (fields.byte("timeout") << 8);
    return { timeout, data: fields.rest() };
  },
  encodeAnswer({ status, collisionBits, data }) {
    if (!Number.isInteger(status) || status < 0 || status > 0xffff_ffff)
      throw new FormatError("INVALID_VALUE", `${status} does not fit four bytes`, { field: "status" });
    const head = new Uint8Array(5);
    new DataView(head.buffer).setUint32(0, status, true);
    head[4] = requireByte(collisionBits, "collision bits");
    return concatBytes(head, data);
  },
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = fields.bytes(4, "status");
    const status = ((b3 << 24) | (b2 << 16) | (b1 << 8) | b0) >>> 0;
    // nothing has to follow a status that says that nothing came
    if (status !== 0 && fields.left === 0) return { status, collisionBits: 0, data: NO_BYTES };
    return { status, collisionBits: fields.byte("collision bits"), data: fields.rest() };
  },
};

/** Switches the field. */
const SwitchRF: Port100Command<{ readonly on: boolean }, Port100StatusAnswer> = {
  name: "SwitchRF",
  code: PORT100_COMMAND_CODE.SwitchRF,
  encodeRequest: ({ on }) => Uint8Array.of(on ? 1 : 0),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const on = fields.byte("on");
    if (on > 1) fields.refuse("on", `${on} is neither on nor off`);
    fields.end("request");
    return { on: on === 1 };
  },
  ...statusAnswer,
};

/** Which set of commands is spoken: 1 is the one that has the commands above. */
const SetCommandType: Port100Command<{ readonly type: number }, Port100StatusAnswer> = {
  name: "SetCommandType",
  code: PORT100_COMMAND_CODE.SetCommandType,
  encodeRequest: ({ type }) => Uint8Array.of(requireByte(type, "type")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const type = fields.byte("type");
    fields.end("request");
    return { type };
  },
  ...statusAnswer,
};

function versionCommand(name: Port100CommandName): Port100Command<undefined, Port100Version> {
  return {
    name,
    code: PORT100_COMMAND_CODE[name],
    encodeRequest: () => NO_BYTES.slice(),
    decodeRequest(bytes) {
      new Fields(bytes).end("request");
      return undefined;
    },
    encodeAnswer: ({ major, minor }) =>
      Uint8Array.of(requireByte(minor, "minor version"), requireByte(major, "major version")),
    decodeAnswer(bytes) {
      const fields = new Fields(bytes);
      const minor = fields.byte("minor version");
      const major = fields.byte("major version");
      fields.end("version");
      return { major, minor };
    },
  };
}

/** The commands that reading cards takes. */
export const Port100Commands: {
  readonly InSetRF: typeof InSetRF;
  readonly InSetProtocol: typeof InSetProtocol;
  readonly InCommRF: typeof InCommRF;
  readonly SwitchRF: typeof SwitchRF;
  readonly SetCommandType: typeof SetCommandType;
  readonly GetFirmwareVersion: Port100Command<undefined, Port100Version>;
  readonly GetPDDataVersion: Port100Command<undefined, Port100Version>;
} = {
  InSetRF,
  InSetProtocol,
  InCommRF,
  SwitchRF,
  SetCommandType,
  GetFirmwareVersion: /* @__PURE__ */ versionCommand("GetFirmwareVersion"),
  GetPDDataVersion: /* @__PURE__ */ versionCommand("GetPDDataVersion"),
};
