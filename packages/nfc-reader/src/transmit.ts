import {
  type CardSession,
  type IoctlResult,
  type RfDialogue,
  type RfTarget,
  traceTimeUs,
  type TransmitOutcome,
} from "@cardwire/core";
import { encodeTransmitOutput, parseTransmitInput, PCI_BYTES } from "@cardwire/ioctl";
import { broken } from "./broken.ts";
import type { Card } from "./card.ts";
import { loadKeyWithoutTable, PASS_THROUGH_FAMILY } from "./load-key.ts";
import type { ReaderCore } from "./reader-core.ts";
import { failed, type IoctlRequest, withOutput, withStatus } from "./request.ts";
import { isSwitchProtocol, switchProtocol, switchProtocolAsDriver } from "./switch-protocol.ts";

const CANCELLED: IoctlResult = failed("CANCELLED");
const SW_BYTES = 2;

/**
 * IOCTL_SMARTCARD_TRANSMIT, its header and lengths checked. One runs at a time; one that waits can be cancelled, one
 * that runs is finished.
 *
 * @param overflow the status of a response that does not fit; `undefined` cuts it.
 */
export function transmit(
  reader: ReaderCore,
  request: IoctlRequest,
  overflow: number | undefined,
): IoctlResult | Promise<IoctlResult> {
  const { command } = parseTransmitInput(request.input);
  const limit = request.outputLength - PCI_BYTES;
  return reader.air.enter(() => exchange(reader, command, limit, overflow), CANCELLED, request.cancellable);
}

function exchange(
  reader: ReaderCore,
  command: Uint8Array,
  limit: number,
  overflow: number | undefined,
): IoctlResult | Promise<IoctlResult> {
  // it may have waited for its turn
  if (!reader.isRadioOn) return failed("DEVICE_POWERED_OFF");
  const card = reader.slot.connected;
  if (card === undefined) return failed("NO_MEDIA");
  const { trace } = reader;
  trace?.({ layer: "apdu", direction: "down", timeUs: traceTimeUs(), bytes: command });
  const dialogue = dialogueFor(reader, card, command, limit);
  if (typeof dialogue === "number") return withStatus(dialogue);
  const finish = (outcome: TransmitOutcome): IoctlResult | Promise<IoctlResult> => {
    if (outcome.switchedTo !== undefined) return switched(reader, card, outcome, outcome.switchedTo, finish);
    if (trace !== undefined && outcome.status === 0)
      trace({ layer: "apdu", direction: "up", timeUs: traceTimeUs(), bytes: outcome.response });
    if (outcome.cardLost) reader.slot.depart(card);
    return resultOf(outcome, limit, overflow);
  };
  try {
    const outcome = reader.air.run(dialogue);
    return outcome instanceof Promise
      ? outcome.then(finish).catch((error: unknown) => broken(reader, card, error))
      : finish(outcome);
  } catch (error) {
    return broken(reader, card, error);
  }
}

/** The session has switched the card to another protocol, and hands over to that one's session. */
function switched(
  reader: ReaderCore,
  card: Card,
  { response, status, cardLost }: TransmitOutcome,
  target: RfTarget,
  finish: (outcome: TransmitOutcome) => IoctlResult | Promise<IoctlResult>,
): IoctlResult | Promise<IoctlResult> {
  const done = reader.air.run(reader.slot.switchTo(card, target));
  const outcome: TransmitOutcome = { response, status, cardLost };
  return done instanceof Promise ? done.then(() => finish(outcome)) : finish(outcome);
}

/**
 * The reader's own commands before the card's: those that a pass-through session would hand to the card, and that a card
 * of no family has nobody else to answer. A number is an NTSTATUS: there is nothing to say to the card.
 */
function dialogueFor(
  reader: ReaderCore,
  card: Card,
  command: Uint8Array,
  limit: number,
): RfDialogue<TransmitOutcome> | number {
  const { behaviour } = reader;
  const { session } = card;
  if ((session === undefined || session.family === PASS_THROUGH_FAMILY) && command[0] === 0xff) {
    if (isSwitchProtocol(command, behaviour.switchProtocol))
      return behaviour.switchProtocol === "driver"
        ? switchProtocolAsDriver(reader, card, command)
        : switchProtocol(reader, card, command);
    const status = behaviour.loadKeyEverywhere === "reader" ? loadKeyWithoutTable(command) : undefined;
    if (status !== undefined) return storageSessionOf(card)?.transmit(command, limit) ?? status;
  }
  return session === undefined ? failed("INVALID_DEVICE_STATE").status : session.transmit(command, limit);
}

/** A storage card's session that was there before the card was switched: it keeps the table of keys. */
function storageSessionOf(card: Card): CardSession | undefined {
  return [...card.sessions.values()].find(({ family }) => family !== PASS_THROUGH_FAMILY);
}

function resultOf(outcome: TransmitOutcome, limit: number, overflow: number | undefined): IoctlResult {
  const { response, status } = outcome;
  if (status !== 0) return withStatus(status);
  if (response.length <= limit) return withOutput(encodeTransmitOutput(response));
  if (overflow !== undefined) return withStatus(overflow);
  return withOutput(encodeTransmitOutput(response.subarray(0, Math.max(limit, SW_BYTES))));
}
