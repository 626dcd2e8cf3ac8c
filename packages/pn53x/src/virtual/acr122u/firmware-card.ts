import { buildIsoDepAtrTypeA, buildIsoDepAtrTypeB, buildStorageCardAtr } from "@cardwire/atr";
import { parseAts } from "@cardwire/iso-dep";
import type { ListedTarget } from "../../command/passive-target.ts";

/** SS of the firmware's storage cards: ISO/IEC 14443 A, part 3, whatever they are. */
const STANDARD = 0x03;

/** Names by SAK, and the firmware's own for what PC/SC has none for (ACR122U API section 3.1). */
const NAME_BY_SAK: Readonly<Record<number, number>> = {
  0x00: 0x0003,
  0x08: 0x0001,
  0x09: 0x0026,
  0x18: 0x0002,
};
const NAME_OF_JEWEL = 0xf004;
const NAME_OF_FELICA_212 = 0xf011;
const NAME_OF_FELICA_424 = 0xf012;
const NAME_UNKNOWN = 0xff00;

/** A card as the firmware's own polling found it. */
export interface FirmwareCard {
  readonly target: ListedTarget;
  readonly atr: Uint8Array;
  /** What `FF CA 00` tells. */
  readonly uid: Uint8Array;
  readonly ats: Uint8Array | undefined;
  /** Runs ISO-DEP: its APDUs are the card's own business. */
  readonly isIsoDep: boolean;
}

/** Which card it is, and which ATR the firmware gives it. */
export function firmwareCardOf(target: ListedTarget, isFast: boolean): FirmwareCard {
  const storage = (cardName: number): Uint8Array => buildStorageCardAtr({ standard: STANDARD, cardName });
  const plain = { target, ats: undefined, isIsoDep: false } as const;
  switch (target.kind) {
    case "a": {
      const { ats, selRes, nfcid1: uid } = target;
      if (ats !== undefined)
        return {
          target,
          uid,
          ats,
          isIsoDep: true,
          atr: buildIsoDepAtrTypeA(parseAts(ats).historicalBytes.slice(0, 15)),
        };
      return { ...plain, uid, atr: storage(NAME_BY_SAK[selRes] ?? NAME_UNKNOWN | selRes) };
    }
    case "f":
      return { ...plain, uid: target.idm, atr: storage(isFast ? NAME_OF_FELICA_424 : NAME_OF_FELICA_212) };
    case "jewel":
      return { ...plain, uid: target.jewelId, atr: storage(NAME_OF_JEWEL) };
    case "b": {
      const { atqb, attribRes } = target;
      const atr = buildIsoDepAtrTypeB({
        applicationData: atqb.slice(5, 9),
        protocolInfo: atqb.slice(9, 12),
        mbli: (attribRes[0] ?? 0) >> 4,
      });
      return { target, uid: atqb.slice(1, 5), ats: undefined, isIsoDep: true, atr };
    }
  }
}
