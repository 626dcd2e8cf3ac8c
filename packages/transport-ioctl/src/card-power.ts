import type { SmartCardConnectionState, SmartCardDisposition } from "@cardwire/core";
import {
  encodeProtocol,
  IOCTL_SMARTCARD,
  NTSTATUS,
  NtStatusError,
  parseProtocolOutput,
  SCARD_POWER,
  SCARD_READER,
  SCARD_READER_STATE,
} from "@cardwire/ioctl";
import { type Card, isGone } from "./card.ts";
import type { DeviceLink } from "./device-link.ts";
import { scardError, statusError } from "./errors.ts";
import { power, powerUp, readState } from "./power-up.ts";
import { protocolOf } from "./protocol.ts";

/**
 * Wakes a card and sets its protocol, for its first connection.
 *
 * @param mask bits of SCARD_PROTOCOL, not 0.
 */
export async function negotiate(link: DeviceLink, card: Card, mask: number, readerName: string): Promise<void> {
  const powered = await powerUp(link);
  if (powered.kind === "absent" || isGone(card)) throw scardError("E_NO_SMARTCARD", readerName, "connect");
  card.unpowered = false;
  if (powered.kind === "mute") {
    card.answerToReset = undefined;
    throw scardError("W_UNRESPONSIVE_CARD", readerName, "connect", new NtStatusError(powered.status));
  }
  card.answerToReset = powered.answerToReset;
  card.protocol = await setProtocol(link, mask, readerName);
  if (isGone(card)) throw scardError("E_NO_SMARTCARD", readerName, "connect");
}

async function setProtocol(link: DeviceLink, mask: number, readerName: string): Promise<number> {
  const { status, output } = await link.call(IOCTL_SMARTCARD.SET_PROTOCOL, encodeProtocol(mask), 4);
  switch (status) {
    case NTSTATUS.SUCCESS: {
      const protocol = parseProtocolOutput(output);
      if (protocolOf(protocol) !== undefined && (protocol & mask) !== 0) return protocol;
      throw scardError("E_PROTO_MISMATCH", readerName, "connect");
    }
    case NTSTATUS.NO_MEDIA:
      throw scardError("E_NO_SMARTCARD", readerName, "connect", new NtStatusError(status));
    case NTSTATUS.NOT_SUPPORTED:
    case NTSTATUS.INVALID_DEVICE_REQUEST:
      throw scardError("E_PROTO_MISMATCH", readerName, "connect", new NtStatusError(status));
    default:
      throw statusError(status, readerName, "connect");
  }
}

/** Resets a card, and puts it back into the protocol that it had. */
export async function resetCard(link: DeviceLink, card: Card): Promise<void> {
  await power(link, SCARD_POWER.WARM_RESET);
  const powered = await powerUp(link);
  if (powered.kind === "absent" || isGone(card)) return;
  card.answerToReset = powered.kind === "card" ? powered.answerToReset : undefined;
  if (card.protocol !== 0 && powered.kind === "card")
    await link.call(IOCTL_SMARTCARD.SET_PROTOCOL, encodeProtocol(card.protocol), 4);
}

/** @param characteristics bits of SCARD_READER: a reader that cannot eject unpowers instead. */
export async function unpowerCard(
  link: DeviceLink,
  card: Card,
  disposition: Extract<SmartCardDisposition, "unpower" | "eject">,
  characteristics: number,
): Promise<void> {
  card.protocol = 0;
  if (disposition === "eject" && (characteristics & SCARD_READER.EJECTS) !== 0) {
    const { status } = await link.call(IOCTL_SMARTCARD.EJECT);
    if (status === NTSTATUS.SUCCESS) return;
  }
  const { status } = await power(link, SCARD_POWER.DOWN);
  if (status === NTSTATUS.SUCCESS) card.unpowered = true;
  // NFC readers cannot: what the card has been granted must be gone all the same
  else if (status !== NTSTATUS.NO_MEDIA) await power(link, SCARD_POWER.COLD_RESET);
}

/**
 * The disconnect loop of the resource manager (NFC guide, example sequence), for a card that nobody is connected to.
 *
 * @returns false when the reader cannot power a card down, and need not be asked again.
 */
export async function powerDown(link: DeviceLink, card: Card): Promise<boolean> {
  const { state } = await readState(link);
  if (state === undefined || state < SCARD_READER_STATE.POWERED) return true;
  const { status } = await power(link, SCARD_POWER.DOWN);
  if (status === NTSTATUS.SUCCESS) {
    card.unpowered = true;
    card.protocol = 0;
  }
  return status === NTSTATUS.SUCCESS || status === NTSTATUS.NO_MEDIA;
}

/** The reader's state in the words of `status`: a card with a protocol has its name. */
export async function connectionState(
  link: DeviceLink,
  protocol: number,
  readerName: string,
): Promise<SmartCardConnectionState> {
  const { state, status } = await readState(link);
  if (state === undefined) throw statusError(status, readerName, "status");
  switch (state) {
    case SCARD_READER_STATE.UNKNOWN:
    case SCARD_READER_STATE.ABSENT:
      return "absent";
    case SCARD_READER_STATE.PRESENT:
      return "present";
    case SCARD_READER_STATE.SWALLOWED:
      return "swallowed";
    case SCARD_READER_STATE.POWERED:
      return "powered";
    case SCARD_READER_STATE.NEGOTIABLE:
      return "negotiable";
    case SCARD_READER_STATE.SPECIFIC:
      // set, but not by us: what a direct connection finds
      return protocolOf(protocol) ?? "negotiable";
  }
}
