import type { RfFailureReason } from "@cardwire/core";

/** Error codes in the status byte of answers, bits 0–5 (UM0701-02 section 7.1; PN533 user manual section 8.1). */
export const Pn53xStatus = {
  OK: 0x00,
  /** The target has not answered. */
  TIMEOUT: 0x01,
  CRC: 0x02,
  PARITY: 0x03,
  /** Wrong number of bits during anticollision. */
  BIT_COUNT: 0x04,
  /** Framing error during a MIFARE operation. */
  FRAMING: 0x05,
  /** A collision of bits at 106 kbit/s that anticollision cannot have. */
  COLLISION: 0x06,
  /** The communication buffer is too small. */
  BUFFER_SIZE: 0x07,
  /** RF buffer overflow in the CIU. */
  RF_OVERFLOW: 0x09,
  /** Active mode: the other side did not switch its field on in time. */
  NO_FIELD: 0x0a,
  RF_PROTOCOL: 0x0b,
  /** Too hot: the antenna drivers are switched off. */
  TEMPERATURE: 0x0d,
  INTERNAL_OVERFLOW: 0x0e,
  INVALID_PARAMETER: 0x10,
  /** DEP target: a command that it does not support. */
  DEP_UNSUPPORTED: 0x12,
  /** The data have not the form that the protocol wants (DEP, MIFARE, ISO/IEC 14443-4). */
  DATA_FORMAT: 0x13,
  MIFARE_AUTHENTICATION: 0x14,
  /** PN533: what was asked for needs a secure element that is not there. */
  SECURE_UNSUPPORTED: 0x18,
  /** PN533: the line to the contact card is busy. */
  TDA_BUSY: 0x19,
  /** The UID's check byte is wrong. */
  UID_CHECK: 0x23,
  /** DEP: not allowed in this state. */
  DEP_STATE: 0x25,
  NOT_ALLOWED: 0x26,
  /** Not acceptable in the present context: an unknown target number, for instance. */
  CONTEXT: 0x27,
  /** As a target: released by its initiator. */
  RELEASED: 0x29,
  /** Type B: another card answers than before. */
  CARD_SWAPPED: 0x2a,
  /** Type B: the card that was activated has gone. */
  CARD_DISAPPEARED: 0x2b,
  NFCID3_MISMATCH: 0x2c,
  OVER_CURRENT: 0x2d,
  NAD_MISSING: 0x2e,
} as const;

/** An error code that is known by name. */
export type Pn53xStatus = (typeof Pn53xStatus)[keyof typeof Pn53xStatus];

/** The names of {@link Pn53xStatus}. */
export type Pn53xStatusName = keyof typeof Pn53xStatus;

/** Where the error code stands in a status byte; bit 6 is "more information", bit 7 "NAD present". */
export const STATUS_MASK = 0x3f;

const MEANING: Readonly<Record<Pn53xStatusName, string>> = {
  OK: "done",
  TIMEOUT: "the target has not answered",
  CRC: "wrong CRC",
  PARITY: "wrong parity",
  BIT_COUNT: "wrong number of bits in anticollision",
  FRAMING: "framing error",
  COLLISION: "collision of bits",
  BUFFER_SIZE: "the communication buffer is too small",
  RF_OVERFLOW: "RF buffer overflow",
  NO_FIELD: "the other side did not switch its field on",
  RF_PROTOCOL: "RF protocol error",
  TEMPERATURE: "the chip is too hot and has switched its antenna off",
  INTERNAL_OVERFLOW: "internal buffer overflow",
  INVALID_PARAMETER: "invalid parameter",
  DEP_UNSUPPORTED: "not supported by the DEP target",
  DATA_FORMAT: "data of the wrong form",
  MIFARE_AUTHENTICATION: "the card refused the key",
  SECURE_UNSUPPORTED: "NFC secure is not supported",
  TDA_BUSY: "the line to the contact card is busy",
  UID_CHECK: "wrong check byte of the UID",
  DEP_STATE: "not allowed in this DEP state",
  NOT_ALLOWED: "not allowed in this configuration",
  CONTEXT: "not acceptable in this context",
  RELEASED: "released by the initiator",
  CARD_SWAPPED: "another card answers",
  CARD_DISAPPEARED: "the card has gone",
  NFCID3_MISMATCH: "NFCID3 does not match",
  OVER_CURRENT: "over-current",
  NAD_MISSING: "the NAD is missing",
};

let names: ReadonlyMap<number, Pn53xStatusName> | undefined;

/** The name of an error code; `undefined` for one that no manual has. */
export function pn53xStatusName(status: number): Pn53xStatusName | undefined {
  names ??= new Map((Object.keys(MEANING) as Pn53xStatusName[]).map((name) => [Pn53xStatus[name], name]));
  return names.get(status);
}

/** An error code in words: `CRC (02): wrong CRC`. */
export function describePn53xStatus(status: number): string {
  const name = pn53xStatusName(status);
  const digits = status.toString(16).toUpperCase().padStart(2, "0");
  return name === undefined ? `unknown status ${digits}` : `${name} (${digits}): ${MEANING[name]}`;
}

/**
 * What an error code means to a dialogue; `undefined` where the air is not to blame: the chip is too hot, or was told
 * something that it does not take.
 */
export function rfFailureOf(status: number): RfFailureReason | undefined {
  switch (status) {
    case Pn53xStatus.TIMEOUT:
      return "timeout";
    case Pn53xStatus.CRC:
    case Pn53xStatus.UID_CHECK:
      return "crc";
    case Pn53xStatus.PARITY:
      return "parity";
    case Pn53xStatus.BIT_COUNT:
    case Pn53xStatus.FRAMING:
    case Pn53xStatus.RF_PROTOCOL:
    case Pn53xStatus.DATA_FORMAT:
      return "framing";
    case Pn53xStatus.COLLISION:
      return "collision";
    case Pn53xStatus.BUFFER_SIZE:
    case Pn53xStatus.RF_OVERFLOW:
    case Pn53xStatus.INTERNAL_OVERFLOW:
      return "overflow";
    case Pn53xStatus.MIFARE_AUTHENTICATION:
      return "authentication";
    case Pn53xStatus.CARD_SWAPPED:
    case Pn53xStatus.CARD_DISAPPEARED:
      return "link-lost";
    default:
      return undefined;
  }
}
