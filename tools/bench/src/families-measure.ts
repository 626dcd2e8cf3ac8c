import {
  type CardSession,
  type ConformanceProfile,
  type IoctlDevice,
  type RfReply,
  type RfRequest,
  runDialogue,
  toHex,
  type TransmitOutcome,
  type VirtualTag,
} from "@cardwire/core";
import { encodeTransmitInput, IOCTL_SMARTCARD, NTSTATUS, parseTransmitOutput } from "@cardwire/ioctl";
import { createNfcReader } from "@cardwire/nfc-reader";
import { createVirtualField, type VirtualField } from "@cardwire/virtual";
import type { FamilyCard } from "./families-cards.ts";
import { keep } from "./race.ts";

const ROUNDS = 151;
const ROUND_MS = 1.5;
const WARM_UP_MS = 100;
const RESPONSE_LIMIT = 258;
/** Response and the header in front of it. */
const OUTPUT_LIMIT = RESPONSE_LIMIT + 8;

/** Nanoseconds for one APDU, medians of rounds in turn. */
export interface FamilyFigures {
  /** The frames that the translator sends, handed to the silicon by a loop. */
  readonly siliconNs: number;
  /** The translator over the virtual field. */
  readonly translatorNs: number;
  /** A TRANSMIT through the device, its promise awaited. */
  readonly deviceNs: number;
}

interface Bare {
  readonly session: CardSession;
  readonly field: VirtualField;
}

/** A reader's family and a tag, without the reader. */
async function bare({ family, createTag }: FamilyCard, profile: ConformanceProfile, tag = createTag()): Promise<Bare> {
  const field = createVirtualField({ tags: [tag] });
  const targets = await field.discover(new AbortController().signal);
  const session = await runDialogue(family.activate(targets[0], { profile, targets }), field);
  return { session, field };
}

function send({ session, field }: Bare, apdu: Uint8Array): TransmitOutcome {
  const outcome = runDialogue(session.transmit(apdu, RESPONSE_LIMIT), field);
  if (outcome instanceof Promise) throw new Error("a field without latency answers at once");
  return outcome;
}

function requireGood(response: Uint8Array, card: FamilyCard): void {
  if (!toHex(response).endsWith("9000")) throw new Error(`${card.card}, ${card.what}: ${toHex(response)}`);
}

/** The silicon alone, given what the translator sends for two APDUs: block numbers of ISO-DEP alternate. */
async function siliconRunner(card: FamilyCard, profile: ConformanceProfile): Promise<() => void> {
  const tag = card.createTag();
  const link = await bare(card, profile, tag);
  for (const apdu of [...card.before, card.apdu]) requireGood(send(link, apdu).response, card);
  const perApdu: RfRequest[][] = [];
  const stop = link.field.onExchange({
    before: (request): RfReply | undefined => {
      perApdu.at(-1)?.push(request);
      return undefined;
    },
  });
  for (let turn = 0; turn < 2; turn++) {
    perApdu.push([]);
    send(link, card.apdu);
  }
  stop();
  let turn = 0;
  return () => {
    for (const request of perApdu[turn++ & 1] ?? []) perform(tag, request);
  };
}

function perform(tag: VirtualTag, request: RfRequest): void {
  if (request.kind === "frame") keep(tag.receive(request));
  else if (request.kind === "mifare-authenticate") keep(tag.authenticate?.(request));
  else throw new Error(`the silicon has no ${request.kind}`);
}

async function translatorRunner(card: FamilyCard, profile: ConformanceProfile): Promise<() => void> {
  const link = await bare(card, profile);
  for (const apdu of card.before) requireGood(send(link, apdu).response, card);
  return () => {
    keep(send(link, card.apdu));
  };
}

/** A reader with the card on it, ready for its APDU. */
async function openDevice(
  card: FamilyCard,
  profile: ConformanceProfile,
): Promise<{ readonly device: IoctlDevice; readonly close: () => Promise<void> }> {
  const field = createVirtualField({ tags: [card.createTag()] });
  const reader = createNfcReader({ frontEnd: field, families: [card.family], profile });
  const device = await reader.device.open();
  const { status } = await device.deviceIoControl(IOCTL_SMARTCARD.IS_PRESENT, new Uint8Array(0), 0);
  if (status !== NTSTATUS.SUCCESS) throw new Error(`${card.card} is not found`);
  for (const apdu of [...card.before, card.apdu]) {
    const input = encodeTransmitInput(apdu);
    const { output } = await device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, OUTPUT_LIMIT);
    requireGood(parseTransmitOutput(output).response, card);
  }
  return { device, close: () => reader.close() };
}

/** Nanoseconds per call over one round. */
function roundOf(call: () => void, ms: number): number {
  const start = performance.now();
  let calls = 0;
  let elapsedMs: number;
  do {
    for (let index = 0; index < 100; index++) call();
    calls += 100;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < ms);
  return (elapsedMs * 1e6) / calls;
}

/** The same, with a promise for each call that is awaited before the next. */
async function awaitedRoundOf(call: () => Promise<unknown>, ms: number): Promise<number> {
  const start = performance.now();
  let calls = 0;
  let elapsedMs: number;
  do {
    for (let index = 0; index < 100; index++) keep(await call());
    calls += 100;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < ms);
  return (elapsedMs * 1e6) / calls;
}

export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? NaN;
}

/** Measures silicon, translator and device in turn, round after round, so that what the machine does besides falls on all. */
export async function measureFamily(card: FamilyCard, profile: ConformanceProfile): Promise<FamilyFigures> {
  const silicon = await siliconRunner(card, profile);
  const translator = await translatorRunner(card, profile);
  const { device, close } = await openDevice(card, profile);
  const input = encodeTransmitInput(card.apdu);
  const through = (): Promise<unknown> => device.deviceIoControl(IOCTL_SMARTCARD.TRANSMIT, input, OUTPUT_LIMIT);

  roundOf(silicon, WARM_UP_MS);
  roundOf(translator, WARM_UP_MS);
  await awaitedRoundOf(through, WARM_UP_MS);
  const [siliconNs, translatorNs, deviceNs]: [number[], number[], number[]] = [[], [], []];
  for (let turn = 0; turn < ROUNDS; turn++) {
    siliconNs.push(roundOf(silicon, ROUND_MS));
    translatorNs.push(roundOf(translator, ROUND_MS));
    deviceNs.push(await awaitedRoundOf(through, ROUND_MS));
  }
  await close();
  return { siliconNs: median(siliconNs), translatorNs: median(translatorNs), deviceNs: median(deviceNs) };
}
