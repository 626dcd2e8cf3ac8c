import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { type CardFamily, type CardSession, type RfDialogue, UsageError } from "@cardwire/core";
import { rulesOf, StorageCard } from "@cardwire/storage-card";
import { topazDifferences } from "./differences.ts";
import { exchangeNfcCx } from "./exchange.ts";
import { ridFrame } from "./frames.ts";

/** By header ROM byte 0, as Windows picks (NFC class extension, NfcCxSCInterfaceGetAtrLocked). */
function cardName(hr0: number): number {
  switch (hr0) {
    case 0x01:
    case 0x04:
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x08:
      return StorageCardName.JEWEL;
    case 0x11:
    case 0x12:
      return StorageCardName.TOPAZ;
    default:
      return StorageCardName.NO_NAME;
  }
}

/** RID again, as NFC Forum Type 1 tags are asked whether they are there. */
function* checkPresence(): RfDialogue<boolean> {
  const reply = yield { kind: "frame", data: ridFrame(), timeoutUs: 10_000 };
  return reply.kind === "frame";
}

/** Jewel and Topaz: NFC Forum Type 1 tags. */
export const topaz: CardFamily = {
  name: "topaz",
  accepts: ({ technology }) => technology === "nfc-a-type1",
  *activate(target, context): Generator<never, CardSession> {
    if (target.technology !== "nfc-a-type1")
      throw new UsageError(`topaz does not accept a target of ${target.technology}`);
    const rules = rulesOf(topazDifferences, context.profile);
    return new StorageCard({
      family: "topaz",
      atr: buildStorageCardAtr({ standard: StorageCardStandard.NO_INFORMATION, cardName: cardName(target.hr0) }),
      iccType: rules.iccType,
      uid: target.uid.slice(0, 4),
      target,
      context,
      getData: rules.getData,
      afterFailure: rules.afterFailure,
      frameTimeoutUs: rules.frameTimeoutUs,
      checkPresence,
      commands: {
        readBinary: rules.readBinary,
        updateBinary: rules.updateBinary,
        // an object of a transparent session has room for 255 bytes, whatever the area of the response
        transceive: (command, data, timeoutUs) => exchangeNfcCx(command, data, timeoutUs, 255),
      },
    });
  },
};
