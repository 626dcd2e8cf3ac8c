import { concatBytes, FormatError } from "@cardwire/core";
import { type Pn53xCommand, PN53X_COMMAND_CODE, type StatusAnswer } from "./command.ts";
import { statusAnswer } from "./exchange.ts";
import { Fields, requireByte } from "./fields.ts";

/** Bits of Next: which of the optional fields are there. */
const NEXT = { PASSIVE_INITIATOR_DATA: 0x01, NFCID3I: 0x02, GENERAL_BYTES: 0x04 } as const;
const NFCID3_BYTES = 10;

/** What InJumpForDEP and InJumpForPSL look for, and the ATR_REQ that they send. */
export interface JumpForDepRequest {
  /** Both sides have a field of their own; else the target modulates ours. */
  readonly active: boolean;
  /** 0, 1, 2 for 106, 212, 424 kbit/s. */
  readonly rate: number;
  /** Passive, 106 kbit/s: the UID that is wanted, 4 bytes; 212 and 424 kbit/s: the polling request, 5 bytes. */
  readonly passiveInitiatorData?: Uint8Array;
  /** 10 bytes; the chip draws some unless given. */
  readonly nfcid3?: Uint8Array;
  readonly generalBytes?: Uint8Array;
}

/** A target that is activated, or an error code. */
export interface DepActivation {
  /** Error code, bits 0–5 of the status byte. */
  readonly status: number;
  readonly target?: number;
  /** ATR_RES from NFCID3t on: NFCID3t (10), DIDt, BSt, BRt, TO, PPt, general bytes (ISO/IEC 18092 section 12.5.1.2). */
  readonly atrRes?: Uint8Array;
}

function nfcid3Of(nfcid3: Uint8Array): Uint8Array {
  if (nfcid3.length !== NFCID3_BYTES)
    throw new FormatError("INVALID_VALUE", `${NFCID3_BYTES} bytes, not ${nfcid3.length}`, { field: "NFCID3i" });
  return nfcid3;
}

/** The optional fields, and in Next which of them are there. */
function optionalFields(
  passive: Uint8Array | undefined,
  nfcid3: Uint8Array | undefined,
  general: Uint8Array | undefined,
): Uint8Array {
  const next =
    (passive === undefined ? 0 : NEXT.PASSIVE_INITIATOR_DATA) |
    (nfcid3 === undefined ? 0 : NEXT.NFCID3I) |
    (general === undefined ? 0 : NEXT.GENERAL_BYTES);
  const parts = [passive, nfcid3 && nfcid3Of(nfcid3), general].filter((part) => part !== undefined);
  return concatBytes(Uint8Array.of(next), ...parts);
}

/** A jump: it finds a target and activates it. InJumpForPSL leaves the rate to InPSL; the messages are the same. */
function jumpCommand(name: "InJumpForDEP" | "InJumpForPSL"): Pn53xCommand<JumpForDepRequest, DepActivation> {
  return {
    name,
    code: PN53X_COMMAND_CODE[name],
    encodeRequest: ({ active, rate, passiveInitiatorData, nfcid3, generalBytes }) =>
      concatBytes(
        Uint8Array.of(active ? 1 : 0, requireByte(rate, "BR")),
        optionalFields(passiveInitiatorData, nfcid3, generalBytes),
      ),
    decodeRequest(bytes) {
      const fields = new Fields(bytes);
      const mode = fields.byte("ActPass");
      if (mode > 1) return fields.refuse("ActPass", "0 or 1");
      const rate = fields.byte("BR");
      if (rate > 2) return fields.refuse("BR", "0–2");
      const next = fields.byte("Next");
      if (next > 7) return fields.refuse("Next", "bits 0–2");
      const has = (bit: number): boolean => (next & bit) !== 0;
      const passiveBytes = next === NEXT.PASSIVE_INITIATOR_DATA ? fields.left : rate === 0 ? 4 : 5;
      const request = {
        active: mode === 1,
        rate,
        ...(has(NEXT.PASSIVE_INITIATOR_DATA)
          ? { passiveInitiatorData: fields.bytes(passiveBytes, "PassiveInitiatorData") }
          : {}),
        ...(has(NEXT.NFCID3I) ? { nfcid3: fields.bytes(NFCID3_BYTES, "NFCID3i") } : {}),
        ...(has(NEXT.GENERAL_BYTES) ? { generalBytes: fields.rest() } : {}),
      };
      fields.end(name);
      return request;
    },
    encodeAnswer: ({ status, target, atrRes = new Uint8Array(0) }) =>
      target === undefined
        ? Uint8Array.of(requireByte(status, "Status"))
        : concatBytes(Uint8Array.of(requireByte(status, "Status"), requireByte(target, "Tg")), atrRes),
    decodeAnswer(bytes) {
      const fields = new Fields(bytes);
      const status = fields.byte("Status");
      if (fields.left === 0) return { status };
      return { status, target: fields.byte("Tg"), atrRes: fields.rest() };
    },
  };
}

