import { concatBytes } from "@cardwire/core";
import { emptyAnswer, type Pn53xCommand, PN53X_COMMAND_CODE } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** Items of RFConfiguration (UM0701-02 section 7.3.1). */
export const RF_ITEM = {
  FIELD: 0x01,
  TIMINGS: 0x02,
  MAX_RETRIES_COMMUNICATION: 0x04,
  MAX_RETRIES: 0x05,
  ANALOG_106A: 0x0a,
  ANALOG_212_424: 0x0b,
  ANALOG_B: 0x0c,
  ANALOG_ISO14443_4: 0x0d,
} as const;

/** An item and its data. */
export interface RfConfigurationRequest {
  readonly item: number;
  readonly data: Uint8Array;
}

/** RFConfiguration (UM0701-02 section 7.3.1). */
export const RFConfiguration: Pn53xCommand<RfConfigurationRequest, undefined> = {
  name: "RFConfiguration",
  code: PN53X_COMMAND_CODE.RFConfiguration,
  encodeRequest: ({ item, data }) => concatBytes(Uint8Array.of(requireByte(item, "CfgItem")), data),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    return { item: fields.byte("CfgItem"), data: fields.rest() };
  },
  ...emptyAnswer,
};

/** RFRegulationTest (UM0701-02 section 7.3.2): sends random data until another command comes. There is no answer. */
export const RFRegulationTest: Pn53xCommand<{ readonly txMode: number }, undefined> = {
  name: "RFRegulationTest",
  code: PN53X_COMMAND_CODE.RFRegulationTest,
  encodeRequest: ({ txMode }) => Uint8Array.of(requireByte(txMode, "TxMode")),
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const txMode = fields.byte("TxMode");
    fields.end("RFRegulationTest");
    return { txMode };
  },
  ...emptyAnswer,
};

/** The field, and whether the chip looks for other fields before it switches its own on. */
export function rfField(on: boolean, avoidCollision = false): RfConfigurationRequest {
  return { item: RF_ITEM.FIELD, data: Uint8Array.of((on ? 1 : 0) | (avoidCollision ? 2 : 0)) };
}

/** The longest code: 3.28 s. */
export const LONGEST_TIMEOUT_CODE = 0x10;

/**
 * The code of the shortest time that is not shorter: 100 µs × 2^(code − 1), code 1 to 16 (UM0701-02 section 7.3.1).
 * Longer times than 3.2768 s get the longest; 0, "no timeout", is never chosen.
 */
export function timeoutCode(timeoutUs: number): number {
  let code = 1;
  while (code < LONGEST_TIMEOUT_CODE && timeoutUs > 100 * 2 ** (code - 1)) code++;
  return code;
}

/** The time that a code stands for in microseconds; infinite for 0 and for the reserved ones above 16. */
export function timeoutUsOf(code: number): number {
  return code === 0 || code > LONGEST_TIMEOUT_CODE ? Number.POSITIVE_INFINITY : 100 * 2 ** (code - 1);
}

/** Codes of the time that ATR_RES may take, and of the time that any other answer may take. */
export function rfTimings(atrCode: number, answerCode: number): RfConfigurationRequest {
  return {
    item: RF_ITEM.TIMINGS,
    data: Uint8Array.of(0x00, requireByte(atrCode, "ATR"), requireByte(answerCode, "Retry")),
  };
}

/** How often the chip tries again; FF for ever. */
export function rfMaxRetries(atr: number, psl: number, passiveActivation: number): RfConfigurationRequest {
  return {
    item: RF_ITEM.MAX_RETRIES,
    data: Uint8Array.of(
      requireByte(atr, "MxRtyATR"),
      requireByte(psl, "MxRtyPSL"),
      requireByte(passiveActivation, "MxRtyPassiveActivation"),
    ),
  };
}
