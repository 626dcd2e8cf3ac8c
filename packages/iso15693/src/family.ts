import { buildStorageCardAtr, StorageCardName, StorageCardStandard } from "@cardwire/atr";
import { type CardFamily, type CardSession, type RfDialogue, UsageError } from "@cardwire/core";
import { rulesOf, StorageCard } from "@cardwire/storage-card";
import { MANUFACTURER } from "./commands.ts";
import { iso15693Differences } from "./differences.ts";
import { transceiveNfcCx } from "./nfccx.ts";

/** ICC_TYPE_PER_ATR of ISO/IEC 15693. */
const ICC_TYPE_15693 = 7;
const PRESENCE_TIMEOUT_US = 25_000;

/** UID byte 5 of NXP's ICODE SLI, SLI-S and SLI-L, and of the SLIX cards that share their codes. */
const ICODE_SLI_CODES: readonly number[] = [0x01, 0x02, 0x03];

/** As Windows picks (NFC class extension, NfcCxSCInterfaceGetAtrLocked). */
function cardName(uid: Uint8Array): number {
  return uid[6] === MANUFACTURER.NXP && ICODE_SLI_CODES.includes(uid[5] ?? 0)
    ? StorageCardName.ICODE_SLI
    : StorageCardName.NO_NAME;
}

/** ISO/IEC 15693 tags (NFC Forum Type 5). */
export const iso15693: CardFamily = {
  name: "iso15693",
  accepts: ({ technology }) => technology === "nfc-v",
  *activate(target, context): Generator<never, CardSession> {
    if (target.technology !== "nfc-v")
      throw new UsageError(`iso15693 does not accept a target of ${target.technology}`);
    const rules = rulesOf(iso15693Differences, context.profile);
    const presence = rules.presenceRequest(target.uid);
    return new StorageCard({
      family: "iso15693",
      atr: buildStorageCardAtr({ standard: StorageCardStandard.ISO15693_4, cardName: cardName(target.uid) }),
      iccType: ICC_TYPE_15693,
      uid: target.uid,
      target,
      context,
      getData: rules.getData,
      afterFailure: rules.afterFailure,
      frameTimeoutUs: rules.frameTimeoutUs,
      // any answer will do, an error too: a block that must not be read is still a tag that is there
      *checkPresence(): RfDialogue<boolean> {
        const reply = yield { kind: "frame", data: presence, timeoutUs: PRESENCE_TIMEOUT_US };
        return reply.kind === "frame";
      },
      commands: { readBinary: rules.readBinary, updateBinary: rules.updateBinary, transceive: transceiveNfcCx },
    });
  },
};
