import { concatBytes, FormatError, isFormatError } from "@cardwire/core";
import { type Pn53xCommand, PN53X_COMMAND_CODE } from "./command.ts";
import { Fields, requireByte } from "./fields.ts";

/** BrTy of InListPassiveTarget (UM0701-02 section 7.3.5; 6–8: PN533 user manual). */
export const MODULATION = {
  A_106: 0x00,
  F_212: 0x01,
  F_424: 0x02,
  B_106: 0x03,
  JEWEL_106: 0x04,
  B_212: 0x06,
  B_424: 0x07,
  B_847: 0x08,
} as const;

/** A modulation that a chip can list targets of. */
export type Modulation = (typeof MODULATION)[keyof typeof MODULATION];

const MODULATIONS: ReadonlySet<number> = new Set(Object.values(MODULATION));

function isModulation(value: number): value is Modulation {
  return MODULATIONS.has(value);
}

/** Which targets to look for. */
export interface ListPassiveTargetRequest {
  /** 1 or 2. */
  readonly maxTargets: number;
  readonly modulation: Modulation;
  /**
   * A: nothing, or the UID that is wanted with its cascade tags. B: AFI, and the polling method. F: the polling request
   * from its command code on. Jewel: nothing.
   */
  readonly initiatorData?: Uint8Array;
}

/** A type A target as the chip lists it. */
export interface ListedTypeA {
  readonly kind: "a";
  readonly target: number;
  /** SENS_RES, most significant byte first: `00 44` for an Ultralight. */
  readonly sensRes: Uint8Array;
  readonly selRes: number;
  readonly nfcid1: Uint8Array;
  /** TL included, where the chip has sent RATS. */
  readonly ats?: Uint8Array;
}

/** A FeliCa target as the chip lists it. */
export interface ListedTypeF {
  readonly kind: "f";
  readonly target: number;
  readonly idm: Uint8Array;
  readonly pmm: Uint8Array;
  /** Two bytes where the polling request asked for something. */
  readonly requested?: Uint8Array;
}

/** A type B target as the chip lists it. It has been sent ATTRIB. */
export interface ListedTypeB {
  readonly kind: "b";
  readonly target: number;
  /** `50`, PUPI, application data, protocol info: 12 bytes. */
  readonly atqb: Uint8Array;
  readonly attribRes: Uint8Array;
}

/** A Jewel or Topaz as the chip lists it. */
export interface ListedJewel {
  readonly kind: "jewel";
  readonly target: number;
  readonly sensRes: Uint8Array;
  /** UID0–3. */
  readonly jewelId: Uint8Array;
}

/** A target that was found. */
export type ListedTarget = ListedTypeA | ListedTypeF | ListedTypeB | ListedJewel;

function targetKind(modulation: Modulation): ListedTarget["kind"] {
  switch (modulation) {
    case MODULATION.A_106:
      return "a";
    case MODULATION.F_212:
    case MODULATION.F_424:
      return "f";
    case MODULATION.JEWEL_106:
      return "jewel";
    default:
      return "b";
  }
}

function encodeTarget(target: ListedTarget): Uint8Array {
  const number = Uint8Array.of(requireByte(target.target, "Tg"));
  switch (target.kind) {
    case "a": {
      const { sensRes, selRes, nfcid1, ats } = target;
      const head = Uint8Array.of(requireByte(selRes, "SEL_RES"), requireByte(nfcid1.length, "NFCIDLength"));
      return concatBytes(number, sensRes, head, nfcid1, ats ?? new Uint8Array(0));
    }
    case "f": {
      const { idm, pmm, requested = new Uint8Array(0) } = target;
      return concatBytes(number, Uint8Array.of(18 + requested.length, 0x01), idm, pmm, requested);
    }
    case "b":
      return concatBytes(number, target.atqb, Uint8Array.of(target.attribRes.length), target.attribRes);
    case "jewel":
      return concatBytes(number, target.sensRes, target.jewelId);
  }
}

