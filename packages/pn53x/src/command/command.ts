/** Command codes; an answer has its command's code plus one (UM0701-02 section 7.1; 18, 38, 48, 96 and 98: PN533 user manual). */
export const PN53X_COMMAND_CODE = {
  Diagnose: 0x00,
  GetFirmwareVersion: 0x02,
  GetGeneralStatus: 0x04,
  ReadRegister: 0x06,
  WriteRegister: 0x08,
  ReadGPIO: 0x0c,
  WriteGPIO: 0x0e,
  SetSerialBaudRate: 0x10,
  SetParameters: 0x12,
  SAMConfiguration: 0x14,
  PowerDown: 0x16,
  AlparCommandForTDA: 0x18,
  RFConfiguration: 0x32,
  InQuartetByteExchange: 0x38,
  InDataExchange: 0x40,
  InCommunicateThru: 0x42,
  InDeselect: 0x44,
  InJumpForPSL: 0x46,
  InActivateDeactivatePaypass: 0x48,
  InListPassiveTarget: 0x4a,
  InPSL: 0x4e,
  InATR: 0x50,
  InRelease: 0x52,
  InSelect: 0x54,
  InJumpForDEP: 0x56,
  RFRegulationTest: 0x58,
  InAutoPoll: 0x60,
  TgGetData: 0x86,
  TgGetInitiatorCommand: 0x88,
  TgGetTargetStatus: 0x8a,
  TgInitAsTarget: 0x8c,
  TgSetData: 0x8e,
  TgResponseToInitiator: 0x90,
  TgSetGeneralBytes: 0x92,
  TgSetMetaData: 0x94,
  TgSetDataSecure: 0x96,
  TgSetMetaDataSecure: 0x98,
} as const;

/** A command's name as the manuals spell it. */
export type Pn53xCommandName = keyof typeof PN53X_COMMAND_CODE;

/** The name of a command code; `undefined` for one that no manual has. */
export function pn53xCommandName(code: number): Pn53xCommandName | undefined {
  for (const [name, value] of Object.entries(PN53X_COMMAND_CODE)) if (value === code) return name as Pn53xCommandName;
  return undefined;
}

/**
 * A command as a pair of messages, both ways: a host encodes the request and decodes the answer, a virtual chip the other
 * way round. The bytes are what follows the command code. Decoding is total.
 */
export interface ChipCommand<Name extends string, Request, Answer> {
  readonly name: Name;
  readonly code: number;
  /** @throws FormatError for a field that is out of its range. */
  encodeRequest(request: Request): Uint8Array;
  /** @throws FormatError naming the field that is missing, left over, or of no meaning. */
  decodeRequest(bytes: Uint8Array): Request;
  /** @throws FormatError for a field that is out of its range. */
  encodeAnswer(answer: Answer): Uint8Array;
  /** @throws FormatError naming the field that is missing, left over, or of no meaning. */
  decodeAnswer(bytes: Uint8Array, request: Request): Answer;
}

/** A command of a PN53x. */
export type Pn53xCommand<Request, Answer> = ChipCommand<Pn53xCommandName, Request, Answer>;

/** An answer of a status byte alone. */
export interface StatusAnswer {
  /** Error code, bits 0–5. */
  readonly status: number;
}

const NO_BYTES = new Uint8Array(0);

/** The answer of a command that answers with its code alone. */
export const emptyAnswer = {
  encodeAnswer: (): Uint8Array => NO_BYTES.slice(),
  // a PN533 puts a status in front, and some firmware leaves a byte behind: neither says anything
  decodeAnswer: (): undefined => undefined,
} as const;
