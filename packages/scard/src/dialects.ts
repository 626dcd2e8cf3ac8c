import { SCARD_PROTOCOL } from "@cardwire/ioctl";
import { type ScardDialect } from "./scard-api.ts";

/** winscard.dll. */
export const WINDOWS_DIALECT: ScardDialect = {
  platform: "windows",
  directProtocols: SCARD_PROTOCOL.UNDEFINED,
  cancelsCalls: true,
};

/** libpcsclite, on Linux and the BSDs. */
export const PCSCLITE_DIALECT: ScardDialect = {
  platform: "pcsclite",
  directProtocols: SCARD_PROTOCOL.UNDEFINED,
  cancelsCalls: false,
};

/** PCSC.framework of macOS: pcsc-lite's numbers, and an "invalid value" for a direct connection without protocols. */
export const MACOS_DIALECT: ScardDialect = {
  platform: "pcsclite",
  directProtocols: SCARD_PROTOCOL.TX,
  cancelsCalls: false,
};
