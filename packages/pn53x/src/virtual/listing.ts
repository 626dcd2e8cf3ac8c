import { equalBytes, FormatError, type RfReply, type RfTarget } from "@cardwire/core";
import { FRAMING } from "../chip/registers.ts";
import {
  cascadedUid,
  type ListedTarget,
  type ListedTypeA,
  type ListPassiveTargetRequest,
  MODULATION,
  type Modulation,
} from "../command/passive-target.ts";
import { atqbOf, type StepwiseAir } from "./air.ts";

/** A polling request for every system. */
const POLL_ANY = Uint8Array.of(0x00, 0xff, 0xff, 0x00, 0x00);

/** Framing and speed of the registers for a modulation. */
export function registersOf(modulation: Modulation): readonly [framing: number, speed: number] {
  switch (modulation) {
    case MODULATION.A_106:
    case MODULATION.JEWEL_106:
      return [FRAMING.A, 0];
    case MODULATION.F_212:
      return [FRAMING.F, 1];
    case MODULATION.F_424:
      return [FRAMING.F, 2];
    case MODULATION.B_106:
      return [FRAMING.B, 0];
    case MODULATION.B_212:
      return [FRAMING.B, 1];
    case MODULATION.B_424:
      return [FRAMING.B, 2];
    case MODULATION.B_847:
      return [FRAMING.B, 3];
  }
}

/** SENSF_REQ without its length (JIS X 6319-4): code, system code, request code, time slot. */
const POLLING_REQUEST_BYTES = 5;
const POLLING_COMMAND = 0x00;

/**
 * What a chip refuses to look for.
 *
 * @throws FormatError for a modulation of another chip, and for FeliCa without a polling request.
 */
export function requireListable(
  { modulation, initiatorData = new Uint8Array(0) }: ListPassiveTargetRequest,
  chip: "PN532" | "PN533",
): void {
  if (chip === "PN532" && modulation > MODULATION.JEWEL_106)
    throw new FormatError("INVALID_VALUE", "a PN532 cannot", { field: "BrTy" });
  if (modulation !== MODULATION.F_212 && modulation !== MODULATION.F_424) return;
  if (initiatorData.length !== POLLING_REQUEST_BYTES || initiatorData[0] !== POLLING_COMMAND)
    throw new FormatError("INVALID_VALUE", "a polling request of five bytes", { field: "InitiatorData" });
}

/** REQA, and the command of the first cascade level. */
const REQA = 0x26;
const SELECT_LEVEL_1 = 0x93;

/**
 * What a search for type A leaves in the CIU's FIFO: REQA that nobody answered, or the anticollision that a Type 1 tag did
 * not answer. Hosts tell by it whether to look for one.
 */
export function leftBehind(modulation: Modulation, targets: readonly RfTarget[]): number | undefined {
  if (modulation !== MODULATION.A_106) return undefined;
  if (targets.some(({ technology }) => technology === "nfc-a-type1")) return SELECT_LEVEL_1;
  return targets.some(({ technology }) => technology === "nfc-a") ? undefined : REQA;
}

/** What a type of InAutoPoll looks for; `undefined` for DEP and for types that no manual has. */
export function autoPollSearch(
  type: number,
): Pick<ListPassiveTargetRequest, "modulation" | "initiatorData"> | undefined {
  switch (type) {
    case 0x00:
    case 0x10:
    case 0x20:
      return { modulation: MODULATION.A_106 };
    case 0x01:
    case 0x11:
      return { modulation: MODULATION.F_212, initiatorData: POLL_ANY };
    case 0x02:
    case 0x12:
      return { modulation: MODULATION.F_424, initiatorData: POLL_ANY };
    case 0x03:
    case 0x23:
      return { modulation: MODULATION.B_106, initiatorData: Uint8Array.of(0x00) };
    case 0x04:
      return { modulation: MODULATION.JEWEL_106 };
    default:
      return undefined;
  }
}

/** SAK: the card knows ISO/IEC 14443-4. */
const SAK_ISO_DEP = 0x20;

/** Type A is looked for in three ways: all of it (00), cards with MIFARE's commands (10), and with ISO/IEC 14443-4 (20). */
export function isOfAutoPollType(target: ListedTarget, type: number): boolean {
  if (target.kind !== "a" || type === 0x00) return true;
  return (type === 0x20) === ((target.selRes & SAK_ISO_DEP) !== 0);
}

/** What a search for a modulation sees of what the air holds. No RATS has been sent. */
export async function listFirst(
  air: StepwiseAir,
  targets: readonly RfTarget[],
  { modulation, initiatorData = new Uint8Array(0) }: ListPassiveTargetRequest,
): Promise<ListedTarget | undefined> {
  switch (modulation) {
    case MODULATION.A_106:
      return listA(targets, initiatorData);
    case MODULATION.F_212:
    case MODULATION.F_424:
      return listF(air, targets, initiatorData);
    case MODULATION.JEWEL_106: {
      const jewel = targets.find((target) => target.technology === "nfc-a-type1");
      return jewel === undefined
        ? undefined
        : { kind: "jewel", target: 1, sensRes: Uint8Array.of(0x0c, 0x00), jewelId: jewel.uid.slice(0, 4) };
    }
    default:
      return listB(air, targets);
  }
}

/** ATTRIB follows at once, with a CID and frames of 64 bytes. */
async function listB(air: StepwiseAir, targets: readonly RfTarget[]): Promise<ListedTarget | undefined> {
  const card = targets.find((target) => target.technology === "nfc-b");
  if (card === undefined) return undefined;
  const protocolType = (card.protocolInfo[1] ?? 0) & 0x0f;
  const data = Uint8Array.of(0x1d, ...card.pupi, 0x00, 0x05, protocolType, 0x01);
  const reply = await air.frame({ kind: "frame", data, timeoutUs: 100_000 }, FRAMING.B);
  if (reply.kind !== "frame") return undefined;
  return { kind: "b", target: 1, atqb: atqbOf(card).slice(0, 12), attribRes: reply.data };
}

/** A card of several protocols shows all of them in one SAK. */
function listA(targets: readonly RfTarget[], uid: Uint8Array): ListedTypeA | undefined {
  const cards = targets.filter((target) => target.technology === "nfc-a");
  const [card] = cards;
  if (card === undefined || (uid.length > 0 && !equalBytes(uid, cascadedUid(card.uid)))) return undefined;
  return {
    kind: "a",
    target: 1,
    sensRes: Uint8Array.from(card.atqa).reverse(),
    selRes: cards.reduce((sak, target) => sak | target.sak, 0),
    nfcid1: card.uid.slice(),
  };
}

/** The polling request is sent as it was given: the card knows which system codes it answers to. */
async function listF(
  air: StepwiseAir,
  targets: readonly RfTarget[],
  request: Uint8Array,
): Promise<ListedTarget | undefined> {
  if (!targets.some((target) => target.technology === "nfc-f")) return undefined;
  const data = Uint8Array.of(request.length + 1, ...request);
  const reply: RfReply = await air.frame({ kind: "frame", data, timeoutUs: 10_000 }, FRAMING.F);
  if (reply.kind !== "frame" || reply.data.length < 18) return undefined;
  const requested = reply.data.length >= 20 ? { requested: reply.data.slice(18, 20) } : {};
  return { kind: "f", target: 1, idm: reply.data.slice(2, 10), pmm: reply.data.slice(10, 18), ...requested };
}