/** InJumpForDEP (UM0701-02 section 7.3.3): finds a DEP target, activates it and agrees on the rate. */
export const InJumpForDEP: Pn53xCommand<JumpForDepRequest, DepActivation> = /* @__PURE__ */ jumpCommand("InJumpForDEP");
/** InJumpForPSL (UM0701-02 section 7.3.4): as InJumpForDEP, and leaves the rate to InPSL. */
export const InJumpForPSL: Pn53xCommand<JumpForDepRequest, DepActivation> = /* @__PURE__ */ jumpCommand("InJumpForPSL");

/** InATR (UM0701-02 section 7.3.6): ATR_REQ, or RATS, to a target that has been listed. */
export const InATR: Pn53xCommand<
  { readonly target: number; readonly nfcid3?: Uint8Array; readonly generalBytes?: Uint8Array },
  { readonly status: number; readonly atrRes: Uint8Array }
> = {
  name: "InATR",
  code: PN53X_COMMAND_CODE.InATR,
  encodeRequest({ target, nfcid3, generalBytes }) {
    const optional = optionalFields(undefined, nfcid3, generalBytes);
    // here the two are bits 0 and 1
    return concatBytes(Uint8Array.of(requireByte(target, "Tg"), (optional[0] ?? 0) >> 1), optional.subarray(1));
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const target = fields.byte("Tg");
    const next = fields.byte("Next");
    if (next > 3) return fields.refuse("Next", "bits 0 and 1");
    const request = {
      target,
      ...((next & 1) === 0 ? {} : { nfcid3: fields.bytes(NFCID3_BYTES, "NFCID3i") }),
      ...((next & 2) === 0 ? {} : { generalBytes: fields.rest() }),
    };
    fields.end("InATR");
    return request;
  },
  encodeAnswer: ({ status, atrRes }) => concatBytes(Uint8Array.of(requireByte(status, "Status")), atrRes),
  decodeAnswer(bytes) {
    const fields = new Fields(bytes);
    return { status: fields.byte("Status"), atrRes: fields.rest() };
  },
};

/** InPSL (UM0701-02 section 7.3.7): another rate with a target that is activated; 0, 1, 2 for 106, 212, 424 kbit/s. */
export const InPSL: Pn53xCommand<
  { readonly target: number; readonly initiatorRate: number; readonly targetRate: number },
  StatusAnswer
> = {
  name: "InPSL",
  code: PN53X_COMMAND_CODE.InPSL,
  encodeRequest: ({ target, initiatorRate, targetRate }) =>
    Uint8Array.of(requireByte(target, "Tg"), requireByte(initiatorRate, "BRit"), requireByte(targetRate, "BRti")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const request = {
      target: fields.byte("Tg"),
      initiatorRate: fields.byte("BRit"),
      targetRate: fields.byte("BRti"),
    };
    fields.end("InPSL");
    return request;
  },
  ...statusAnswer,
};
