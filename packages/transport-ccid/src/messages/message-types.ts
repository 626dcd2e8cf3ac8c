import { nameIn } from "./name-in.ts";

/** bMessageType of the messages to the reader (USB CCID 1.1, section 6.1), without the prefix `PC_to_RDR_`. */
export const PC_TO_RDR = {
  SetParameters: 0x61,
  IccPowerOn: 0x62,
  IccPowerOff: 0x63,
  GetSlotStatus: 0x65,
  Secure: 0x69,
  T0APDU: 0x6a,
  Escape: 0x6b,
  GetParameters: 0x6c,
  ResetParameters: 0x6d,
  IccClock: 0x6e,
  XfrBlock: 0x6f,
  Mechanical: 0x71,
  Abort: 0x72,
  SetDataRateAndClockFrequency: 0x73,
} as const;
export type CommandName = keyof typeof PC_TO_RDR;

/** bMessageType of the messages from the reader (section 6.2), without the prefix `RDR_to_PC_`. */
export const RDR_TO_PC = {
  DataBlock: 0x80,
  SlotStatus: 0x81,
  Parameters: 0x82,
  Escape: 0x83,
  DataRateAndClockFrequency: 0x84,
} as const;
export type ResponseName = keyof typeof RDR_TO_PC;

/** Which message answers which. A reader may answer any command that it refuses with SlotStatus. */
export const ANSWERED_BY: Readonly<Record<CommandName, ResponseName>> = {
  SetParameters: "Parameters",
  IccPowerOn: "DataBlock",
  IccPowerOff: "SlotStatus",
  GetSlotStatus: "SlotStatus",
  Secure: "DataBlock",
  T0APDU: "SlotStatus",
  Escape: "Escape",
  GetParameters: "Parameters",
  ResetParameters: "Parameters",
  IccClock: "SlotStatus",
  XfrBlock: "DataBlock",
  Mechanical: "SlotStatus",
  Abort: "SlotStatus",
  SetDataRateAndClockFrequency: "DataRateAndClockFrequency",
};

/** The name of a message to the reader; undefined for a type that is none. */
export function commandName(type: number): CommandName | undefined {
  return nameIn(PC_TO_RDR, type);
}

/** The name of a message from the reader; undefined for a type that is none. */
export function responseName(type: number): ResponseName | undefined {
  return nameIn(RDR_TO_PC, type);
}
