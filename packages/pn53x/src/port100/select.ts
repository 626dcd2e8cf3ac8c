import { equalBytes, type NfcATarget, type NfcAType1Target, type RfTarget } from "@cardwire/core";
import { one, type RfTargets } from "../activation/targets.ts";
import { activateA, isRandomUid, isSameA, isTwoCards, isType1Atqa, request, selectA } from "../activation/type-a.ts";
import { deselectB, wakeB } from "../activation/type-b.ts";
import { selectBMemory } from "../activation/type-b-memory.ts";
import { poll } from "../activation/type-f.ts";
import { identifyType1 } from "../activation/type1.ts";
import type { Pn53xTechnology } from "../front-end/select.ts";
import type { Port100Framing } from "./framing.ts";
import type { Port100Session } from "./session.ts";

/** What is needed to find and select: the chip does nothing of it by itself. */
export interface Port100SelectContext {
  readonly session: Port100Session;
  readonly framing: Port100Framing;
}

/** Frames of 256 bytes. */
const FSDI = 8;

/** Looks for a card of a technology, in a field that is on, and selects it. */
export async function find(context: Port100SelectContext, technology: Pn53xTechnology): Promise<RfTargets | undefined> {
  const { framing } = context;
  switch (technology) {
    case "nfc-a": {
      const target = await framing.run(selectA(), "nfc-a");
      if (target === undefined) return undefined;
      if (!isTwoCards(target.sak)) return [target];
      // a card of two protocols: it shows as ISO-DEP first, and as what it is without
      const activated = await framing.run(activateA(target, FSDI), "nfc-a");
      if (activated !== undefined) return [activated, target];
      return (await reselect(context, target)) ? [target] : undefined;
    }
    case "nfc-f-212":
      return one(await framing.run(poll(), "nfc-f", "212F"));
    case "nfc-f-424":
      return one(await framing.run(poll(), "nfc-f", "424F"));
    case "nfc-b":
      return one(await framing.run(wakeB(), "nfc-b"));
    case "nfc-b-memory":
      return one(await framing.run(selectBMemory(), "nfc-b-memory"));
    case "nfc-a-type1":
      return one(await selectType1(context));
  }
}

/** Resets the card by its power, and selects it again. False when it does not answer, or another one does. */
export async function reselect(context: Port100SelectContext, target: RfTarget): Promise<boolean> {
  const { session, framing } = context;
  const { rf } = session;
  if (target.technology === "nfc-b" && (await framing.run(deselectB(target), "nfc-b"))) return true;
  await session.resetField();
  switch (target.technology) {
    case "nfc-a":
      return reselectA(context, target);
    case "nfc-f": {
      const again = await framing.run(poll(target.systemCode), "nfc-f", rf);
      return again !== undefined && equalBytes(again.idm, target.idm);
    }
    case "nfc-b": {
      const again = await framing.run(wakeB(), "nfc-b");
      return again !== undefined && equalBytes(again.pupi, target.pupi);
    }
    case "nfc-b-memory": {
      const again = await framing.run(selectBMemory(), "nfc-b-memory");
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

async function reselectA({ framing }: Port100SelectContext, target: NfcATarget): Promise<boolean> {
  const again = await framing.run(selectA(isRandomUid(target.uid) ? undefined : target.uid), "nfc-a");
  if (!isSameA(again, target)) return false;
  return target.ats === undefined || (await framing.run(activateA(target, FSDI), "nfc-a")) !== undefined;
}

async function selectType1({ framing }: Port100SelectContext): Promise<NfcAType1Target | undefined> {
  const atqa = await framing.run(request(), "nfc-a");
  return atqa !== undefined && isType1Atqa(atqa) ? framing.run(identifyType1(), "nfc-a-type1") : undefined;
}
