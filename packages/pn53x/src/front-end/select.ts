import {
  equalBytes,
  type NfcATarget,
  type NfcAType1Target,
  type NfcBMemoryTarget,
  type NfcBTarget,
  type NfcFTarget,
  type RfTarget,
} from "@cardwire/core";
import { RATS_US, SHORT_US } from "../activation/air.ts";
import { one, type RfTargets } from "../activation/targets.ts";
import { activateA, isRandomUid, isSameA, isTwoCards } from "../activation/type-a.ts";
import { deselectB, targetOfB, wakeB } from "../activation/type-b.ts";
import { selectBMemory } from "../activation/type-b-memory.ts";
import { type1Target } from "../activation/type1.ts";
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

const NO_BYTES = new Uint8Array(0);

/** Looks for a card of a technology, in a field that is on, and selects it. */
export async function find(context: SelectContext, technology: Pn53xTechnology): Promise<RfTargets | undefined> {
  switch (technology) {
    case "nfc-a": {
      const target = await selectA(context, NO_BYTES);
      if (target === undefined) return undefined;
      if (!isTwoCards(target.sak)) return [target];
      // a card of two protocols: it shows as ISO-DEP first, and as what it is without
      const activated = await context.framing.run(activateA(target, context.fsdi), "nfc-a");
      if (activated !== undefined) return [activated, target];
      return (await reselect(context, target)) ? [target] : undefined;
    }
    case "nfc-f-212":
    case "nfc-f-424":
      return one(await selectF(context, technology === "nfc-f-212" ? MODULATION.F_212 : MODULATION.F_424));
    case "nfc-b":
      return one(await selectB(context));
    case "nfc-b-memory":
      return one(await findBMemory(context));
    case "nfc-a-type1":
      return one(await selectType1(context));
  }
}

/** Resets the card by its power, and selects it again. False when it does not answer, or another one does. */
export async function reselect(context: SelectContext, target: RfTarget): Promise<boolean> {
  const { session } = context;
  if (target.technology === "nfc-b" && (await context.framing.run(deselectB(target), "nfc-b"))) return true;
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
      const again = await findBMemory(context);
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

async function selectA({ session, framing }: SelectContext, uid: Uint8Array): Promise<NfcATarget | undefined> {
  framing.forget();
  const listed = await session.list({ modulation: MODULATION.A_106, initiatorData: cascadedUid(uid) });
  return listed?.kind === "a" ? targetOfA(listed) : undefined;
}

/** SENS_RES stands the other way round in the list than on the air. */
function targetOfA({ sensRes, selRes, nfcid1 }: ListedTypeA): NfcATarget {
  return { technology: "nfc-a", uid: nfcid1, atqa: Uint8Array.from(sensRes).reverse(), sak: selRes };
}

async function reselectA(context: SelectContext, target: NfcATarget): Promise<boolean> {
  const again = await selectA(context, isRandomUid(target.uid) ? NO_BYTES : target.uid);
  if (!isSameA(again, target)) return false;
  return (
    target.ats === undefined || (await context.framing.run(activateA(target, context.fsdi), "nfc-a")) !== undefined
  );
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
  const woken = await framing.run(wakeB(), "nfc-b");
  if (woken !== undefined) return woken;
  await session.resetField();
  return framing.run(wakeB(), "nfc-b");
}

/** After a search for type B that sets the chip to it. */
async function findBMemory(context: SelectContext): Promise<NfcBMemoryTarget | undefined> {
  context.framing.forget();
  await context.session.list({ modulation: MODULATION.B_106, initiatorData: Uint8Array.of(0x00) });
  return context.framing.run(selectBMemory(), "nfc-b-memory");
}

async function selectType1({ session, framing, type1 }: SelectContext): Promise<NfcAType1Target | undefined> {
  framing.forget();
  const listed = await session.list({ modulation: MODULATION.JEWEL_106 });
  if (listed?.kind !== "jewel") return undefined;
  const identity = await type1.identify(SHORT_US);
  if (!(identity instanceof Uint8Array)) return undefined;
  return type1Target(identity);
}
