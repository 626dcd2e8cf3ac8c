import {
  encodeGetAttributeInput,
  encodePowerInput,
  IOCTL_SMARTCARD,
  NTSTATUS,
  parseReaderState,
  type ReaderState,
  SCARD_ATTR,
  SCARD_POWER,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";
import type { DeviceLink } from "./device-link.ts";

/** What there is in a reader once everything has been done to wake it. */
export type PoweredCard =
  | { readonly kind: "absent" }
  /** A card that gives no answer to reset. */
  | { readonly kind: "mute"; readonly status: number }
  | { readonly kind: "card"; readonly answerToReset: Uint8Array };

/** SCARD_ATR_LENGTH of winsmcrd.h is 33; a reader may want room to spare. */
const ATR_BYTES = 64;
/** From PRESENT to SPECIFIC are four steps. A reader that needs more goes in circles. */
const MOST_STEPS = 8;

/** GET_STATE. A status other than SUCCESS is given in place of a state; so is what is no state. */
export async function readState(link: DeviceLink): Promise<{ state?: ReaderState; status: number }> {
  const { status, output } = await link.call(IOCTL_SMARTCARD.GET_STATE, undefined, 4);
  if (status !== NTSTATUS.SUCCESS) return { status };
  try {
    return { state: parseReaderState(output), status };
  } catch {
    return { status: NTSTATUS.IO_DEVICE_ERROR };
  }
}

/**
 * The connect loop of the resource manager (NFC guide, example sequence): asks for the state and does what leads to the
 * next one, until the card has answered to reset.
 */
export async function powerUp(link: DeviceLink): Promise<PoweredCard> {
  let last: number = NTSTATUS.UNSUCCESSFUL;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { state, status } = await readState(link);
    if (state === undefined) return failed(status);
    switch (state) {
      case SCARD_READER_STATE.UNKNOWN:
      case SCARD_READER_STATE.ABSENT:
        return { kind: "absent" };
      case SCARD_READER_STATE.PRESENT:
        last = (await link.call(IOCTL_SMARTCARD.SWALLOW)).status;
        break;
      case SCARD_READER_STATE.SWALLOWED:
        last = (await power(link, SCARD_POWER.COLD_RESET)).status;
        break;
      case SCARD_READER_STATE.POWERED:
        last = (await power(link, SCARD_POWER.WARM_RESET)).status;
        break;
      case SCARD_READER_STATE.NEGOTIABLE:
      case SCARD_READER_STATE.SPECIFIC: {
        const input = encodeGetAttributeInput(SCARD_ATTR.ATR_STRING);
        const result = await link.call(IOCTL_SMARTCARD.GET_ATTRIBUTE, input, ATR_BYTES);
        if (result.status !== NTSTATUS.SUCCESS) return failed(result.status);
        if (result.output.length === 0) return { kind: "mute", status: NTSTATUS.UNSUCCESSFUL };
        return { kind: "card", answerToReset: result.output.slice() };
      }
    }
    if (last !== NTSTATUS.SUCCESS) return failed(last);
  }
  return { kind: "mute", status: last };
}

function failed(status: number): PoweredCard {
  return status === NTSTATUS.NO_MEDIA ? { kind: "absent" } : { kind: "mute", status };
}

/** POWER, with one of SCARD_POWER. */
export function power(link: DeviceLink, action: number): Promise<{ readonly status: number }> {
  return link.call(IOCTL_SMARTCARD.POWER, encodePowerInput(action), ATR_BYTES);
}
