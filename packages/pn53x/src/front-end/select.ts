import {
  concatBytes,
  equalBytes,
  type NfcATarget,
  type NfcAType1Target,
  type NfcBMemoryTarget,
  type NfcBTarget,
  type NfcFTarget,
  type RfFailure,
  type RfTarget,
} from "@cardwire/core";
import { cascadedUid, type ListedTypeA, MODULATION } from "../command/passive-target.ts";
import type { Framing } from "./framing.ts";
import type { ChipSession } from "./session.ts";
import type { Type1Air } from "./type1.ts";

/** What a front end can look for. */
export type Pn53xTechnology = "nfc-a" | "nfc-b" | "nfc-b-memory" | "nfc-f-212" | "nfc-f-424" | "nfc-a-type1";

/** What is needed to find and select. */
export interface SelectContext {
  readonly session: ChipSession;
  readonly framing: Framing;
  readonly type1: Type1Air;
  /** FSDI of a RATS that the front end sends itself. */
  readonly fsdi: number;
}

/** The protocols of one card. */
export type RfTargets = readonly [RfTarget, ...RfTarget[]];

const NO_BYTES = new Uint8Array(0);

/** SAK: ISO/IEC 14443-4, and MIFARE Classic beside it. */
const SAK_ISO_DEP = 0x20;
const SAK_CLASSIC = 0x08;

/** First byte of a UID that a card draws anew whenever it is powered (ISO/IEC 14443-3 section 6.5.4). */
const RANDOM_UID = 0x08;

const SHORT_US = 10_000;
/** Cards take longer over an ATS than the 4.8 ms of the standard. */
const RATS_US = 30_000;

/** Looks for a card of a technology, in a field that is on, and selects it. */
export async function find(context: SelectContext, technology: Pn53xTechnology): Promise<RfTargets | undefined> {
  switch (technology) {
    case "nfc-a": {
      const target = await selectA(context, NO_BYTES);
      if (target === undefined) return undefined;
      if (!isTwoCards(target.sak)) return [target];
      // a card of two protocols: it shows as ISO-DEP first, and as what it is without
      const activated = await activateA(context, target);
      if (activated !== undefined) return [activated, target];
      return (await reselect(context, target)) ? [target] : undefined;
    }
    case "nfc-f-212":
    case "nfc-f-424":
      return one(await selectF(context, technology === "nfc-f-212" ? MODULATION.F_212 : MODULATION.F_424));
    case "nfc-b":
      return one(await selectB(context));
    case "nfc-b-memory":
      return one(await selectBMemory(context));
    case "nfc-a-type1":
      return one(await selectType1(context));
  }
}

/** Resets the card by its power, and selects it again. False when it does not answer, or another one does. */
export async function reselect(context: SelectContext, target: RfTarget): Promise<boolean> {
  const { session } = context;
  if (target.technology === "nfc-b" && (await deselectB(context, target))) return true;
  await session.resetField();
  switch (target.technology) {
    case "nfc-a":
      return reselectA(context, target);
    case "nfc-f": {
      const again =
        (await selectF(context, MODULATION.F_212, target.systemCode)) ??
        (await selectF(context, MODULATION.F_424, target.systemCode));
      return again !== undefined && equalBytes(again.idm, target.idm);
    }
    case "nfc-b": {
      const again = await selectB(context);
      return again !== undefined && equalBytes(again.pupi, target.pupi);
    }
    case "nfc-b-memory": {
      const again = await selectBMemory(context);
      return again !== undefined && equalBytes(again.uid, target.uid);
    }
    case "nfc-a-type1": {
      const again = await selectType1(context);
      return again !== undefined && equalBytes(again.uid, target.uid);
    }
    case "nfc-v":
      return false;
  }
}

function one<Target extends RfTarget>(target: Target | undefined): readonly [Target] | undefined {
  return target === undefined ? undefined : [target];
}

function isTwoCards(sak: number): boolean {
  return (sak & (SAK_ISO_DEP | SAK_CLASSIC)) === (SAK_ISO_DEP | SAK_CLASSIC);
}

async function selectA({ session, framing }: SelectContext, uid: Uint8Array): Promise<NfcATarget | undefined> {
  framing.forget();
  const listed = await session.list({ modulation: MODULATION.A_106, initiatorData: cascadedUid(uid) });
  return listed?.kind === "a" ? targetOfA(listed) : undefined;
}

/** SENS_RES stands the other way round in the list than on the air. */
function targetOfA({ sensRes, selRes, nfcid1 }: ListedTypeA): NfcATarget {
  return { technology: "nfc-a", uid: nfcid1, atqa: Uint8Array.from(sensRes).reverse(), sak: selRes };
}

/** RATS with CID 0. */
async function activateA({ framing, fsdi }: SelectContext, target: NfcATarget): Promise<NfcATarget | undefined> {
  const rats = Uint8Array.of(0xe0, fsdi << 4);
  const ats = await framing.exchange({ kind: "frame", data: rats, timeoutUs: RATS_US }, "nfc-a");
  return ats.kind === "frame" && ats.lastBits === 8 ? { ...target, ats: ats.data } : undefined;
}

async function reselectA(context: SelectContext, target: NfcATarget): Promise<boolean> {
  const isRandom = target.uid.length === 4 && target.uid[0] === RANDOM_UID;
  const again = await selectA(context, isRandom ? NO_BYTES : target.uid);
  if (again?.sak !== target.sak) return false;
  if (isRandom ? again.uid[0] !== RANDOM_UID : !equalBytes(again.uid, target.uid)) return false;
  return target.ats === undefined || (await activateA(context, target)) !== undefined;
}

