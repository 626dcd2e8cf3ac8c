import type { ChipCommand } from "../command/command.ts";

/** Command codes; an answer has its command's code plus one. */
export const PORT100_COMMAND_CODE = {
  InSetRF: 0x00,
  InSetProtocol: 0x02,
  InCommRF: 0x04,
  SwitchRF: 0x06,
  MaintainFlash: 0x10,
  ResetDevice: 0x12,
  GetFirmwareVersion: 0x20,
  GetPDDataVersion: 0x22,
  GetProperty: 0x24,
  InGetProtocol: 0x26,
  GetCommandType: 0x28,
  SetCommandType: 0x2a,
  InSetRCT: 0x30,
  InGetRCT: 0x32,
  GetPDData: 0x34,
  ReadRegister: 0x36,
  TgSetRF: 0x40,
  TgSetProtocol: 0x42,
  TgSetAuto: 0x44,
  TgSetRFOff: 0x46,
  TgCommRF: 0x48,
  TgGetProtocol: 0x50,
  TgSetRCT: 0x60,
  TgGetRCT: 0x62,
  Diagnose: 0xf0,
} as const;

/** A command's name. */
export type Port100CommandName = keyof typeof PORT100_COMMAND_CODE;

/** A command of the Port-100 as a pair of messages, both ways. */
export type Port100Command<Request, Answer> = ChipCommand<Port100CommandName, Request, Answer>;
