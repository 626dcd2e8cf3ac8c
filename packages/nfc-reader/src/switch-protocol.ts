import { type RfDialogue, type RfTarget, type TransmitOutcome } from "@cardwire/core";
import { type Card, reselect } from "./card.ts";
import type { ReaderCore } from "./reader-core.ts";

/** Standard and layer of data object 8F (PC/SC part 3, supplement 2). */
const ISO_14443_A = 0x00;
const ISO_14443_B = 0x01;
const LAYER_3 = 0x03;
const LAYER_4 = 0x04;

const PREFIX_BYTES = 5;

/**
 * True for an APDU that the reader itself takes for Switch Protocol: a pass-through session would hand it to the card.
 * Sessions of storage cards answer it themselves.
 */
export function isSwitchProtocol(command: Uint8Array, form: "pcsc" | "driver"): boolean {
  return (
    command[0] === 0xff &&
    command[1] === 0xc2 &&
    command[2] === 0x00 &&
    command[3] === 0x02 &&
    (form === "driver" ? command.length === 9 : command.length >= PREFIX_BYTES)
  );
}

function answer(...bytes: readonly number[]): TransmitOutcome {
  return { response: new Uint8Array(bytes), status: 0, cardLost: false };
}

/** The protocol of the card that a standard and a layer name. */
function targetOf(card: Card, standard: number | undefined, layer: number | undefined): RfTarget | undefined {
  if (layer !== LAYER_3 && layer !== LAYER_4) return undefined;
  const wantsIsoDep = layer === LAYER_4;
  // the session that is there is an ISO-DEP one, whoever activated the card
  const isIsoDep = (target: RfTarget, activation: Uint8Array | undefined): boolean =>
    activation !== undefined || target === card.target;
  return card.targets.find((target) => {
    switch (target.technology) {
      case "nfc-a":
        return standard === ISO_14443_A && isIsoDep(target, target.ats) === wantsIsoDep;
      case "nfc-b":
        return standard === ISO_14443_B && isIsoDep(target, target.attrib) === wantsIsoDep;
      default:
        return false;
    }
  });
}

/** Selects another protocol of the card, and opens a session with it. */
function* select(reader: ReaderCore, card: Card, target: RfTarget): RfDialogue<"selected" | "silent" | "unsupported"> {
  const reply = yield { kind: "reselect", target };
  if (reply.kind === "failure") return "silent";
  return (yield* reader.slot.switchTo(card, target)) ? "selected" : "unsupported";
}

/**
 * Switch Protocol as Windows' driver does it: of the nine bytes the last two count; 9000, or 6F00 for any failure. It lets
 * go of the tag before it looks at them, and so selects it again even for bytes that name nothing (NfcCx NfcCxSC.cpp).
 */
export function* switchProtocolAsDriver(
  reader: ReaderCore,
  card: Card,
  command: Uint8Array,
): RfDialogue<TransmitOutcome> {
  const target = command[7] === ISO_14443_A ? targetOf(card, ISO_14443_A, command[8]) : undefined;
  if (target === undefined) yield* reselect(card);
  else if ((yield* select(reader, card, target)) === "selected") return answer(0x90, 0x00);
  return answer(0x6f, 0x00);
}

/** Object C0 (which data object failed, and how) and the outer status word: nothing went wrong on the way. */
function objectError(index: number, sw1: number, sw2: number): TransmitOutcome {
  return answer(0xc0, 0x03, index, sw1, sw2, 0x90, 0x00);
}

/**
 * Switch Protocol of PC/SC part 3, supplement 2: object 8F names standard and layer, and the answer says with object C0
 * how it went, then with 8F the SAK or the protocol info, or with 5F51 the ATR of the new protocol.
 */
export function* switchProtocol(reader: ReaderCore, card: Card, command: Uint8Array): RfDialogue<TransmitOutcome> {
  const lc = command[4] ?? 0;
  const rest = command.length - PREFIX_BYTES - lc;
  // an Le byte may follow
  if (rest < 0 || rest > 1) return answer(0x67, 0x00);
  const [tag, length, standard, layer] = command.subarray(PREFIX_BYTES, PREFIX_BYTES + lc);
  if (tag !== 0x8f) return objectError(lc === 0 ? 0 : 1, 0x6a, 0x81);
  if (lc !== 4 || length !== 2) return objectError(1, 0x67, 0x00);
  const target = targetOf(card, standard, layer);
  if (target === undefined) return objectError(1, 0x6a, 0x81);
  const selected = yield* select(reader, card, target);
  if (selected === "silent") return { ...objectError(1, 0x64, 0x01), cardLost: true };
  if (selected === "unsupported") return objectError(1, 0x6a, 0x81);
  return answer(0xc0, 0x03, 0x00, 0x90, 0x00, ...description(card, layer), 0x90, 0x00);
}

function description(card: Card, layer: number | undefined): readonly number[] {
  const { target, session } = card;
  if (layer === LAYER_4) return session === undefined ? [] : [0x5f, 0x51, session.atr.length, ...session.atr];
  if (target.technology === "nfc-a") return [0x8f, 0x01, target.sak];
  return target.technology === "nfc-b" ? [0x8f, 0x03, ...target.protocolInfo.subarray(0, 3)] : [];
}
