import type { UsbReaders } from "../usb-device.ts";
import { CcidReaderError } from "./reader-error.ts";

type Platform = UsbReaders["platform"];

/** What the error of a USB stack says. */
export type UsbFailure = "gone" | "busy" | "denied" | "protected" | "other";

/**
 * Makes out what went wrong: by the names of WebUSB's exceptions, and by the words of libusb and nusb, which do not
 * depend on the user's language.
 */
export function usbFailure(error: unknown): UsbFailure {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : String(error);
  if (/protected class|blocklist/i.test(message)) return "protected";
  if (name === "NotFoundError" || /NO_DEVICE|NOT_FOUND|disconnected|device not found|errno 19/i.test(message))
    return "gone";
  if (/BUSY|EBUSY|errno 16|in use|unable to claim|exclusive/i.test(message)) return "busy";
  if (name === "SecurityError") return /class/i.test(message) ? "protected" : "denied";
  if (/ACCESS|EACCES|EPERM|denied|permitted|errno 13|errno 1\b|NOT_SUPPORTED/i.test(message)) return "denied";
  return "other";
}

const HOLDER: Readonly<Record<NonNullable<Platform>, string>> = {
  linux:
    "pcscd (or GnuPG's scdaemon) has it. Stop it (systemctl stop pcscd.socket pcscd.service; gpgconf --kill scdaemon), " +
    "or use the reader through pcscd with @cardwire/transport-pcsclite",
  windows:
    "Windows' own driver (usbccid, WUDFUsbccidDriver) has it. Use the reader through Windows' smart-card service, or " +
    "give this interface to WinUSB (with Zadig), which takes it away from all other programs",
  macos:
    "macOS' own daemon (usbsmartcardreaderd, ctkpcscd) has it, and takes it again when it is ended. Use the reader " +
    "through the system's smart-card service",
  browser: "another page or program, or the system's smart-card service, has it. Close it there",
};
const HOLDER_UNKNOWN =
  "another program has it: a smart-card service (pcscd, Windows' or macOS' own), or GnuPG's scdaemon";

const PERMISSION: Readonly<Record<NonNullable<Platform>, string>> = {
  linux:
    "this user may not open the device. Give the right with a udev rule: " +
    'SUBSYSTEM=="usb", ENV{ID_USB_INTERFACES}=="*:0b0000:*", MODE="0660", TAG+="uaccess"',
  windows: "no WinUSB driver is bound to it: Windows keeps it for its smart-card service",
  macos: HOLDER.macos,
  browser:
    "the user has not allowed this page to use it, or the system keeps it for a driver of its own (Windows and macOS do)",
};

/** The error of a reader that cannot be opened or claimed: who is in the way, and what can be done. */
export function openError(error: unknown, platform: Platform): CcidReaderError {
  switch (usbFailure(error)) {
    case "gone":
      return new CcidReaderError("GONE", "the reader was unplugged", { cause: error });
    case "busy":
      return new CcidReaderError(
        "HELD_BY_OTHER",
        `the reader is in use: ${platform === undefined ? HOLDER_UNKNOWN : HOLDER[platform]}`,
        { cause: error },
      );
    case "protected":
      return new CcidReaderError(
        "NOT_ALLOWED",
        "the browser does not let web pages at smart-card readers (USB class 0B is a protected class). Readers with an " +
          "interface of their vendor's class work, as do isolated web apps with the permission usb-unrestricted, and " +
          "Electron with setUSBProtectedClassesHandler",
        { cause: error },
      );
    case "denied":
      return new CcidReaderError(
        platform === "windows" || platform === "macos" ? "HELD_BY_OTHER" : "NOT_ALLOWED",
        `the reader cannot be opened: ${platform === undefined ? "the system refuses it" : PERMISSION[platform]}`,
        { cause: error },
      );
    case "other":
      return new CcidReaderError("TRANSFER_FAILED", "the reader cannot be opened", { cause: error });
  }
}
