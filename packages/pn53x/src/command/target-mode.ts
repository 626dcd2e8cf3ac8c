import { concatBytes, FormatError } from "@cardwire/core";
import { type Pn53xCommand, PN53X_COMMAND_CODE, type Pn53xCommandName, type StatusAnswer } from "./command.ts";
import { dataAnswer, type DataExchangeAnswer, statusAnswer } from "./exchange.ts";
import { Fields, requireByte } from "./fields.ts";

/** Bits of TgInitAsTarget's mode. */
export const TARGET_MODE = { PASSIVE_ONLY: 0x01, DEP_ONLY: 0x02, PICC_ONLY: 0x04 } as const;

/** What the chip shows of itself while it waits to be activated (UM0701-02 section 7.3.14). */
export interface InitAsTargetRequest {
  /** {@link TARGET_MODE}. */
  readonly mode: number;
  /** SENS_RES (2, as on the air), NFCID1t (3; the first of the four is 08), SEL_RES. */
  readonly mifareParameters: Uint8Array;
  /** NFCID2t (8), PAD (8), system code (2). */
  readonly felicaParameters: Uint8Array;
  /** 10 bytes. */
  readonly nfcid3: Uint8Array;
  /** Of ATR_RES. A host of a PN531 may leave them out, with their length. */
  readonly generalBytes?: Uint8Array;
  /** Of the ATS. A PN531 has none, and its host leaves out their length too. */
  readonly historicalBytes?: Uint8Array;
  /** In place of both: general bytes without a length, as an RC-S956 takes them. */
  readonly uncountedBytes?: Uint8Array;
}

const LENGTHS = { mifareParameters: 6, felicaParameters: 18, nfcid3: 10 } as const;

function fixed(request: InitAsTargetRequest, field: keyof typeof LENGTHS): Uint8Array {
  const bytes = request[field];
  if (bytes.length !== LENGTHS[field])
    throw new FormatError("INVALID_VALUE", `${LENGTHS[field]} bytes, not ${bytes.length}`, { field });
  return bytes;
}

function counted(bytes: Uint8Array, field: string): Uint8Array {
  return concatBytes(Uint8Array.of(requireByte(bytes.length, field)), bytes);
}

function countedParts({ generalBytes, historicalBytes, uncountedBytes }: InitAsTargetRequest): Uint8Array[] {
  if (uncountedBytes !== undefined) return [uncountedBytes];
  if (generalBytes === undefined && historicalBytes === undefined) return [];
  const general = counted(generalBytes ?? new Uint8Array(0), "LEN Gt");
  return historicalBytes === undefined ? [general] : [general, counted(historicalBytes, "LEN Tk")];
}

/** What stands behind NFCID3t; of bytes that no lengths divide, all. */
function decodeParts(
  bytes: Uint8Array,
): Pick<InitAsTargetRequest, "generalBytes" | "historicalBytes" | "uncountedBytes"> {
  if (bytes.length === 0) return {};
  const [generalLength = 0] = bytes;
  const generalBytes = bytes.slice(1, 1 + generalLength);
  const historical = bytes.subarray(1 + generalLength);
  if (generalBytes.length === generalLength) {
    if (historical.length === 0) return { generalBytes };
    if (historical[0] === historical.length - 1) return { generalBytes, historicalBytes: historical.slice(1) };
  }
  return { uncountedBytes: bytes };
}

/** TgInitAsTarget: waits until an initiator or a reader activates the chip, however long that takes. */
export const TgInitAsTarget: Pn53xCommand<
  InitAsTargetRequest,
  { readonly mode: number; readonly initiatorCommand: Uint8Array }
