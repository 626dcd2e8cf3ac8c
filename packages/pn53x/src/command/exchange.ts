import { concatBytes } from "@cardwire/core";
import { STATUS_MASK } from "../status.ts";
import { type Pn53xCommand, PN53X_COMMAND_CODE, type Pn53xCommandName, type StatusAnswer } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** Bit of Tg, and of the status: more information follows. */
const MORE = 0x40;
/** Bit of the status: the data begin with a NAD. */
const NAD_PRESENT = 0x80;

/** Data for a target in the protocol that the chip knows it to speak. */
export interface DataExchangeRequest {
  readonly target: number;
  /** The data go on in the next command. */
  readonly more?: boolean;
  readonly data: Uint8Array;
}

/** What came back. */
export interface DataExchangeAnswer {
  /** Error code, bits 0–5 of the status byte. */
  readonly status: number;
  /** The answer goes on: ask with empty data. */
  readonly more?: boolean;
  /** The data begin with a NAD (SetParameters has said that it is used). */
  readonly nadPresent?: boolean;
  readonly data: Uint8Array;
}

/** Status and data, as all answers that carry data begin and go on. */
export const dataAnswer = {
  encodeAnswer({ status, more = false, nadPresent = false, data }: DataExchangeAnswer): Uint8Array {
    const head = requireByte(status, "Status") | (more ? MORE : 0) | (nadPresent ? NAD_PRESENT : 0);
    return concatBytes(Uint8Array.of(head), data);
  },
  decodeAnswer(bytes: Uint8Array): DataExchangeAnswer {
    const fields = new Fields(bytes);
    const status = fields.byte("Status");
    return {
      status: status & STATUS_MASK,
      more: (status & MORE) !== 0,
      ...((status & NAD_PRESENT) === 0 ? {} : { nadPresent: true }),
      data: fields.rest(),
    };
  },
} as const;

/** A status and nothing else. */
export const statusAnswer = {
  encodeAnswer: ({ status }: StatusAnswer): Uint8Array => Uint8Array.of(requireByte(status, "Status")),
  decodeAnswer(bytes: Uint8Array): StatusAnswer {
    const fields = new Fields(bytes);
    const status = fields.byte("Status") & STATUS_MASK;
    fields.end("answer");
    return { status };
  },
} as const;

/** InDataExchange (UM0701-02 section 7.3.8): MIFARE and Jewel commands, ISO-DEP, DEP. */
export const InDataExchange: Pn53xCommand<DataExchangeRequest, DataExchangeAnswer> = {
  name: "InDataExchange",
  code: PN53X_COMMAND_CODE.InDataExchange,
  encodeRequest: ({ target, more = false, data }) =>
    concatBytes(Uint8Array.of(requireByte(target, "Tg") | (more ? MORE : 0)), data),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const target = fields.byte("Tg");
    return { target: target & ~MORE, more: (target & MORE) !== 0, data: fields.rest() };
  },
  ...dataAnswer,
};

/** A frame's bytes come back as they are, or an error code. */
export type CommunicateThruAnswer = DataExchangeAnswer;

/** InCommunicateThru (UM0701-02 section 7.3.9): a frame as the CIU's registers form it, in no protocol. */
export const InCommunicateThru: Pn53xCommand<{ readonly data: Uint8Array }, CommunicateThruAnswer> = {
  name: "InCommunicateThru",
  code: PN53X_COMMAND_CODE.InCommunicateThru,
  encodeRequest: ({ data }) => data.slice(),
  decodeRequest: (bytes) => ({ data: bytes.slice() }),
  ...dataAnswer,
};

/** A command about one target, or about all of them with 0; it answers with a status. */
function targetCommand(name: Pn53xCommandName): Pn53xCommand<{ readonly target: number }, StatusAnswer> {
  return {
    name,
    code: PN53X_COMMAND_CODE[name],
    encodeRequest: ({ target }) => Uint8Array.of(requireByte(target, "Tg")),
    decodeRequest(bytes) {
      const fields = new Fields(bytes);
      const target = fields.byte("Tg");
      fields.end(name);
      return { target };
    },
    ...statusAnswer,
  };
}

/** InDeselect (UM0701-02 section 7.3.10): the target is put to sleep and remembered. */
export const InDeselect: Pn53xCommand<{ readonly target: number }, StatusAnswer> =
  /* @__PURE__ */ targetCommand("InDeselect");
/** InRelease (UM0701-02 section 7.3.11): the target is put to sleep and forgotten. */
export const InRelease: Pn53xCommand<{ readonly target: number }, StatusAnswer> =
  /* @__PURE__ */ targetCommand("InRelease");
/** InSelect (UM0701-02 section 7.3.12): a target that was deselected is woken. */
export const InSelect: Pn53xCommand<{ readonly target: number }, StatusAnswer> =
  /* @__PURE__ */ targetCommand("InSelect");
