import { concatBytes, FormatError } from "@cardwire/core";
import { Fields, requireByte } from "../command/fields.ts";
import { type Port100Command, PORT100_COMMAND_CODE } from "./command.ts";
import {
  commStatus,
  commStatusBytes,
  type Port100ProtocolSettings,
  type Port100StatusAnswer,
  settingsRequest,
  statusAnswer,
  word,
  wordBytes,
} from "./messages.ts";

/** What the chip shows and sends as a target, and how long it waits. */
export interface Port100TargetRequest {
  readonly guardTime: number;
  readonly sendTimeout: number;
  /** The chip answers polling itself with the parameters below. */
  readonly mdaa: boolean;
  /** SENS_RES (2), NFCID1 (3 of 4), SEL_RES. */
  readonly nfcAParameters: Uint8Array;
  /** IDm (8), PMm (8), system code (2). */
  readonly nfcFParameters: Uint8Array;
  readonly halted: boolean;
  /** Errors of anticollision are answered by waiting again. */
  readonly arae: boolean;
  /** In milliseconds. */
  readonly receiveTimeout: number;
  readonly data: Uint8Array;
}

/** What an initiator has sent. */
export interface Port100TargetAnswer {
  /** The modulation that was met (0B 106A, 0C 212F, 0D 424F), a byte of unknown meaning, and how it was activated. */
  readonly head: Uint8Array;
  /** 32 bits, {@link PORT100_COMM_STATUS}. */
  readonly status: number;
  readonly data: Uint8Array;
}

const A_BYTES = 6;
const F_BYTES = 18;
const HEAD_BYTES = 3;

function fixed(bytes: Uint8Array, length: number, field: string): Uint8Array {
  if (bytes.length !== length)
    throw new FormatError("INVALID_VALUE", `${length} bytes, not ${bytes.length}`, { field });
  return bytes;
}

function flag(fields: Fields, field: string): boolean {
  const value = fields.byte(field);
  if (value > 1) fields.refuse(field, `${value} is neither yes nor no`);
  return value === 1;
}

/** Modulation and rate as a target. */
export const TgSetRF: Port100Command<{ readonly setting: number; readonly speed: number }, Port100StatusAnswer> = {
  name: "TgSetRF",
  code: PORT100_COMMAND_CODE.TgSetRF,
  encodeRequest: ({ setting, speed }) => Uint8Array.of(requireByte(setting, "setting"), requireByte(speed, "speed")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const request = { setting: fields.byte("setting"), speed: fields.byte("speed") };
    fields.end("request");
    return request;
  },
  ...statusAnswer,
};

/** Keys 0 (unit of the send timeout), 1 (the field going off is an error), 2 (continuous receive mode). */
export const TgSetProtocol: Port100Command<Port100ProtocolSettings, Port100StatusAnswer> = {
  name: "TgSetProtocol",
  code: PORT100_COMMAND_CODE.TgSetProtocol,
  ...settingsRequest,
  ...statusAnswer,
};

/** Answers that the chip gives by itself. Their form is not known. */
export const TgSetAuto: Port100Command<{ readonly data: Uint8Array }, Port100StatusAnswer> = {
  name: "TgSetAuto",
  code: PORT100_COMMAND_CODE.TgSetAuto,
  encodeRequest: ({ data }) => data.slice(),
  decodeRequest: (bytes) => ({ data: bytes.slice() }),
  ...statusAnswer,
};

/** Answers an initiator, and waits for what it sends next. */
export const TgCommRF: Port100Command<Port100TargetRequest, Port100TargetAnswer> = {
  name: "TgCommRF",
  code: PORT100_COMMAND_CODE.TgCommRF,
  encodeRequest: (request) =>
    concatBytes(
      wordBytes(request.guardTime, "guard time"),
      wordBytes(request.sendTimeout, "send timeout"),
      Uint8Array.of(request.mdaa ? 1 : 0),
      fixed(request.nfcAParameters, A_BYTES, "NFC-A parameters"),
      fixed(request.nfcFParameters, F_BYTES, "NFC-F parameters"),
      Uint8Array.of(request.halted ? 1 : 0, request.arae ? 1 : 0),
      wordBytes(request.receiveTimeout, "receive timeout"),
      request.data,
    ),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    return {
      guardTime: word(fields, "guard time"),
      sendTimeout: word(fields, "send timeout"),
      mdaa: flag(fields, "MDAA"),
      nfcAParameters: fields.bytes(A_BYTES, "NFC-A parameters"),
      nfcFParameters: fields.bytes(F_BYTES, "NFC-F parameters"),
      halted: flag(fields, "halted"),
      arae: flag(fields, "ARAE"),
      receiveTimeout: word(fields, "receive timeout"),
      data: fields.rest(),
    };
  },
  encodeAnswer: ({ head, status, data }) => concatBytes(fixed(head, HEAD_BYTES, "head"), commStatusBytes(status), data),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    return { head: fields.bytes(HEAD_BYTES, "head"), status: commStatus(fields), data: fields.rest() };
  },
};
