import { FormatError, writeUint32LE } from "@cardwire/core";
import { checkLength, HEADER_BYTES } from "./command-message.ts";
import { RDR_TO_PC, responseName, type ResponseName } from "./message-types.ts";

/** bmICCStatus: bits 0 and 1 of bStatus. The reserved value 3 says nothing, and is taken for no card. */
export type IccStatus = "active" | "inactive" | "absent";
/** bmCommandStatus: bits 6 and 7 of bStatus. */
export type CommandStatus = "done" | "failed" | "time-extension" | "reserved";

const ICC_STATUS = ["active", "inactive", "absent", "absent"] as const;
const COMMAND_STATUS = ["done", "failed", "time-extension", "reserved"] as const;

/** A message from the reader (USB CCID 1.1, section 6.2). */
export interface CcidResponse {
  readonly name: ResponseName;
  readonly slot: number;
  readonly sequence: number;
  readonly iccStatus: IccStatus;
  readonly commandStatus: CommandStatus;
  /** bError: why the command failed, or the multiplier of a time extension. Without meaning when it is done. */
  readonly error: number;
  /** Byte 9: bChainParameter, bClockStatus or bProtocolNum. */
  readonly byte9: number;
  /** The data: an answer to reset, a response, parameters. A view on the message. */
  readonly data: Uint8Array;
}

/**
 * Takes a message from the reader apart.
 *
 * @throws FormatError TOO_SHORT or LEFT_OVER for another length than dwLength says, INVALID_VALUE for an unknown
 *   bMessageType.
 */
export function parseResponse(bytes: Uint8Array): CcidResponse {
  checkLength(bytes);
  const name = responseName(bytes[0] ?? 0);
  if (name === undefined)
    throw new FormatError("INVALID_VALUE", "is no message from a reader", { field: "bMessageType", offset: 0 });
  const status = bytes[7] ?? 0;
  return {
    name,
    slot: bytes[5] ?? 0,
    sequence: bytes[6] ?? 0,
    iccStatus: ICC_STATUS[status & 0x03] ?? "absent",
    commandStatus: COMMAND_STATUS[status >> 6] ?? "reserved",
    error: bytes[8] ?? 0,
    byte9: bytes[9] ?? 0,
    data: bytes.subarray(HEADER_BYTES),
  };
}

/** A message as a reader sends it: for readers in software. @throws FormatError INVALID_VALUE for what is no byte. */
export function encodeResponse(response: CcidResponse): Uint8Array<ArrayBuffer> {
  const { name, slot, sequence, iccStatus, commandStatus, error, byte9, data } = response;
  const bytes = new Uint8Array(HEADER_BYTES + data.length);
  bytes[0] = RDR_TO_PC[name];
  writeUint32LE(bytes, 1, data.length, "dwLength");
  const fields = [slot, sequence, ICC_STATUS.indexOf(iccStatus), error, byte9];
  fields[2] = (fields[2] ?? 0) | (COMMAND_STATUS.indexOf(commandStatus) << 6);
  fields.forEach((value, index) => {
    if (!Number.isInteger(value) || value < 0 || value > 0xff)
      throw new FormatError("INVALID_VALUE", `${value} is no byte`, { field: "header", offset: 5 + index });
    bytes[5 + index] = value;
  });
  bytes.set(data, HEADER_BYTES);
  return bytes;
}
