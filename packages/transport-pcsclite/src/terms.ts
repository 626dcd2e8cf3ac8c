import { type SmartCardAccessMode, type SmartCardDisposition, type SmartCardProtocol } from "@cardwire/core";
import { PCSCLITE_PROTOCOL, PCSCLITE_READER_STATE, SCARD_PROTOCOL } from "@cardwire/ioctl";
import { type ReaderState } from "./reader-state.ts";

/** SCARD_SHARE_*. */
export const SHARE_MODE: Readonly<Record<SmartCardAccessMode, number>> = { exclusive: 1, shared: 2, direct: 3 };

/** SCARD_LEAVE_CARD and the others. */
export const DISPOSITION: Readonly<Record<SmartCardDisposition, number>> = { leave: 0, reset: 1, unpower: 2, eject: 3 };

/** SCARD_PROTOCOL_* as pcsc-lite numbers them. */
export const PROTOCOL: Readonly<Record<SmartCardProtocol, number>> = {
  t0: SCARD_PROTOCOL.T0,
  t1: SCARD_PROTOCOL.T1,
  raw: PCSCLITE_PROTOCOL.RAW,
};

/** The bits for a list of protocols. Where none is preferred, either of those that cards speak will do. */
export function protocolBits(
  accessMode: SmartCardAccessMode,
  preferred: readonly SmartCardProtocol[] | undefined,
): number {
  if (preferred === undefined) return accessMode === "direct" ? 0 : SCARD_PROTOCOL.TX;
  return preferred.reduce((bits, protocol) => bits | PROTOCOL[protocol], 0);
}

export function protocolName(code: number): SmartCardProtocol | undefined {
  if (code === PROTOCOL.t1) return "t1";
  if (code === PROTOCOL.t0) return "t0";
  return code === PROTOCOL.raw ? "raw" : undefined;
}

const { ABSENT, PRESENT, SWALLOWED, POWERED, NEGOTIABLE } = PCSCLITE_READER_STATE;

/**
 * A connection's state. pcscd leaves a card "negotiable" after its protocol has been chosen, and shows the protocol
 * beside: that one is the state.
 */
export function connectionState({
  state,
  protocol,
}: ReaderState): "absent" | "present" | "swallowed" | "powered" | "negotiable" | SmartCardProtocol {
  if ((state & ABSENT) !== 0) return "absent";
  if ((state & SWALLOWED) !== 0) return "swallowed";
  const name = protocolName(protocol);
  if (name !== undefined) return name;
  if ((state & NEGOTIABLE) !== 0) return "negotiable";
  if ((state & POWERED) !== 0) return "powered";
  return (state & PRESENT) !== 0 ? "present" : "absent";
}