> = {
  name: "TgInitAsTarget",
  code: PN53X_COMMAND_CODE.TgInitAsTarget,
  encodeRequest: (request) =>
    concatBytes(
      Uint8Array.of(requireByte(request.mode, "Mode")),
      fixed(request, "mifareParameters"),
      fixed(request, "felicaParameters"),
      fixed(request, "nfcid3"),
      ...countedParts(request),
    ),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const request = {
      mode: fields.byte("Mode"),
      mifareParameters: fields.bytes(LENGTHS.mifareParameters, "mifareParameters"),
      felicaParameters: fields.bytes(LENGTHS.felicaParameters, "felicaParameters"),
      nfcid3: fields.bytes(LENGTHS.nfcid3, "nfcid3"),
    };
    return { ...request, ...decodeParts(fields.rest()) };
  },
  encodeAnswer: ({ mode, initiatorCommand }) => concatBytes(Uint8Array.of(requireByte(mode, "Mode")), initiatorCommand),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    return { mode: fields.byte("Mode"), initiatorCommand: fields.rest() };
  },
};

/** A command without parameters that fetches what the other side has sent. */
function getCommand(name: Pn53xCommandName): Pn53xCommand<undefined, DataExchangeAnswer> {
  return {
    name,
    code: PN53X_COMMAND_CODE[name],
    encodeRequest: () => new Uint8Array(0),
    decodeRequest(bytes) {
      new Fields(bytes).end(name);
      return undefined;
    },
    ...dataAnswer,
  };
}

/** A command that hands data over, and is told whether they went. */
function setCommand(name: Pn53xCommandName): Pn53xCommand<{ readonly data: Uint8Array }, StatusAnswer> {
  return {
    name,
    code: PN53X_COMMAND_CODE[name],
    encodeRequest: ({ data }) => data.slice(),
    decodeRequest: (bytes) => ({ data: bytes.slice() }),
    ...statusAnswer,
  };
}

/** TgSetGeneralBytes (UM0701-02 section 7.3.15): the general bytes of ATR_RES, where they wait for those of ATR_REQ. */
export const TgSetGeneralBytes: Pn53xCommand<{ readonly data: Uint8Array }, StatusAnswer> =
  /* @__PURE__ */ setCommand("TgSetGeneralBytes");
/** TgGetData (UM0701-02 section 7.3.16): what the initiator has sent in DEP or ISO-DEP. */
export const TgGetData: Pn53xCommand<undefined, DataExchangeAnswer> = /* @__PURE__ */ getCommand("TgGetData");
/** TgSetData (UM0701-02 section 7.3.17): the answer in DEP or ISO-DEP. */
export const TgSetData: Pn53xCommand<{ readonly data: Uint8Array }, StatusAnswer> =
  /* @__PURE__ */ setCommand("TgSetData");
/** TgSetMetaData (UM0701-02 section 7.3.18): a part of an answer that goes on. */
export const TgSetMetaData: Pn53xCommand<{ readonly data: Uint8Array }, StatusAnswer> =
  /* @__PURE__ */ setCommand("TgSetMetaData");
/** TgGetInitiatorCommand (UM0701-02 section 7.3.19): a frame of the initiator, in no protocol. */
export const TgGetInitiatorCommand: Pn53xCommand<undefined, DataExchangeAnswer> =
  /* @__PURE__ */ getCommand("TgGetInitiatorCommand");
/** TgResponseToInitiator (UM0701-02 section 7.3.20): a frame to the initiator, in no protocol. */
export const TgResponseToInitiator: Pn53xCommand<{ readonly data: Uint8Array }, StatusAnswer> =
  /* @__PURE__ */ setCommand("TgResponseToInitiator");

/** TgGetTargetStatus (UM0701-02 section 7.3.21). State: 0 idle or released, 1 activated, 2 deselected. */
export const TgGetTargetStatus: Pn53xCommand<undefined, { readonly state: number; readonly rates: number }> = {
  name: "TgGetTargetStatus",
  code: PN53X_COMMAND_CODE.TgGetTargetStatus,
  encodeRequest: () => new Uint8Array(0),
  decodeRequest(bytes) {
    new Fields(bytes).end("TgGetTargetStatus");
    return undefined;
  },
  encodeAnswer: ({ state, rates }) => Uint8Array.of(requireByte(state, "State"), requireByte(rates, "BRit")),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const answer = { state: fields.byte("State"), rates: fields.byte("BRit") };
    fields.end("TgGetTargetStatus");
    return answer;
  },
};
