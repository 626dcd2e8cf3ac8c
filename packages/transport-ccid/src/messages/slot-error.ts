import { nameIn } from "./name-in.ts";

/** bError of a failed command (USB CCID 1.1, table 6.2-2). */
export const SLOT_ERROR = {
  CMD_NOT_SUPPORTED: 0x00,
  CMD_SLOT_BUSY: 0xe0,
  PIN_CANCELLED: 0xef,
  PIN_TIMEOUT: 0xf0,
  BUSY_WITH_AUTO_SEQUENCE: 0xf2,
  DEACTIVATED_PROTOCOL: 0xf3,
  PROCEDURE_BYTE_CONFLICT: 0xf4,
  ICC_CLASS_NOT_SUPPORTED: 0xf5,
  ICC_PROTOCOL_NOT_SUPPORTED: 0xf6,
  BAD_ATR_TCK: 0xf7,
  BAD_ATR_TS: 0xf8,
  HW_ERROR: 0xfb,
  XFR_OVERRUN: 0xfc,
  XFR_PARITY_ERROR: 0xfd,
  ICC_MUTE: 0xfe,
  CMD_ABORTED: 0xff,
} as const;
export type SlotErrorName = keyof typeof SLOT_ERROR;

/** Codes of one's own that several vendors share. */
const VENDOR_TEXT: Readonly<Record<number, string>> = {
  0xa2: "short circuit at the card",
  0xa3: "answer to reset longer than 33 bytes",
  0xab: "no data exchanged with the card",
  0xb0: "EMV mode: T=1 message too long",
  0xbb: "protocol error in EMV mode",
  0xbd: "card error in T=1",
  0xbe: "wrong length of the APDU",
  0xc3: "invalid block from the card",
};

/** The name of a bError; undefined for those of vendors, for offsets and for reserved ones. */
export function slotErrorName(error: number): SlotErrorName | undefined {
  return nameIn(SLOT_ERROR, error);
}

/** A bError for a log: its name, or the offset of the byte that the reader refuses. */
export function describeSlotError(error: number): string {
  const digits = error.toString(16).toUpperCase().padStart(2, "0");
  const name = slotErrorName(error);
  if (name !== undefined) return `${name} (${digits})`;
  if (error <= 0x7f) return `byte ${error} of the message is not accepted (${digits})`;
  return `${VENDOR_TEXT[error] ?? (error >= 0x81 && error <= 0xc0 ? "error of the vendor's own" : "reserved")} (${digits})`;
}
