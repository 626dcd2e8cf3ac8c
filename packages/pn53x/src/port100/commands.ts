import { concatBytes, FormatError } from "@cardwire/core";
import { Fields, requireByte } from "../command/fields.ts";
import { type Port100Command, PORT100_COMMAND_CODE, type Port100CommandName } from "./command.ts";
import {
  commStatus,
  commStatusBytes,
  noRequest,
  type Port100ProtocolSettings,
  type Port100StatusAnswer,
  settingsRequest,
  statusAnswer,
  word,
  wordBytes,
} from "./messages.ts";
import { TgCommRF, TgSetAuto, TgSetProtocol, TgSetRF } from "./target-commands.ts";

/** Modulation and rate in both directions, as {@link PORT100_RF} has them. */
export interface Port100RfSettings {
  readonly transmit: readonly [setting: number, speed: number];
  readonly receive: readonly [setting: number, speed: number];
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
  /** How many bits of the last byte count, 8 for all (08 in every log); not there where nothing came. */
  readonly lastBits?: number;
  readonly data: Uint8Array;
}

/** A version in two bytes. */
export interface Port100Version {
  readonly major: number;
  readonly minor: number;
}

const NO_BYTES = new Uint8Array(0);

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
  ...settingsRequest,
  ...statusAnswer,
};

/** Sends a frame and waits for one. */
const InCommRF: Port100Command<Port100CommRequest, Port100CommAnswer> = {
  name: "InCommRF",
  code: PORT100_COMMAND_CODE.InCommRF,
  encodeRequest: ({ timeout, data }) => concatBytes(wordBytes(timeout, "timeout"), data),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    return { timeout: word(fields, "timeout"), data: fields.rest() };
  },
  encodeAnswer: ({ status, lastBits, data }) =>
    lastBits === undefined
      ? commStatusBytes(status)
      : concatBytes(commStatusBytes(status), Uint8Array.of(requireByte(lastBits, "last bits")), data),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const status = commStatus(fields);
    // nothing has to follow a status that says that nothing came
    if (status !== 0 && fields.left === 0) return { status, data: NO_BYTES };
    return { status, lastBits: fields.byte("last bits"), data: fields.rest() };
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

/** Asks which one: nothing for the firmware itself; 60, 61 and 80 are known to be asked for too. */
export type Port100VersionRequest = { readonly option: number } | undefined;

function versionCommand(name: Port100CommandName): Port100Command<Port100VersionRequest, Port100Version> {
  return {
    name,
    code: PORT100_COMMAND_CODE[name],
    encodeRequest: (request) =>
      request === undefined ? NO_BYTES.slice() : Uint8Array.of(requireByte(request.option, "option")),
    decodeRequest(bytes) {
      const fields = new Fields(bytes);
      if (fields.left === 0) return undefined;
      const option = fields.byte("option");
      fields.end("request");
      return { option };
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

const TYPE_MASK_BYTES = 8;

/** Which sets of commands there are: a mask of 64 bits, most significant byte first. */
const GetCommandType: Port100Command<undefined, { readonly types: readonly number[] }> = {
  name: "GetCommandType",
  code: PORT100_COMMAND_CODE.GetCommandType,
  ...noRequest,
  encodeAnswer({ types }) {
    const mask = new Uint8Array(TYPE_MASK_BYTES);
    for (const type of types) {
      const at = TYPE_MASK_BYTES - 1 - (type >> 3);
      const before = mask[at];
      if (before === undefined)
        throw new FormatError("INVALID_VALUE", `${type} is no command type`, { field: "types" });
      mask[at] = before | (1 << (type & 7));
    }
    return mask;
  },
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const mask = fields.bytes(TYPE_MASK_BYTES, "types").reverse();
    fields.end("answer");
    return {
      types: [...mask].flatMap((byte, at) =>
        [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => at * 8 + bit),
      ),
    };
  },
};

/** Starts the chip anew; the host acknowledges the answer, and waits. */
const ResetDevice: Port100Command<{ readonly delayMs: number }, undefined> = {
  name: "ResetDevice",
  code: PORT100_COMMAND_CODE.ResetDevice,
  encodeRequest: ({ delayMs }) => wordBytes(delayMs, "delay"),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const delayMs = word(fields, "delay");
    fields.end("request");
    return { delayMs };
  },
  encodeAnswer: () => NO_BYTES.slice(),
  decodeAnswer: () => undefined,
};

/** The commands whose messages are known. The others of {@link PORT100_COMMAND_CODE} are names only. */
export const Port100Commands: {
  readonly InSetRF: typeof InSetRF;
  readonly InSetProtocol: typeof InSetProtocol;
  readonly InCommRF: typeof InCommRF;
  readonly SwitchRF: typeof SwitchRF;
  readonly GetCommandType: typeof GetCommandType;
  readonly SetCommandType: typeof SetCommandType;
  readonly ResetDevice: typeof ResetDevice;
  readonly GetFirmwareVersion: Port100Command<Port100VersionRequest, Port100Version>;
  readonly GetPDDataVersion: Port100Command<Port100VersionRequest, Port100Version>;
  readonly TgSetRF: typeof TgSetRF;
  readonly TgSetProtocol: typeof TgSetProtocol;
  readonly TgSetAuto: typeof TgSetAuto;
  readonly TgCommRF: typeof TgCommRF;
} = {
  InSetRF,
  InSetProtocol,
  InCommRF,
  SwitchRF,
  GetCommandType,
  SetCommandType,
  ResetDevice,
  GetFirmwareVersion: /* @__PURE__ */ versionCommand("GetFirmwareVersion"),
  GetPDDataVersion: /* @__PURE__ */ versionCommand("GetPDDataVersion"),
  TgSetRF,
  TgSetProtocol,
  TgSetAuto,
  TgCommRF,
};