async function selectF(
  { session, framing }: SelectContext,
  modulation: typeof MODULATION.F_212 | typeof MODULATION.F_424,
  systemCode = 0xffff,
): Promise<NfcFTarget | undefined> {
  framing.forget();
  // asks for the system code, in one time slot
  const initiatorData = Uint8Array.of(0x00, systemCode >> 8, systemCode & 0xff, 0x01, 0x00);
  const listed = await session.list({ modulation, initiatorData });
  if (listed?.kind !== "f") return undefined;
  const { idm, pmm, requested } = listed;
  const [high, low] = requested ?? [];
  return {
    technology: "nfc-f",
    idm,
    pmm,
    ...(high === undefined || low === undefined ? {} : { systemCode: (high << 8) | low }),
  };
}

/**
 * The chip cannot look for type B without sending ATTRIB, with a CID and frames of 64 bytes. This is undone: the card is
 * deselected and woken again, and whoever runs ISO-DEP activates it as he likes.
 */
async function selectB(context: SelectContext): Promise<NfcBTarget | undefined> {
  const { session, framing } = context;
  framing.forget();
  const listed = await session.list({ modulation: MODULATION.B_106, initiatorData: Uint8Array.of(0x00) });
  if (listed?.kind !== "b") return undefined;
  const target = targetOfB(listed.atqb);
  const hasCid = ((target.protocolInfo[2] ?? 0) & 0x01) !== 0;
  const deselect = hasCid ? Uint8Array.of(0xca, listed.target) : Uint8Array.of(0xc2);
  await framing.exchange({ kind: "frame", data: deselect, timeoutUs: RATS_US }, "nfc-b");
  const woken = await wakeB(context);
  if (woken !== undefined) return woken;
  await session.resetField();
  return wakeB(context);
}

/** Takes a card that was activated with CID 0 back to where ATTRIB is understood, without taking its power. */
async function deselectB(context: SelectContext, target: NfcBTarget): Promise<boolean> {
  await context.framing.exchange({ kind: "frame", data: Uint8Array.of(0xc2), timeoutUs: RATS_US }, "nfc-b");
  const woken = await wakeB(context);
  return woken !== undefined && equalBytes(woken.pupi, target.pupi);
}

/** WUPB for every application, in one slot (ISO/IEC 14443-3 section 7.7). */
async function wakeB({ framing }: SelectContext): Promise<NfcBTarget | undefined> {
  const data = Uint8Array.of(0x05, 0x00, 0x08);
  const atqb = await framing.exchange({ kind: "frame", data, timeoutUs: SHORT_US }, "nfc-b");
  const isAtqb = atqb.kind === "frame" && (atqb.data.length === 12 || atqb.data.length === 13) && atqb.data[0] === 0x50;
  return isAtqb ? targetOfB(atqb.data) : undefined;
}

function targetOfB(atqb: Uint8Array): NfcBTarget {
  return {
    technology: "nfc-b",
    pupi: atqb.slice(1, 5),
    applicationData: atqb.slice(5, 9),
    protocolInfo: atqb.slice(9),
  };
}

/** INITIATE, SELECT, GET UID (SRIX4K data sheet, section 8), after a search for type B that sets the chip to it. */
async function selectBMemory(context: SelectContext): Promise<NfcBMemoryTarget | undefined> {
  context.framing.forget();
  await context.session.list({ modulation: MODULATION.B_106, initiatorData: Uint8Array.of(0x00) });
  const send = async (...data: readonly number[]): Promise<Uint8Array | RfFailure> => {
    const request = { kind: "frame", data: Uint8Array.from(data), timeoutUs: SHORT_US } as const;
    const reply = await context.framing.exchange(request, "nfc-b-memory");
    return reply.kind === "frame" ? reply.data : reply;
  };
  const initiated = await send(0x06, 0x00);
  if (!(initiated instanceof Uint8Array) || initiated.length !== 1) return undefined;
  const [chipId = 0] = initiated;
  const selected = await send(0x0e, chipId);
  if (!(selected instanceof Uint8Array) || selected[0] !== chipId) return undefined;
  const uid = await send(0x0b);
  if (uid instanceof Uint8Array) return uid.length === 8 ? { technology: "nfc-b-memory", uid, chipId } : undefined;
  // a SR176 has no such command, but its UID in its first four blocks of two bytes
  const blocks: Uint8Array[] = [];
  for (let block = 0; block < 4; block++) {
    const data = await send(0x08, block);
    if (!(data instanceof Uint8Array) || data.length !== 2) return undefined;
    blocks.push(data);
  }
  return { technology: "nfc-b-memory", uid: concatBytes(...blocks), chipId };
}

async function selectType1({ session, framing, type1 }: SelectContext): Promise<NfcAType1Target | undefined> {
  framing.forget();
  const listed = await session.list({ modulation: MODULATION.JEWEL_106 });
  if (listed?.kind !== "jewel") return undefined;
  const identity = await type1.identify(SHORT_US);
  if (!(identity instanceof Uint8Array)) return undefined;
  const [hr0 = 0, hr1 = 0] = identity;
  return { technology: "nfc-a-type1", hr0, hr1, uid: identity.slice(2) };
}
