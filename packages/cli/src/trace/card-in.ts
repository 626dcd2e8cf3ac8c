import { equalBytes, type TraceEvent } from "@cardwire/core";
import { encodeGetAttributeInput, IOCTL_SMARTCARD, SCARD_ATTR } from "@cardwire/ioctl";
import { type CardIdentity, identifyAtr } from "cardwire";

/** What card a recording is of, by the first answer to reset in it; `undefined` where there is none. */
export function cardIn(events: readonly TraceEvent[]): CardIdentity | undefined {
  const atrInput = encodeGetAttributeInput(SCARD_ATTR.ATR_STRING);
  let isAtrAsked = false;
  for (const event of events) {
    if (event.layer !== "ioctl") continue;
    if (event.direction === "down") {
      if (event.code === IOCTL_SMARTCARD.GET_ATTRIBUTE) isAtrAsked = equalBytes(event.input, atrInput);
    } else if (event.status === 0 && event.output.length > 0) {
      const isAtr = event.code === IOCTL_SMARTCARD.GET_ATTRIBUTE && isAtrAsked;
      if (isAtr || event.code === IOCTL_SMARTCARD.POWER) return identifyAtr(event.output);
    }
  }
  return undefined;
}
