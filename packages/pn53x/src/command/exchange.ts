import { concatBytes } from "@cardwire/core";
import { STATUS_MASK } from "../status.ts";
import { type Pn53xCommand, PN53X_COMMAND_CODE, type Pn53xCommandName } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** Bit of Tg, and of the status: more information follows. */
const MORE = 0x40;
const TARGET_MASK = 0x3f;

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
  readonly data: Uint8Array;
}

/** InDataExchange (UM0701-02 section 7.3.8): MIFARE and Jewel commands, ISO-DEP, DEP. */
export const InDataExchange: Pn53xCommand<DataExchangeRequest, DataExchangeAnswer> = {
  name: "InDataExchange",
  code: PN53X_COMMAND_CODE.InDataExchange,
  encodeRequest: ({ target, more = false, data }) =>
    concatBytes(Uint8Array.of(requireByte(target, "Tg") | (more ? MORE : 0)), data),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const target = fields.byte("Tg");
    return { target: target & TARGET_MASK, more: (target & MORE) !== 0, data: fields.rest() };
  },
  encodeAnswer: ({ status, more = false, data }) =>
    concatBytes(Uint8Array.of(requireByte(status, "Status") | (more ? MORE : 0)), data),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    const status = fields.byte("Status");
    return { status: status & STATUS_MASK, more: (status & MORE) !== 0, data: fields.rest() };
  },
};

/** A frame's bytes come back as they are, or an error code. */
export interface CommunicateThruAnswer {
  /** Error code, bits 0–5 of the status byte. */
  readonly status: number;
  readonly data: Uint8Array;
}

/** InCommunicateThru (UM0701-02 section 7.3.9): a frame as the CIU's registers form it, in no protocol. */
export const InCommunicateThru: Pn53xCommand<{ readonly data: Uint8Array }, CommunicateThruAnswer> = {
  name: "InCommunicateThru",
  code: PN53X_COMMAND_CODE.InCommunicateThru,
  encodeRequest: ({ data }) => data.slice(),
  decodeRequest: (bytes) => ({ data: bytes.slice() }),
  encodeAnswer: ({ status, data }) => concatBytes(Uint8Array.of(requireByte(status, "Status")), data),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    return { status: fields.byte("Status") & STATUS_MASK, data: fields.rest() };
  },
};

/** A command about one target, or about all of them with 0; it answers with a status. */
function targetCommand(name: Pn53xCommandName): Pn53xCommand<{ readonly target: number }, { readonly status: number }> {
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
    encodeAnswer: ({ status }) => Uint8Array.of(requireByte(status, "Status")),
    decodeAnswer(bytes) {
      const fields = new Fields(bytes);
      const status = fields.byte("Status") & STATUS_MASK;
      fields.end(name);
      return { status };
    },
  };
}

/** InDeselect (UM0701-02 section 7.3.10): the target is put to sleep and remembered. */
export const InDeselect: Pn53xCommand<{ readonly target: number }, { readonly status: number }> =
  /* @__PURE__ */ targetCommand("InDeselect");
/** InRelease (UM0701-02 section 7.3.11): the target is put to sleep and forgotten. */
export const InRelease: Pn53xCommand<{ readonly target: number }, { readonly status: number }> =
  /* @__PURE__ */ targetCommand("InRelease");
/** InSelect (UM0701-02 section 7.3.12): a target that was deselected is woken. */
export const InSelect: Pn53xCommand<{ readonly target: number }, { readonly status: number }> =
  /* @__PURE__ */ targetCommand("InSelect");
