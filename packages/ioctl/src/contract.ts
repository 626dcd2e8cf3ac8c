import { IOCTL_SMARTCARD, type IoctlName } from "./control-codes.ts";
import type { NtStatusName } from "./ntstatus.ts";

/**
 * The places of the contract where Windows' own NFC driver gives another status than the documents, by name. A reader
 * that follows the driver puts its own status there, or leaves the check out.
 */
export type ContractDifference = "short-output" | "pci-length" | "transmit-overflow" | "unlisted-ioctl";

/** What a breach of the contract gives. */
export interface IoctlBreach {
  readonly breach: NtStatusName;
  readonly difference?: ContractDifference;
}

/**
 * One check, and the status that a breach of it gives.
 *
 * - "radio-on": the radio is on.
 * - "input-length", "output-length": between `minimum` and `maximum` bytes.
 * - "pci-length": cbPciLength is 8. "protocol": dwProtocol is the selected protocol, which is T=1 for NFC.
 * - "card-present": a card is there.
 * - "power-offered": the action is no power-down. "power-known": it is one of the three.
 * - "protocol-offered": the mask holds DEFAULT or T=1, or is 0. "protocol-known": it holds some protocol.
 * - "attribute-readable", "attribute-writable": the reader supports the attribute so.
 * - "attribute-card": a card is there, for the attributes that describe it.
 * - "supported": never holds.
 */
export type IoctlCheck = IoctlBreach &
  (
    | {
        readonly check: "input-length" | "output-length";
        readonly minimum?: number;
        readonly maximum?: number;
      }
    | {
        readonly check:
          | "radio-on"
          | "pci-length"
          | "protocol"
          | "card-present"
          | "power-offered"
          | "power-known"
          | "protocol-offered"
          | "protocol-known"
          | "attribute-readable"
          | "attribute-writable"
          | "attribute-card"
          | "supported";
      }
  );

/** What an I/O control demands. */
export interface IoctlContract {
  /** Made in this order; the first breach ends the request. */
  readonly checks: readonly IoctlCheck[];
  /** The status when the output does not fit the caller's buffer. Nothing is written then. */
  readonly overflow?: IoctlBreach;
  /** One request runs at a time, the others wait their turn. */
  readonly serialised?: true;
  /** The request waits until its condition comes true. One may wait; the next gets this status. */
  readonly pending?: IoctlBreach;
}

const RADIO_ON: IoctlCheck = { check: "radio-on", breach: "DEVICE_POWERED_OFF" };
const CARD_PRESENT: IoctlCheck = { check: "card-present", breach: "NO_MEDIA" };
const INPUT_DWORD: IoctlCheck = { check: "input-length", minimum: 4, breach: "INVALID_PARAMETER" };
const OUTPUT_DWORD: IoctlCheck = { check: "output-length", minimum: 4, breach: "INVALID_PARAMETER" };

const PRESENCE: IoctlContract = {
  checks: [
    RADIO_ON,
    { check: "input-length", maximum: 0, breach: "INVALID_PARAMETER" },
    { check: "output-length", maximum: 0, breach: "INVALID_PARAMETER" },
  ],
  pending: { breach: "DEVICE_BUSY" },
};

const UNSUPPORTED: IoctlContract = { checks: [RADIO_ON, { check: "supported", breach: "NOT_SUPPORTED" }] };

/** What holds for a control code that the device class does not list, or lists as obsolete. */
export const UNLISTED_IOCTL: IoctlContract = {
  checks: [{ check: "supported", breach: "NOT_SUPPORTED", difference: "unlisted-ioctl" }],
};

/**
 * What each I/O control demands of its caller and of the state of the reader, in the order in which a reader looks
 * (the DDI pages of winsmcrd.h; the order is that of Windows' own NFC driver, which the documents leave open).
 */
export const IOCTL_CONTRACT: Readonly<Record<IoctlName, IoctlContract>> = {
  POWER: {
    checks: [
      RADIO_ON,
      INPUT_DWORD,
      CARD_PRESENT,
      { check: "power-offered", breach: "NOT_SUPPORTED" },
      { check: "power-known", breach: "INVALID_PARAMETER" },
    ],
    overflow: { breach: "BUFFER_TOO_SMALL" },
  },
  GET_ATTRIBUTE: {
    checks: [
      RADIO_ON,
      INPUT_DWORD,
      { check: "output-length", minimum: 1, breach: "BUFFER_TOO_SMALL", difference: "short-output" },
      { check: "attribute-readable", breach: "NOT_SUPPORTED" },
      { check: "attribute-card", breach: "INVALID_DEVICE_STATE" },
    ],
    overflow: { breach: "BUFFER_TOO_SMALL" },
  },
  SET_ATTRIBUTE: {
    checks: [RADIO_ON, INPUT_DWORD, { check: "attribute-writable", breach: "NOT_SUPPORTED" }],
  },
  CONFISCATE: UNSUPPORTED,
  TRANSMIT: {
    checks: [
      RADIO_ON,
      { check: "input-length", minimum: 9, breach: "INVALID_PARAMETER" },
      { check: "output-length", minimum: 10, breach: "INVALID_PARAMETER" },
      { check: "pci-length", breach: "INVALID_PARAMETER", difference: "pci-length" },
      { check: "protocol", breach: "INVALID_DEVICE_STATE" },
      CARD_PRESENT,
    ],
    overflow: { breach: "BUFFER_TOO_SMALL", difference: "transmit-overflow" },
    serialised: true,
  },
  EJECT: UNSUPPORTED,
  SWALLOW: UNSUPPORTED,
  READ: UNLISTED_IOCTL,
  WRITE: UNLISTED_IOCTL,
  IS_PRESENT: PRESENCE,
  IS_ABSENT: PRESENCE,
  SET_PROTOCOL: {
    checks: [
      RADIO_ON,
      INPUT_DWORD,
      OUTPUT_DWORD,
      CARD_PRESENT,
      { check: "protocol-known", breach: "INVALID_DEVICE_REQUEST" },
      { check: "protocol-offered", breach: "NOT_SUPPORTED" },
    ],
  },
  GET_STATE: {
    checks: [RADIO_ON, { check: "output-length", minimum: 4, breach: "BUFFER_TOO_SMALL", difference: "short-output" }],
  },
  GET_LAST_ERROR: { checks: [RADIO_ON, OUTPUT_DWORD] },
  GET_PERF_CNTR: UNSUPPORTED,
  GET_FEATURE_REQUEST: UNLISTED_IOCTL,
};

/** Every listed control code with its contract, for building a table to dispatch by. */
export function ioctlContracts(): ReadonlyMap<number, IoctlContract> {
  return new Map(Object.entries(IOCTL_SMARTCARD).map(([name, code]) => [code, IOCTL_CONTRACT[name as IoctlName]]));
}
