import { type Pn53xCommand, PN53X_COMMAND_CODE, type Pn53xCommandName } from "./command.ts";

/** Bytes whose meaning is the secure element's or the maker's. */
export interface RawMessage {
  readonly data: Uint8Array;
}

function rawCommand(name: Pn53xCommandName): Pn53xCommand<RawMessage, RawMessage> {
  return {
    name,
    code: PN53X_COMMAND_CODE[name],
    encodeRequest: ({ data }) => data.slice(),
    decodeRequest: (bytes) => ({ data: bytes.slice() }),
    encodeAnswer: ({ data }) => data.slice(),
    decodeAnswer: (bytes) => ({ data: bytes.slice() }),
  };
}

/** AlparCommandForTDA of a PN533: to a contact card behind a TDA8029. An RC-S956 has its reset under the same code. */
export const AlparCommandForTDA: Pn53xCommand<RawMessage, RawMessage> =
  /* @__PURE__ */ rawCommand("AlparCommandForTDA");
/** InQuartetByteExchange of a PN533. */
export const InQuartetByteExchange: Pn53xCommand<RawMessage, RawMessage> =
  /* @__PURE__ */ rawCommand("InQuartetByteExchange");
/** InActivateDeactivatePaypass of a PN533. */
export const InActivateDeactivatePaypass: Pn53xCommand<RawMessage, RawMessage> =
  /* @__PURE__ */ rawCommand("InActivateDeactivatePaypass");
/** TgSetDataSecure of a PN533. */
export const TgSetDataSecure: Pn53xCommand<RawMessage, RawMessage> = /* @__PURE__ */ rawCommand("TgSetDataSecure");
/** TgSetMetaDataSecure of a PN533. */
export const TgSetMetaDataSecure: Pn53xCommand<RawMessage, RawMessage> =
  /* @__PURE__ */ rawCommand("TgSetMetaDataSecure");
