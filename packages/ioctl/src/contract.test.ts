import { expect, test } from "vitest";
import { IOCTL_CONTRACT, IOCTL_SMARTCARD, type IoctlCheck, ioctlContracts, UNLISTED_IOCTL } from "./index.ts";

function line(check: IoctlCheck): string {
  const least = "minimum" in check ? ` ≥${check.minimum ?? 0}` : "";
  const most = "maximum" in check ? ` ≤${check.maximum ?? 0}` : "";
  return `${check.check}${least}${most} ${check.breach}${check.difference === undefined ? "" : ` (${check.difference})`}`;
}

const PRESENCE = [
  "radio-on DEVICE_POWERED_OFF",
  "input-length ≤0 INVALID_PARAMETER",
  "output-length ≤0 INVALID_PARAMETER",
];
const UNSUPPORTED = ["radio-on DEVICE_POWERED_OFF", "supported NOT_SUPPORTED"];
const UNLISTED = ["supported NOT_SUPPORTED (unlisted-ioctl)"];

/** The lengths and the order in which they are looked at: the driver's dispatch table and handlers. */
const EXPECTED: Record<string, readonly string[]> = {
  POWER: [
    "radio-on DEVICE_POWERED_OFF",
    "input-length ≥4 INVALID_PARAMETER",
    "card-present NO_MEDIA",
    "power-offered NOT_SUPPORTED",
    "power-known INVALID_PARAMETER",
  ],
  GET_ATTRIBUTE: [
    "radio-on DEVICE_POWERED_OFF",
    "input-length ≥4 INVALID_PARAMETER",
    "output-length ≥1 BUFFER_TOO_SMALL (short-output)",
    "attribute-readable NOT_SUPPORTED",
    "attribute-card INVALID_DEVICE_STATE",
  ],
  SET_ATTRIBUTE: [
    "radio-on DEVICE_POWERED_OFF",
    "input-length ≥4 INVALID_PARAMETER",
    "attribute-writable NOT_SUPPORTED",
  ],
  CONFISCATE: UNSUPPORTED,
  TRANSMIT: [
    "radio-on DEVICE_POWERED_OFF",
    "input-length ≥9 INVALID_PARAMETER",
    "output-length ≥10 INVALID_PARAMETER",
    "pci-length INVALID_PARAMETER (pci-length)",
    "protocol INVALID_DEVICE_STATE",
    "card-present NO_MEDIA",
  ],
  EJECT: UNSUPPORTED,
  SWALLOW: UNSUPPORTED,
  READ: UNLISTED,
  WRITE: UNLISTED,
  IS_PRESENT: PRESENCE,
  IS_ABSENT: PRESENCE,
  SET_PROTOCOL: [
    "radio-on DEVICE_POWERED_OFF",
    "input-length ≥4 INVALID_PARAMETER",
    "output-length ≥4 INVALID_PARAMETER",
    "card-present NO_MEDIA",
    "protocol-known INVALID_DEVICE_REQUEST",
    "protocol-offered NOT_SUPPORTED",
  ],
  GET_STATE: ["radio-on DEVICE_POWERED_OFF", "output-length ≥4 BUFFER_TOO_SMALL (short-output)"],
  GET_LAST_ERROR: ["radio-on DEVICE_POWERED_OFF", "output-length ≥4 INVALID_PARAMETER"],
  GET_PERF_CNTR: UNSUPPORTED,
  GET_FEATURE_REQUEST: UNLISTED,
};

test("what each I/O control demands, and in which order", () => {
  const actual = Object.fromEntries(
    Object.entries(IOCTL_CONTRACT).map(([name, { checks }]) => [name, checks.map(line)]),
  );
  expect(actual).toEqual(EXPECTED);
});

test("what else a contract says", () => {
  expect(
    Object.entries(IOCTL_CONTRACT)
      .filter(([, { serialised }]) => serialised)
      .map(([name]) => name),
  ).toEqual(["TRANSMIT"]);
  expect(
    Object.entries(IOCTL_CONTRACT)
      .filter(([, { pending }]) => pending)
      .map(([name]) => name),
  ).toEqual(["IS_PRESENT", "IS_ABSENT"]);
  expect(IOCTL_CONTRACT.IS_PRESENT.pending?.breach).toBe("DEVICE_BUSY");
  expect(IOCTL_CONTRACT.TRANSMIT.overflow).toEqual({ breach: "BUFFER_TOO_SMALL", difference: "transmit-overflow" });
});

test("contracts are found by code", () => {
  expect(IOCTL_CONTRACT.READ).toBe(UNLISTED_IOCTL);
  expect(ioctlContracts().size).toBe(16);
  expect(ioctlContracts().get(IOCTL_SMARTCARD.POWER)).toBe(IOCTL_CONTRACT.POWER);
});