function decodeTarget(fields: Fields, kind: ListedTarget["kind"], mayHaveAts: boolean): ListedTarget {
  const target = fields.byte("Tg");
  switch (kind) {
    case "a": {
      const sensRes = fields.bytes(2, "SENS_RES");
      const selRes = fields.byte("SEL_RES");
      const nfcid1 = fields.bytes(fields.byte("NFCIDLength"), "NFCID1");
      // after the last target whatever is left is an ATS
      if ((selRes & 0x20) === 0 || fields.left === 0 || !mayHaveAts) return { kind, target, sensRes, selRes, nfcid1 };
      const length = fields.byte("ATSLength");
      if (length === 0) return fields.refuse("ATSLength", "an ATS has a byte at least");
      return {
        kind,
        target,
        sensRes,
        selRes,
        nfcid1,
        ats: concatBytes(Uint8Array.of(length), fields.bytes(length - 1, "ATS")),
      };
    }
    case "f": {
      const length = fields.byte("POL_RES length");
      if (length !== 18 && length !== 20) return fields.refuse("POL_RES length", "18 or 20");
      if (fields.byte("POL_RES code") !== 0x01) return fields.refuse("POL_RES code", "01");
      const idm = fields.bytes(8, "NFCID2");
      const pmm = fields.bytes(8, "Pad");
      return { kind, target, idm, pmm, ...(length === 20 ? { requested: fields.bytes(2, "SYST_CODE") } : {}) };
    }
    case "b": {
      const atqb = fields.bytes(12, "ATQB");
      return { kind, target, atqb, attribRes: fields.bytes(fields.byte("ATTRIB_RES length"), "ATTRIB_RES") };
    }
    case "jewel":
      return { kind, target, sensRes: fields.bytes(2, "SENS_RES"), jewelId: fields.bytes(4, "JEWELID") };
  }
}

/** InListPassiveTarget (UM0701-02 section 7.3.5): switches the field on, looks for targets and selects them. */
export const InListPassiveTarget: Pn53xCommand<
  ListPassiveTargetRequest,
  { readonly targets: readonly ListedTarget[] }
> = {
  name: "InListPassiveTarget",
  code: PN53X_COMMAND_CODE.InListPassiveTarget,
  encodeRequest({ maxTargets, modulation, initiatorData = new Uint8Array(0) }) {
    if (maxTargets !== 1 && maxTargets !== 2)
      throw new FormatError("INVALID_VALUE", `1 or 2, not ${maxTargets}`, { field: "MaxTg" });
    return concatBytes(Uint8Array.of(maxTargets, modulation), initiatorData);
  },
  decodeRequest(bytes) {
    const fields = new Fields(bytes);
    const maxTargets = fields.byte("MaxTg");
    if (maxTargets !== 1 && maxTargets !== 2) return fields.refuse("MaxTg", "1 or 2");
    const modulation = fields.byte("BrTy");
    if (!isModulation(modulation)) return fields.refuse("BrTy", "0–4, and 6–8 on a PN533");
    return { maxTargets, modulation, initiatorData: fields.rest() };
  },
  encodeAnswer: ({ targets }) => concatBytes(Uint8Array.of(targets.length), ...targets.map(encodeTarget)),
  decodeAnswer(bytes, { modulation }) {
    const kind = targetKind(modulation);
    const targets = decodeTargets(bytes, kind, false);
    if (targets !== undefined) return { targets };
    // whether an ATS follows a target is not said anywhere: where it does not go without, it has to go with one
    return { targets: decodeTargets(bytes, kind, true) ?? [] };
  },
};

/** `undefined` where two type A targets cannot be told apart without an ATS of the first. */
function decodeTargets(
  bytes: Uint8Array,
  kind: ListedTarget["kind"],
  firstHasAts: boolean,
): ListedTarget[] | undefined {
  const fields = new Fields(bytes);
  const count = fields.byte("NbTg");
  if (count > 2) return fields.refuse("NbTg", "2 targets at most");
  const mayHaveAts = count === 2 && kind === "a" && !firstHasAts;
  try {
    const targets: ListedTarget[] = [];
    while (targets.length < count)
      targets.push(decodeTarget(fields, kind, firstHasAts || targets.length === count - 1));
    fields.end("InListPassiveTarget");
    return mayHaveAts && targets[1]?.target !== 2 ? undefined : targets;
  } catch (error) {
    if (mayHaveAts && isFormatError(error)) return undefined;
    throw error;
  }
}

/** A UID as InListPassiveTarget takes it: 88 before every part that another one follows. */
export function cascadedUid(uid: Uint8Array): Uint8Array {
  switch (uid.length) {
    case 7:
      return Uint8Array.of(0x88, ...uid);
    case 10:
      return Uint8Array.of(0x88, ...uid.subarray(0, 3), 0x88, ...uid.subarray(3));
    default:
      return uid.slice();
  }
}
