import { type SmartCardAccessMode, type SmartCardDisposition, type SmartCardProtocol } from "@cardwire/core";
import { PCSCLITE_PROTOCOL, SCARD_PROTOCOL } from "@cardwire/ioctl";
import { type ScardDialect } from "../scard-api.ts";

/** SCARD_SHARE_*. */
export const SHARE_MODE: Readonly<Record<SmartCardAccessMode, number>> = { exclusive: 1, shared: 2, direct: 3 };

/** SCARD_LEAVE_CARD and the others. */
export const DISPOSITION: Readonly<Record<SmartCardDisposition, number>> = { leave: 0, reset: 1, unpower: 2, eject: 3 };

/** SCARD_PROTOCOL_*: raw is another bit on either side. */
export function protocolBit(protocol: SmartCardProtocol, { platform }: ScardDialect): number {
  switch (protocol) {
    case "t0":
      return SCARD_PROTOCOL.T0;
    case "t1":
      return SCARD_PROTOCOL.T1;
    case "raw":
      return platform === "windows" ? SCARD_PROTOCOL.RAW : PCSCLITE_PROTOCOL.RAW;
  }
}

/** The bits for a list of protocols. Where none is preferred, either of those that cards speak will do. */
export function protocolBits(
  accessMode: SmartCardAccessMode,
  preferred: readonly SmartCardProtocol[] | undefined,
  dialect: ScardDialect,
): number {
  if (preferred === undefined) return accessMode === "direct" ? dialect.directProtocols : SCARD_PROTOCOL.TX;
  return preferred.reduce((bits, protocol) => bits | protocolBit(protocol, dialect), 0);
}

/** The protocol of one bit; undefined for none, and for several: macOS reports those for a direct connection. */
export function protocolName(bit: number, dialect: ScardDialect): SmartCardProtocol | undefined {
  if (bit === SCARD_PROTOCOL.T1) return "t1";
  if (bit === SCARD_PROTOCOL.T0) return "t0";
  return bit === protocolBit("raw", dialect) ? "raw" : undefined;
}
