import type { SmartCardProtocol } from "@cardwire/core";
import { SCARD_PROTOCOL } from "@cardwire/ioctl";

const BITS: Readonly<Record<SmartCardProtocol, number>> = {
  t0: SCARD_PROTOCOL.T0,
  t1: SCARD_PROTOCOL.T1,
  raw: SCARD_PROTOCOL.RAW,
};

/** The mask of SET_PROTOCOL for these protocols. */
export function protocolMask(protocols: readonly SmartCardProtocol[]): number {
  let mask = 0;
  for (const protocol of protocols) mask |= BITS[protocol];
  return mask;
}

/** The one bit of a protocol. */
export function protocolBit(protocol: SmartCardProtocol): number {
  return BITS[protocol];
}

/** The protocol of a bit, `undefined` for no bit, several or another. */
export function protocolOf(bit: number): SmartCardProtocol | undefined {
  if (bit === SCARD_PROTOCOL.T0) return "t0";
  if (bit === SCARD_PROTOCOL.T1) return "t1";
  return bit === SCARD_PROTOCOL.RAW ? "raw" : undefined;
}
