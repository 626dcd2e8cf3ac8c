import {
  type CardFamily,
  type CardSession,
  equalBytes,
  fromHex,
  type RfDialogue,
  type RfFrontEnd,
  type RfRequest,
  type TransmitOutcome,
  type VirtualTag,
} from "@cardwire/core";
import type { ContractCard } from "@cardwire/core/testing";
import { mifareUltralight } from "@cardwire/mifare-ultralight";
import { PAGES_4_TO_7 } from "../../nfc-reader/test/ntag216.ts";

const LARGE_COMMAND = fromHex("00 C0 00 00 00");
const LARGE_RESPONSE = new Uint8Array(65_538).map((_, index) =>
  index < 65_536 ? index % 251 : 0x90 * (65_537 - index),
);
const SLOW_COMMAND = fromHex("80 FE 00 00");
const SLOW_FRAME = Uint8Array.of(0xfe, 0xfe);
const SLOW_MS = 60;

/** The card that the contract's cases are run with: an NTAG216, and two commands that no NTAG has. */
export const contractCard: ContractCard = {
  // the ATR of MIFARE Ultralight EV1 and NTAG21x (PC/SC part 3 supplement: card name 003D)
  answerToReset: fromHex("3B 8F 80 01 80 4F 0C A0 00 00 03 06 03 00 3D 00 00 00 00 56"),
  protocol: "t1",
  refusedProtocol: "t0",
  exchanges: [
    { command: fromHex("FF CA 00 00 00"), response: fromHex("04 D1 49 D2 9C 39 80 90 00") },
    { command: fromHex("FF B0 00 04 10"), response: fromHex(`${PAGES_4_TO_7} 90 00`) },
    { command: fromHex("FF B0 00 03 10"), response: fromHex(`E1 10 6D 00 ${PAGES_4_TO_7.slice(0, 24)} 90 00`) },
  ],
  large: { command: LARGE_COMMAND, response: LARGE_RESPONSE },
  slow: { command: SLOW_COMMAND, response: fromHex("90 01") },
};

/** One with the longest response that there is, and one that takes its time. */
function withMore(session: CardSession): CardSession {
  return {
    family: session.family,
    atr: session.atr,
    iccType: session.iccType,
    *transmit(command, responseLimit): RfDialogue<TransmitOutcome> {
      if (equalBytes(command, LARGE_COMMAND)) return { response: LARGE_RESPONSE, status: 0, cardLost: false };
      if (equalBytes(command, SLOW_COMMAND)) {
        yield { kind: "frame", data: SLOW_FRAME, timeoutUs: 100_000, expect: "nothing" };
        return { response: Uint8Array.of(0x90, 0x01), status: 0, cardLost: false };
      }
      return yield* session.transmit(command, responseLimit);
    },
    checkPresence: () => session.checkPresence(),
    onReselected: () => {
      session.onReselected();
    },
  };
}

const ultralightWithMore: CardFamily = {
  name: mifareUltralight.name,
  accepts: (target) => mifareUltralight.accepts(target),
  *activate(target, context) {
    return withMore(yield* mifareUltralight.activate(target, context));
  },
};

/** A tag that is a card, and gives no answer to reset. */
const muteFamily: CardFamily = {
  name: "mute",
  accepts: (target) => target.technology === "nfc-f",
  *activate() {
    return {
      family: "mute",
      atr: new Uint8Array(0),
      iccType: 0,
      *transmit() {
        return { response: Uint8Array.of(0x6f, 0x00), status: 0, cardLost: false };
      },
      *checkPresence() {
        return true;
      },
      onReselected: () => undefined,
    };
  },
};

export const contractFamilies: readonly CardFamily[] = [ultralightWithMore, muteFamily];

export const muteTag: VirtualTag = {
  name: "mute",
  setPowered: () => undefined,
  select: () => [{ technology: "nfc-f", idm: new Uint8Array(8), pmm: new Uint8Array(8) }],
  receive: () => undefined,
};

/** A field in which one frame takes its time. */
export function slowed(field: RfFrontEnd): RfFrontEnd {
  return {
    name: field.name,
    maxTransmitBytes: field.maxTransmitBytes,
    maxReceiveBytes: field.maxReceiveBytes,
    discover: (signal) => field.discover(signal),
    deactivate: () => field.deactivate(),
    close: () => field.close(),
    exchange: (request: RfRequest) =>
      request.kind === "frame" && request.data === SLOW_FRAME
        ? new Promise((resolve) => setTimeout(() => resolve({ kind: "done" }), SLOW_MS))
        : field.exchange(request),
  };
}
