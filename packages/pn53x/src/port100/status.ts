import { type RfFailureReason, toHex } from "@cardwire/core";
import { Pn53xError } from "../pn53x-error.ts";

/** The status byte that most commands answer with. */
export const PORT100_STATUS = {
  SUCCESS: 0x00,
  PARAMETER_ERROR: 0x01,
  PB_ERROR: 0x02,
  RFCA_ERROR: 0x03,
  TEMPERATURE_ERROR: 0x04,
  PWD_ERROR: 0x05,
  RECEIVE_ERROR: 0x06,
  COMMANDTYPE_ERROR: 0x07,
} as const;

/** The bits of InCommRF's status, which is 32 bits long. */
export const PORT100_COMM_STATUS = {
  PROTOCOL_ERROR: 0x01,
  PARITY_ERROR: 0x02,
  CRC_ERROR: 0x04,
  COLLISION_ERROR: 0x08,
  OVERFLOW_ERROR: 0x10,
  TEMPERATURE_ERROR: 0x40,
  RECEIVE_TIMEOUT_ERROR: 0x80,
  CRYPTO1_ERROR: 0x100,
  RFCA_ERROR: 0x200,
  RF_OFF_ERROR: 0x400,
  TRANSMIT_TIMEOUT_ERROR: 0x800,
  RECEIVE_LENGTH_ERROR: 0x8000_0000,
} as const;

/** What a bit means on the air, the one that says most first. Temperature, RFCA and transmission are the chip's own trouble. */
const FAILURES: readonly (readonly [bit: keyof typeof PORT100_COMM_STATUS, reason: RfFailureReason])[] = [
  ["RF_OFF_ERROR", "link-lost"],
  ["RECEIVE_TIMEOUT_ERROR", "timeout"],
  ["COLLISION_ERROR", "collision"],
  ["OVERFLOW_ERROR", "overflow"],
  ["RECEIVE_LENGTH_ERROR", "overflow"],
  ["PARITY_ERROR", "parity"],
  ["CRC_ERROR", "crc"],
  ["CRYPTO1_ERROR", "authentication"],
  ["PROTOCOL_ERROR", "framing"],
];

/** What a status of InCommRF means on the air; `undefined` for success, and for what is no affair of the air. */
export function port100FailureOf(status: number): RfFailureReason | undefined {
  return FAILURES.find(([bit]) => has(status, PORT100_COMM_STATUS[bit]))?.[1];
}

/** The words for a status of InCommRF: the names of its bits. */
export function describePort100CommStatus(status: number): string {
  const names = Object.entries(PORT100_COMM_STATUS).flatMap(([name, bit]) => (has(status, bit) ? [name] : []));
  const known = names.length === 0 ? "" : `${names.join(", ")} `;
  return `${known}(0x${status.toString(16).toUpperCase().padStart(8, "0")})`;
}

/** @throws Pn53xError CHIP_STATUS for a status that is not success. */
export function requireSuccess(command: string, status: number): void {
  if (status === PORT100_STATUS.SUCCESS) return;
  const [name = "unknown status"] = Object.entries(PORT100_STATUS).find(([, value]) => value === status) ?? [];
  throw new Pn53xError("CHIP_STATUS", `${name} (0x${toHex(Uint8Array.of(status))})`, { command });
}

function has(status: number, bit: number): boolean {
  return (status & bit) !== 0;
}
