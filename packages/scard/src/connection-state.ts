import { type SmartCardConnectionState } from "@cardwire/core";
import { PCSCLITE_READER_STATE, SCARD_READER_STATE } from "@cardwire/ioctl";
import { type ScardDialect } from "./scard-api.ts";
import { protocolName } from "./terms/call-terms.ts";

const WINDOWS_STATES: Readonly<Record<number, SmartCardConnectionState>> = {
  [SCARD_READER_STATE.PRESENT]: "present",
  [SCARD_READER_STATE.SWALLOWED]: "swallowed",
  [SCARD_READER_STATE.POWERED]: "powered",
  [SCARD_READER_STATE.NEGOTIABLE]: "negotiable",
};

/**
 * dwState of SCardStatus: a number from 1 to 6 on Windows, bits with pcsc-lite. Wine hands pcsc-lite's on, with a count
 * above them. A card whose protocol has been chosen may be shown as negotiable still: the protocol is the state then.
 */
export function connectionState(state: number, protocol: number, dialect: ScardDialect): SmartCardConnectionState {
  const isEnumeration = dialect.platform === "windows" && state <= SCARD_READER_STATE.SPECIFIC;
  const name = protocolName(protocol, dialect);
  if (isEnumeration) {
    if (state >= SCARD_READER_STATE.NEGOTIABLE && name !== undefined) return name;
    return WINDOWS_STATES[state] ?? (state === SCARD_READER_STATE.SPECIFIC ? "negotiable" : "absent");
  }
  const { ABSENT, PRESENT, SWALLOWED, POWERED, NEGOTIABLE, SPECIFIC } = PCSCLITE_READER_STATE;
  if ((state & ABSENT) !== 0) return "absent";
  if ((state & SWALLOWED) !== 0) return "swallowed";
  if ((state & (NEGOTIABLE | SPECIFIC)) !== 0) return name ?? "negotiable";
  if ((state & POWERED) !== 0) return "powered";
  return (state & PRESENT) !== 0 ? "present" : "absent";
}
