import { concatBytes, readUint32LE, writeUint32LE } from "@cardwire/core";

/** PC_to_RDR messages (CCID 1.1, section 6.1), by their names there. */
export const COMMAND = {
  setParameters: 0x61,
  iccPowerOn: 0x62,
  iccPowerOff: 0x63,
  getSlotStatus: 0x65,
  secure: 0x69,
  t0Apdu: 0x6a,
  escape: 0x6b,
  getParameters: 0x6c,
  resetParameters: 0x6d,
  iccClock: 0x6e,
  xfrBlock: 0x6f,
  mechanical: 0x71,
  abort: 0x72,
  setDataRateAndClockFrequency: 0x73,
} as const;

/** RDR_to_PC messages (CCID 1.1, section 6.2). */
export const ANSWER = {
  dataBlock: 0x80,
  slotStatus: 0x81,
  parameters: 0x82,
  escape: 0x83,
  dataRateAndClockFrequency: 0x84,
} as const;

/** bError of a command that failed (CCID 1.1, table 6.2-2). 1 to 7F are offsets in the message. */
export const CCID_ERROR = {
  notSupported: 0x00,
  slotBusy: 0xe0,
  pinCancelled: 0xef,
  pinTimeout: 0xf0,
  overrun: 0xfc,
  iccMute: 0xfe,
  aborted: 0xff,
} as const;

/** The header that every bulk message begins with. */
export const HEADER_LENGTH = 10;

/** One message of the host. */
export interface CcidCommand {
  readonly type: number;
  readonly slot: number;
  readonly sequence: number;
  /** Bytes 7 to 9, whose meaning depends on the type. */
  readonly specific: readonly [number, number, number];
  readonly data: Uint8Array;
}

/** One answer, as far as the slot does not know it by itself. */
export interface CcidAnswer {
  readonly type: number;
  readonly data?: Uint8Array;
  /** bmCommandStatus: 0 processed, 1 failed, 2 time extension; 0 unless given. */
  readonly commandStatus?: number;
  /** bmICCStatus in the place of the slot's own: readers lie. */
  readonly iccStatus?: number;
  /** bError, or the multiplier of a time extension; 0 unless given. */
  readonly error?: number;
  /** Byte 9: bChainParameter, bClockStatus or bProtocolNum; 0 unless given. */
  readonly specific?: number;
}

/** The first message in the bytes, and how long it is; undefined as long as it is not all there. */
export function readCommand(bytes: Uint8Array): { readonly command: CcidCommand; readonly length: number } | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const length = HEADER_LENGTH + readUint32LE(bytes, 1, "dwLength");
  if (bytes.length < length) return undefined;
  return {
    length,
    command: {
      type: bytes[0] ?? 0,
      slot: bytes[5] ?? 0,
      sequence: bytes[6] ?? 0,
      specific: [bytes[7] ?? 0, bytes[8] ?? 0, bytes[9] ?? 0],
      data: bytes.slice(HEADER_LENGTH, length),
    },
  };
}

/** An answer as it goes over the wire. */
export function buildAnswer(
  answer: CcidAnswer,
  { slot, sequence }: Pick<CcidCommand, "slot" | "sequence">,
  iccStatus: number,
): Uint8Array {
  const data = answer.data ?? new Uint8Array(0);
  const header = new Uint8Array(HEADER_LENGTH);
  header[0] = answer.type;
  writeUint32LE(header, 1, data.length, "dwLength");
  header[5] = slot;
  header[6] = sequence;
  header[7] = ((answer.commandStatus ?? 0) << 6) | (answer.iccStatus ?? iccStatus);
  header[8] = answer.error ?? 0;
  header[9] = answer.specific ?? 0;
  return concatBytes(header, data);
}

/** The answer that a command of this type gets, also when it fails. */
export function answerType(commandType: number): number {
  switch (commandType) {
    case COMMAND.iccPowerOn:
    case COMMAND.secure:
    case COMMAND.xfrBlock:
      return ANSWER.dataBlock;
    case COMMAND.setParameters:
    case COMMAND.getParameters:
    case COMMAND.resetParameters:
      return ANSWER.parameters;
    case COMMAND.escape:
      return ANSWER.escape;
    case COMMAND.setDataRateAndClockFrequency:
      return ANSWER.dataRateAndClockFrequency;
    default:
      return ANSWER.slotStatus;
  }
}
