import { type SmartCardConnectionState } from "@cardwire/core";
import { PCSCLITE_READER_STATE } from "@cardwire/ioctl";
import { PCSCLITE_DIALECT, protocolName } from "@cardwire/scard/terms";
import { type ReaderState } from "./reader-state.ts";

const { ABSENT, PRESENT, SWALLOWED, POWERED, NEGOTIABLE } = PCSCLITE_READER_STATE;

/**
 * A connection's state. pcscd leaves a card "negotiable" after its protocol has been chosen, and shows the protocol
 * beside: that one is the state.
 */
export function connectionState({ state, protocol }: ReaderState): SmartCardConnectionState {
  if ((state & ABSENT) !== 0) return "absent";
  if ((state & SWALLOWED) !== 0) return "swallowed";
  const name = protocolName(protocol, PCSCLITE_DIALECT);
  if (name !== undefined) return name;
  if ((state & NEGOTIABLE) !== 0) return "negotiable";
  if ((state & POWERED) !== 0) return "powered";
  return (state & PRESENT) !== 0 ? "present" : "absent";
}
